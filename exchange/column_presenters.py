"""What was recognised in a file, as people adjust it: sheets with one head together, columns and what they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.columns import Column, Kind
from exchange import learning
from exchange.errorbook import WHY
from exchange.models import ImportBatch, LearnedMapping
from exchange.presenters import known, skipped

WHY_NOT = {
    "empty": "空的，不读",
    "hidden": "隐藏的工作表，没有读",
    "no_table": "没有找到表头，不读",
    "summary": "汇总数，没有人员名单，不读",
    "other_kind": "是另一种台账，请单独上传",
    "not_chosen": "您选了不读",
}


@dataclass(frozen=True)
class ShownColumn:
    """A column of the file. ``learned``: public id of what was taught about its heading, "" where nothing was."""

    index: int
    letter: str
    heading: str
    key: str
    is_same: bool
    learned: str = ""


@dataclass(frozen=True)
class ShownSheet:
    index: int
    name: str
    is_used: bool
    can_use: bool
    why: str
    header_row: int | None = None
    unit: str = ""
    title: str = ""
    columns: Sequence[ShownColumn] = ()
    skipped: Sequence[str] = ()
    missing: Sequence[str] = ()
    unmapped: int = 0

    @property
    def choice_name(self) -> str:
        return f"sheet-{self.index}"


@dataclass(frozen=True)
class SheetGroup:
    """Sheets with one and the same head, as a book with a village a sheet has them: their columns are adjusted together."""

    sheets: Sequence[ShownSheet]

    @property
    def columns(self) -> Sequence[ShownColumn]:
        return self.sheets[0].columns

    @property
    def title(self) -> str:
        first = self.sheets[0].name
        return first if len(self.sheets) == 1 else f"{first} 等 {len(self.sheets)} 张工作表，表头一样"

    def field_name(self, column: ShownColumn) -> str:
        return f"sheet-{self.sheets[0].index}-column-{column.index}"

    @property
    def named_columns(self) -> list[tuple[str, ShownColumn]]:
        return [(self.field_name(column), column) for column in self.columns]


def grouped(found: Sequence[ShownSheet]) -> list[SheetGroup]:
    groups: dict[Any, list[ShownSheet]] = {}
    for sheet in found:
        head = tuple((column.index, column.heading, column.key) for column in sheet.columns)
        groups.setdefault((head, sheet.header_row) if head else sheet.index, []).append(sheet)
    return [SheetGroup(one) for one in groups.values()]


def unused(batch: ImportBatch, most: int = 6) -> str:
    """Headings of columns that mean nothing to the ledger: 学位、党龄 等 17 列."""
    found = dict.fromkeys(
        heading
        for sheet in batch.sheets
        if sheet["use"]
        for _index, heading in sheet.get("unmapped", ())
        if heading not in ("", WHY)  # our own column, when an error book comes back
    )
    text = "、".join(list(found)[:most])
    return f"{text} 等 {len(found)} 列" if len(found) > most else text


def sheets(batch: ImportBatch) -> list[ShownSheet]:
    taught = learning.taught(batch.path, batch.kind)
    names = {column.key: column.heading for column in _columns(batch.kind)}
    return [_sheet(sheet, taught, names) for sheet in batch.sheets]


def _sheet(sheet: Mapping[str, Any], taught: Mapping[str, LearnedMapping], names: Mapping[str, str]) -> ShownSheet:
    columns = [(index, heading, key) for index, heading, key in sheet.get("columns", ()) if key != "serial"]
    columns += [(index, heading, "") for index, heading in sheet.get("unmapped", ())]
    return ShownSheet(
        index=sheet["index"],
        name=sheet["name"],
        is_used=sheet["use"],
        can_use=sheet["use"] or sheet["why"] in ("hidden", "not_chosen"),
        why=WHY_NOT.get(sheet["why"], ""),
        header_row=sheet.get("header_row"),
        unit=sheet.get("unit", ""),
        title=sheet.get("title", ""),
        columns=[_column(one, taught, names) for one in sorted(columns)],
        skipped=skipped(sheet["skipped"]),
        missing=["或".join(group) for group in sheet.get("missing", ())],
        unmapped=len(sheet.get("unmapped", ())),
    )


def _column(one: tuple[int, str, str], taught: Mapping[str, LearnedMapping], names: Mapping[str, str]) -> ShownColumn:
    index, heading, key = one
    learned = taught.get(learning.heading(heading))
    fits = learned is not None and learned.key == key
    return ShownColumn(
        index, letters(index), heading, key, learning.heading(heading) == learning.heading(names.get(key, "")),
        learned.public_id if learned is not None and fits else "",
    )  # fmt: skip


def _columns(kind: str) -> Sequence[Column]:
    found = known(kind)
    return found.columns if found else ()


def column_choices(kind: str) -> list[tuple[str, str]]:
    """What a heading may mean: every column of the ledger, and nothing."""
    named = [
        (column.key, f"{column.group}：{column.heading}" if column.group else column.heading)
        for column in _columns(kind)
        if column.kind is not Kind.SERIAL
    ]
    return [("", "不读这一列"), *named]


def letters(index: int) -> str:
    """0 → A, 26 → AA: the column as Excel calls it."""
    text, index = "", index + 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text
