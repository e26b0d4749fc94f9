"""From the first rows of a sheet to a table: which kind of ledger, where its head is, what each column means.

Pure: takes rows and declarations, returns a :class:`Table`. It never guesses at a value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.columns import Column, plain_heading, without_brackets
from core.domain.cells import clean_text
from core.domain.freetext import without_numbers
from exchange.reading.shapes import Row
from exchange.rowkinds import looks_like_summary, skip_reason
from exchange.tables import FEWEST_COLUMNS, LedgerHead, Table, is_column_numbers

__all__ = ["LedgerHead", "Table", "find_table", "looks_like_summary", "skip_reason"]

HEAD_ZONE = 40
DEEPEST_HEAD = 3  # group, heading and a remark: deeper heads were never seen
KEYWORD_WORTH = 2.5
MISSING_COST = 4.0

SERIAL_HEADINGS = frozenset(("序号", "编号", "行号", "NO", "No", "no"))
META = re.compile(
    r"单位.{0,6}[:：]|(?:日期|时间)[:：]\s*\d|(?:填报|填表|制表|报送|上报|统计|生成|导出)(?:日期|时间)|^截[至止]|盖章|制表人"
)
UNIT = re.compile(
    r"(?:填报|报送|上报|制表|编制|填表|报表)?(?:单位|党组织)(?:名称)?(?:[(（]\s*(?:盖章|公章|章)\s*[)）])?\s*[:：]\s*(.*)"
)
MEASURES = frozenset(("人", "个", "元", "名", "人、个", "个、人", "人次", "万元"))
DATED = re.compile(
    r"(?:(?:填报|填表|制表|报送|上报|统计|生成|导出|更新|报出|截止|截至)(?:日期|时间)?|日期|时间)[:：]?\s*"
    r"(\d{4})\s*[年\-/.]\s*(\d{1,2})\s*[月\-/.]\s*(\d{1,2})"
)
DIGITS = re.compile(r"\d{6}")
TRADITIONAL = str.maketrans(
    "黨組織聯繫電話證號碼備註員動時間區縣鄉鎮單業務職籍學歷紅驛類別屬於幹實際關係轉準詳細現緣處責領導從務範圍費繳這裡億經歲漢國",
    "党组织联系电话证号码备注员动时间区县乡镇单业务职籍学历红驿类别属于干实际关系转准详细现缘处责领导从务范围费缴这里亿经岁汉国",
)


@dataclass(frozen=True)
class _Heading:
    """One column's head: the lowest text, and the text of the cell above it that groups columns."""

    index: int
    printed: str
    group: str = ""

    @property
    def plain(self) -> str:
        return plain_heading(self.printed).translate(TRADITIONAL)


@dataclass(frozen=True)
class _Head:
    rows: tuple[Row, ...]
    headings: tuple[_Heading, ...]


def find_table(
    rows: Sequence[Row],
    ledgers: Sequence[LedgerHead],
    *,
    kind: str = "",
    names: Sequence[str] = (),
    learned: Mapping[str, str | None] | None = None,
) -> Table | None:
    """The table that the first rows of a sheet begin, or None where no kind of ledger fits.

    ``rows``: the first forty or so. ``kind``: given by the caller instead of being guessed.
    ``names``: of sheet and file, for their keywords. ``learned``: key (None: to be ignored) by plain heading.
    """
    zone = list(rows[:HEAD_ZONE])
    candidates = [(ledger, _known(ledger)) for ledger in ledgers if not kind or ledger.kind == kind]
    best: Table | None = None
    for start in range(len(zone)):
        for depth in range(1, DEEPEST_HEAD + 1):
            head = _head(zone[start : start + depth], depth)
            if head is None:
                break
            titles = (row for row in zone[:start] if not _may_be_head(row))
            words = " ".join([*(clean_text(cell) for row in titles for cell in row.cells), *names])
            for ledger, known in candidates:
                table = _fit(head, ledger, known, learned or {}, words)
                if table is not None and table.score > (best.score if best else 0):
                    best = table
    if best is not None:
        _describe(best, zone)
    return best


def _known(ledger: LedgerHead) -> dict[str, list[Column]]:
    known: dict[str, list[Column]] = {}
    for column in ledger.columns:
        for text in column.headings():
            known.setdefault(text, []).append(column)
    return known


def _head(rows: Sequence[Row], depth: int) -> _Head | None:
    if len(rows) < depth or not all(_may_be_head(row, FEWEST_COLUMNS if row is rows[0] else 1) for row in rows):
        return None
    groups = [_spread(row.cells) for row in rows[:-1]]
    headings = []
    for index in range(max(len(row.cells) for row in rows)):
        texts = [text for row in rows if (text := _cell(row, index))]
        if not texts:
            continue
        above = [group[index] for group in groups if index < len(group) and group[index] not in ("", texts[-1])]
        headings.append(_Heading(index, texts[-1], above[-1] if above else ""))
    return _Head(tuple(rows), tuple(headings))


def _may_be_head(row: Row, fewest: int = FEWEST_COLUMNS) -> bool:
    """Headings are text: no numbers, no dates, no form lines such as 填报单位."""
    texts = [cell for cell in row.cells if cell is not None and clean_text(cell)]
    if len(texts) < fewest:
        return False
    return all(isinstance(text, str) and not DIGITS.search(text) and not META.search(text) for text in texts)


