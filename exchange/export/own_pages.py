"""One sheet of a town's own workbook on its way to be brought up to date with :mod:`openpyxl`."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from core.columns import Column, Kind, by_key
from core.documents.cells import DATES, display
from core.domain.dates import PartialDate
from core.ledgers import ExportRecord, LedgerRow
from exchange.checking import Checker
from exchange.export.manners import in_manner

MARK = PatternFill("solid", start_color="FFFFF2CC", end_color="FFFFF2CC")
PLACES = ("destination_province", "destination_city", "destination_county", "destination_text")


@dataclass
class Page:
    """One sheet of the book on its way to be brought up to date."""

    book: Workbook
    sheet: Mapping[str, Any]
    checker: Checker
    last: int = 0
    rows: int = 0
    path: str = ""
    organisations: Counter[int | None] = field(default_factory=Counter)
    index: list[tuple[str, int, str, int]] = field(default_factory=list)  # sheet, row, record, version

    def __post_init__(self) -> None:
        self.page: Worksheet = self.book.worksheets[self.sheet["index"]]
        declared = by_key(self.checker.ledger.columns)
        self.columns = {index + 1: declared[key] for index, _heading, key in self.sheet["columns"] if key in declared}
        self.keys = {column.key for column in self.columns.values()}
        keys = {index - 1: column.key for index, column in self.columns.items()}
        self.parser = self.checker.enter(self.sheet["name"], self.sheet["title"], self.sheet["unit"], keys)

    def note(self, row: LedgerRow) -> None:
        self.last = max(self.last, row.number)
        self.rows += 1
        self.organisations[row.organisation_id] += 1

    def stand(self, number: int, record: ExportRecord) -> None:
        self.index.append((self.page.title, number, record.subject, record.version))

    def update(self, row: LedgerRow, record: ExportRecord) -> None:
        said = self.parser.parse_again(row, row.raw)
        same_place = _same_place(said.values, record.values)
        for index, column in self.columns.items():
            if column.kind is Kind.SERIAL or (column.key in PLACES and same_place):
                continue
            if column.kind is Kind.ORGANISATION and row.organisation_id == record.organisation_id:
                continue
            old = said.values.get(column.key)
            new = value_of(column, record)
            if not _same(column, old, new, said):
                self._write(row.number, index, column, new, old)

    def _write(self, number: int, index: int, column: Column, new: Any, old: Any) -> None:
        cell = self.page.cell(number, index)
        if isinstance(cell, MergedCell):
            return
        put(cell, in_manner(column, new, cell.value, old))

    def append(self, records: list[ExportRecord]) -> None:
        """Below the last row, in its style; what stood below moves down."""
        pattern, first = self.last, self.last + 1
        self._make_room(first, len(records))
        serial = next((index for index, column in self.columns.items() if column.kind is Kind.SERIAL), 0)
        number = self.page.cell(pattern, serial).value if serial else None
        for offset, record in enumerate(records):
            self.stand(first + offset, record)
            self._copy_style(pattern, first + offset)
            if isinstance(number, int):
                put(self.page.cell(first + offset, serial), number + offset + 1)
            for index, column in self.columns.items():
                if column.kind is not Kind.SERIAL:
                    like = self.page.cell(pattern, index).value
                    put(self.page.cell(first + offset, index), in_manner(column, value_of(column, record), like))
        self.last += len(records)

    def _make_room(self, first: int, count: int) -> None:
        page = self.page
        ranges = [one for one in page.merged_cells.ranges if one.min_row >= first]
        for one in ranges:
            page.merged_cells.remove(one)
        if page.max_row >= first:
            page.move_range(f"A{first}:{get_column_letter(page.max_column)}{page.max_row}", rows=count)
        for one in ranges:
            one.shift(row_shift=count)
            page.merge_cells(one.coord)
        heights = {row: page.row_dimensions[row].height for row in list(page.row_dimensions) if row >= first}
        for row in heights:
            page.row_dimensions[row].height = None
        for row, height in heights.items():
            page.row_dimensions[row + count].height = height
        for row in range(first, first + count):
            page.row_dimensions[row].height = page.row_dimensions[first - 1].height

    def _copy_style(self, pattern: int, number: int) -> None:
        for index in range(1, self.page.max_column + 1):
            source, target = self.page.cell(pattern, index), self.page.cell(number, index)
            if source.has_style and not isinstance(target, MergedCell):
                target._style = copy.copy(source._style)


def put(cell: Cell, value: Any) -> None:
    """Write and mark. Text is text, also where it begins like a formula."""
    if isinstance(cell, MergedCell):
        return
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
    cell.fill = MARK


def value_of(column: Column, record: ExportRecord) -> Any:
    values = record.values
    if column.kind is Kind.PLACE:
        parts = dict.fromkeys(filter(None, (values.get(key) for key in PLACES[:3])))
        return "".join(parts) + (values.get(column.key) or "")
    return values.get(column.key)


def _same(column: Column, old: Any, new: Any, said: LedgerRow) -> bool:
    """Whether the cell says what the record says. A cell that is less exact about a date, or knows the phone as a second
    one, is no contradiction; a cell that nobody could read stays while there is nothing better to write."""
    if new in (None, "", []):
        return old in (None, "", [], False)
    if old == new:
        return True
    if column.kind in DATES and old:
        return PartialDate.from_iso(old).covers(PartialDate.from_iso(new))
    if column.key == "phone":
        return new in (said.values.get("other_phones") or ())
    if column.kind is Kind.FLAG and new is False:
        return old in (None, False)
    if column.kind in (Kind.TEXT, Kind.NAME, Kind.ORGANISATION):
        return display(column, old) == display(column, new)
    return column.kind is Kind.CODE and said.raw.get(column.key) == new  # a reason in its own words


def _same_place(said: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    if said.get("region_code", "") != (now.get("region_code") or ""):
        return False
    return not said.get("destination_text") or said["destination_text"] == now.get("destination_text")
