"""What a file is: which kind of ledger, where the head of each sheet stands, what its columns mean."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from core.domain.cells import clean_text
from core.ledgers import Ledger, RefusedKind, incoming, refused_kinds
from exchange.mapping import HEAD_ZONE, LedgerHead, Table, find_table, looks_like_summary
from exchange.reading import Book, Refused, Row
from exchange.rowkinds import skip_reason

AGAINST_COST = 2.5
PEEK = HEAD_ZONE + 24
CHUNK = 1000  # rows: those of three chunks are in hand at a time

Answers = Mapping[str, Any]
LearnedHeadings = Mapping[str, Mapping[str, str | None]]  # by kind


@dataclass
class Sheet:
    """A sheet and the table in it. ``why``: for one that is not used: empty, hidden, no_table, summary, other_kind,
    not_chosen. ``first``: the rows read so far and the rest of that reading, where it can go on."""

    index: int
    name: str
    hidden: bool = False
    table: Table | None = None
    use: bool = False
    why: str = ""
    rows: Iterator[list[Row]] | None = None
    skipped: list[dict[str, Any]] = field(default_factory=list)
    marks: Counter[str] = field(default_factory=Counter)
    read_as: str = ""  # fingerprint of what its rows were read by (exchange.known)

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "index": self.index, "name": self.name, "hidden": self.hidden, "use": self.use, "why": self.why,
            "skipped": self.skipped, "marks": dict(self.marks), "read_as": self.read_as,
        }  # fmt: skip
        table = self.table
        if table is not None:
            found |= {
                "kind": table.kind,
                "title": table.title,
                "unit": table.unit,
                "edition_date": table.edition_date.isoformat() if table.edition_date else "",
                "header_row": table.header_row,
                "header_rows": table.header_rows,
                "first_data_row": table.first_data_row,
                "columns": [[index, heading, key] for index, (heading, key) in table.columns.items()],
                "unmapped": [list(one) for one in table.unmapped],
                "missing": [list(one) for one in table.missing_required],
                "duplicates": [heading for _index, heading in table.duplicates],
            }
        return found


@dataclass
class Recognition:
    """``refusal``: the file cannot be taken, or not before a person has answered (``columns_missing``)."""

    kind: str = ""
    sheets: list[Sheet] = field(default_factory=list)
    refusal: Refused | None = None
    notices: list[dict[str, str]] = field(default_factory=list)

    @property
    def used(self) -> list[Sheet]:
        return [sheet for sheet in self.sheets if sheet.use]

    @property
    def edition_date(self) -> dt.date | None:
        return max(
            (sheet.table.edition_date for sheet in self.used if sheet.table and sheet.table.edition_date), default=None
        )


def recognise(
    book: Book,
    file_name: str,
    *,
    kind: str = "",
    learned: LearnedHeadings | None = None,
    answers: Answers | None = None,
) -> Recognition:
    """Look at the first rows of every sheet. Raises Refused where the book itself cannot be read."""
    found = Recognition(kind)
    single = len(book.sheets) == 1
    words = [file_name.rpartition(".")[0]]
    heads: dict[int, list[Row]] = {}
    for index, info in enumerate(book.sheets):
        sheet = Sheet(index, info.name, info.hidden)
        reading = book.rows(index, CHUNK if single else PEEK)
        rows = next(reading, [])
        if single:  # one reading serves both the look and the check
            sheet.rows = chain([rows], reading) if rows else iter(())
        heads[index] = rows
        if rows:
            sheet.table = _best_table(rows, [*words, info.name], kind, learned or {})
        sheet.why = _why_not(sheet, rows)
        found.sheets.append(sheet)
    found.kind = kind or _kind_of(found.sheets)
    _choose(found, answers or {})
    found.refusal = _refusal(found, heads)
    found.notices = [{"code": note.code, "text": note.text, "sheet": note.sheet} for note in book.notes]
    return found


def heads_of(kind: str = "") -> list[tuple[Ledger | RefusedKind, LedgerHead]]:
    known: list[Ledger | RefusedKind] = [*incoming(), *refused_kinds()]
    return [(one, LedgerHead(one.kind, one.columns, one.keywords)) for one in known if kind in ("", one.kind)]


def _best_table(rows: Sequence[Row], words: Sequence[str], kind: str, learned: LearnedHeadings) -> Table | None:
    best: Table | None = None
    for ledger, head in heads_of(kind):
        table = find_table(rows, [head], kind=kind, names=words, learned=learned.get(head.kind, {}))
        if table is None:
            continue
        against = getattr(ledger, "against", ())
        said = " ".join([*words, table.title])
        table.score -= AGAINST_COST * sum(1 for word in against if word in said)
        if best is None or table.score > best.score:
            best = table
    return best


def _why_not(sheet: Sheet, rows: Sequence[Row]) -> str:
    if not rows:
        return "empty"
    if (sheet.table is None or sheet.table.missing_required) and looks_like_summary(rows):
        sheet.table = None
        return "summary"
    if sheet.table is None:
        return "no_table"
    return "hidden" if sheet.hidden else ""


def _kind_of(sheets: Sequence[Sheet]) -> str:
    """The kind most sheets have; of equals the one found first. Sheets with a whole head speak before others."""
    whole = [
        sheet.table.kind for sheet in sheets if sheet.table and not sheet.table.missing_required and not sheet.hidden
    ]
    any_at_all = [sheet.table.kind for sheet in sheets if sheet.table]
    counted = Counter(whole or any_at_all).most_common(1)
    return counted[0][0] if counted else ""


def _choose(found: Recognition, answers: Answers) -> None:
    chosen = answers.get("sheets", {})
    columns = answers.get("columns", {})
    for sheet in found.sheets:
        if sheet.table is not None and sheet.table.kind != found.kind and not sheet.why:
            sheet.why = "other_kind"
        wanted = chosen.get(str(sheet.index))
        if wanted is False:
            sheet.why = sheet.why or "not_chosen"
        elif wanted and sheet.why == "hidden":
            sheet.why = ""
        sheet.use = not sheet.why
        if sheet.table is not None:
            _override(sheet.table, columns.get(str(sheet.index), {}))


def _override(table: Table, columns: Mapping[str, str]) -> None:
    """Columns that a person has put right: {column number: key, "" for none}."""
    for number, key in columns.items():
        index = int(number)
        heading = table.columns.get(index, (dict(table.unmapped).get(index, ""), ""))[0]
        table.columns = {at: (text, old) for at, (text, old) in table.columns.items() if at != index and old != key}
        table.unmapped = [one for one in table.unmapped if one[0] != index]
        if key:
            table.columns[index] = (heading, key)
        else:
            table.unmapped.append((index, heading))
    table.columns = dict(sorted(table.columns.items()))
    if columns:
        table.duplicates = [one for one in table.duplicates if str(one[0]) not in columns]
        (_ledger, head), *_ = heads_of(table.kind)
        present = {key for _heading, key in table.columns.values()}
        headings = {column.key: column.heading for column in head.columns}
        table.missing_required = [
            tuple(headings[key] for key in group) for group in head.groups() if not present & set(group)
        ]


def _refusal(found: Recognition, heads: Mapping[int, Sequence[Row]]) -> Refused | None:
    refused = next((one for one in refused_kinds() if one.kind == found.kind), None)
    if refused is not None:
        return Refused(refused.code, refused.text)
    if not any(heads.values()):
        return Refused("no_rows", "表里没有内容。请检查是不是传错了文件。")
    if not found.used:
        if any(sheet.why == "summary" for sheet in found.sheets):
            return Refused(
                "no_people", "这是汇总表，只有数字，没有人员名单，不能导入。请上传有姓名和身份证号的明细台账。"
            )
        if any(sheet.why == "hidden" for sheet in found.sheets):
            return Refused("only_hidden", "有内容的工作表是隐藏的。请取消隐藏后再传，或在导入页面上选中它。")
        return Refused("kind_unknown", "看不出这是哪一种台账：没有找到表头。请检查是否有“姓名”“身份证号”这样的标题行。")
    for sheet in found.used:
        table = sheet.table
        assert table is not None
        if table.duplicates:
            names = "、".join(clean_text(heading) for _index, heading in table.duplicates)
            return Refused("columns_double", f"工作表“{sheet.name}”里“{names}”这一列出现了两次，请删掉一列。")
        if table.missing_required:
            names = "；".join("或".join(group) for group in table.missing_required)
            return Refused("columns_missing", f"工作表“{sheet.name}”缺少“{names}”这一列，请补上再传。")
    return _nobody(found, heads)


def _nobody(found: Recognition, heads: Mapping[int, Sequence[Row]]) -> Refused | None:
    """Heads, and below none of them a record. A sheet that says 无 is a report; a bare head is likely the wrong file."""
    if any(sheet.why in ("hidden", "other_kind") for sheet in found.sheets):
        return None  # the records may stand there: a person looks first
    said: set[str | None] = set()
    whole = CHUNK if len(found.sheets) == 1 else PEEK
    for sheet in found.used:
        table, rows = sheet.table, heads[sheet.index]
        assert table is not None
        if len(rows) >= whole:
            return None
        below = {skip_reason(row, table) for row in rows if row.number >= table.first_data_row}
        if None in below:
            return None
        said |= below
    if "no_people" in said:
        return Refused("nobody", "表里写的都是“无”，没有人员要导入，不用再传。")
    return Refused("no_rows", "表头认出来了，但下面没有一行人员，请检查是不是传错了文件。")