def _spread(cells: Sequence[Any]) -> list[str]:
    """A group's text over the columns it is merged across: blanks take what stands to their left."""
    spread, last = [], ""
    for cell in cells:
        last = clean_text(cell) or last
        spread.append(last)
    return spread


def _cell(row: Row, index: int) -> str:
    return clean_text(row.cells[index]) if index < len(row.cells) else ""


def _fit(
    head: _Head,
    ledger: LedgerHead,
    known: Mapping[str, list[Column]],
    learned: Mapping[str, str | None],
    words: str,
) -> Table | None:
    """The head read as this kind of ledger; None where too little fits or a row of it says nothing."""
    taken: dict[str, tuple[int, _Heading]] = {}
    unmapped: list[_Heading] = []
    duplicates: list[_Heading] = []
    for heading in head.headings:
        key, rank = _meaning(heading, known, learned)
        rival = taken.get(key)
        if not key:
            unmapped.append(heading)
        elif rival is None or rank < rival[0]:
            taken[key] = (rank, heading)
            if rival is not None:
                unmapped.append(rival[1])
        else:
            (duplicates if rival[1].plain == heading.plain else unmapped).append(heading)
    mapped = {heading.index: (without_numbers(heading.printed), key) for key, (_rank, heading) in taken.items()}
    if len(mapped) < FEWEST_COLUMNS or not _each_row_speaks(head, mapped):
        return None
    headings_of = {column.key: column.heading for column in ledger.columns}
    missing = [
        tuple(headings_of.get(key, key) for key in group) for group in ledger.groups() if not taken.keys() & set(group)
    ]
    keywords = min(2, sum(1 for word in ledger.keywords if word in words))
    keywords -= min(2, sum(1 for word in ledger.against if word in words))
    table = Table(
        ledger.kind, head.rows[0].number, len(head.rows), head.rows[-1].number + 1, dict(sorted(mapped.items()))
    )
    table.unmapped = [
        (item.index, without_numbers(item.printed)) for item in unmapped if item.plain not in SERIAL_HEADINGS
    ]
    table.duplicates = [(item.index, without_numbers(item.printed)) for item in duplicates]
    table.missing_required = missing
    table.score = len(mapped) + KEYWORD_WORTH * keywords - MISSING_COST * len(missing) - len(unmapped) * 0.1
    return table


def _meaning(
    heading: _Heading, known: Mapping[str, list[Column]], learned: Mapping[str, str | None]
) -> tuple[str, int]:
    """The key of a heading and how sure it is: 0 learned, then exact, then ever looser. "" for none."""
    group = plain_heading(heading.group).translate(TRADITIONAL)
    plain = heading.plain
    for text in (group + plain, plain):
        if text in learned:
            return learned[text] or "", 0
    for rank, text in enumerate((plain, group + plain, without_brackets(plain)), 1):
        found = known.get(text, []) if text else []
        if found:
            same_group = [column for column in found if column.group and plain_heading(column.group) == group]
            column = (same_group or found)[0]
            exact = 0 if plain_heading(column.heading) == text else 1
            return column.key, rank * 2 + exact
    return "", 9


def _each_row_speaks(head: _Head, mapped: Mapping[int, tuple[str, str]]) -> bool:
    """The outer rows of a head give at least one known column its heading; else they are titles, or already data."""
    for depth, row in enumerate(head.rows):
        if 0 < depth < len(head.rows) - 1:
            continue  # a row between them may hold nothing but groups
        below = head.rows[depth + 1 :]
        if not any(
            _cell(row, index) == clean_text(printed)
            and all(_cell(lower, index) in ("", _cell(row, index)) for lower in below)
            for index, (printed, _key) in mapped.items()
        ):
            return False
    return True


def _describe(table: Table, zone: Sequence[Row]) -> None:
    """Title, unit and date from the rows above; the row of column numbers below, which is no data."""
    for row in zone:
        if row.number >= table.header_row:
            break
        for index, cell in enumerate(row.cells):
            text = clean_text(cell)
            following = row.cells[index + 1] if index + 1 < len(row.cells) else None
            if not text:
                continue
            table.unit = table.unit or without_numbers(_unit(text, following))
            table.edition_date = table.edition_date or _edition(text, following)
            if not table.title and not META.search(text):
                table.title = without_numbers(text)
    for row in zone:
        if row.number == table.first_data_row and is_column_numbers(row):
            table.first_data_row += 1


def _unit(text: str, following: Any) -> str:
    match = UNIT.search(text)
    if match is None:
        return ""
    unit = re.split(r"\s{2,}|(?:填报|填表|制表)(?:日期|时间|人)", match[1])[0].strip() or clean_text(following)
    return "" if unit in MEASURES or META.search(unit) else unit


def _edition(text: str, following: Any) -> date | None:
    if isinstance(following, date) and re.search(r"(日期|时间)[:：]?$", text):
        return following.date() if isinstance(following, datetime) else following
    match = DATED.search(text) or DATED.search(text + clean_text(following))
    if match is None:
        return None
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        return None
