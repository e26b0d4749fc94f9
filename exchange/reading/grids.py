"""Rows out of the spreadsheet library's dense grid: numbers, merged ranges, errors, marks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from exchange.reading.container import Container
from exchange.reading.looks import Details, read_details
from exchange.reading.refusals import refusal
from exchange.reading.scan import BookScan, SheetScan
from exchange.reading.shapes import Limits, Note, SheetInfo
from exchange.reading.wire import pack_row


class Grid:
    """A workbook of the spreadsheet library, with what the scan of an .xlsx found beside it."""

    def __init__(self, data: bytes, limits: Limits, container: Container | None, scan: BookScan | None) -> None:
        self.limits = limits
        self._container = container
        self._scan = scan
        try:
            self._book = CalamineWorkbook.from_filelike(BytesIO(data))
        except PasswordError as error:
            raise refusal("encrypted") from error
        except CalamineError as error:
            raise refusal("encrypted" if "password" in str(error).lower() else "damaged") from error
        self._sheets = [sheet for sheet in self._book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        self.sheets = [SheetInfo(sheet.name, sheet.visible != SheetVisibleEnum.Visible) for sheet in self._sheets]

    def notes(self) -> list[Note]:
        """What the sender should know, as far as it is known before the rows are read."""
        notes = [Note("sheet_hidden", "工作表是隐藏的。", sheet.name) for sheet in self.sheets if sheet.hidden]
        if self._scan is None:
            return [*notes, Note("looks_unsupported", "这种格式读不到颜色和删除线；按颜色区分的行请另存为 xlsx 再传。")]
        notes += [Note(code, text) for code, text in self._scan.left_out]
        for sheet in self._scan.sheets.values():
            notes += _sheet_notes(sheet)
        return notes

    def rows(self, index: int) -> Iterator[bytes]:
        """The packed rows of a sheet, in order. Raises Refused."""
        name = self.sheets[index].name
        try:
            sheet = self._book.get_sheet_by_name(name)
        except CalamineError as error:
            raise refusal("damaged") from error
        self._check_size(sheet)
        details = self._details(name)
        start = sheet.start
        offset: list[Any] = [None] * (start[1] if start else 0)
        fills = _Fills(sheet.merged_cell_ranges or [])
        for number, values in enumerate(sheet.iter_rows(), 1):
            cells: list[Any] = [*offset, *values]
            errors = details.errors.get(number)
            filled = fills.fill(number - 1, cells) if fills.active(number - 1) else ()
            packed = pack_row(number, cells, details.marks.get(number, ""), filled, errors)
            if packed is not None:
                yield packed

    def _details(self, name: str) -> Details:
        scan = self._scan.sheets.get(name) if self._scan else None
        if self._scan is None or self._container is None or scan is None or not scan.needs_detail:
            return Details()
        return read_details(self._container, scan.path, self._scan.styles)

    def _check_size(self, sheet: CalamineSheet) -> None:
        if sheet.end and sheet.end[1] >= self.limits.columns:
            column = _letters(sheet.end[1])
            raise refusal("too_many_columns", sheet=sheet.name, column=column, limit=self.limits.columns)
        if sheet.height > self.limits.rows:
            rows = sum(1 for cells in sheet.iter_rows() if any(cell != "" for cell in cells))
            if rows > self.limits.rows:
                raise refusal("too_many_rows", sheet=sheet.name, limit=self.limits.rows)


class _Fills:
    """Vertical merges: the value of the top cell for every row below that has content of its own."""

    def __init__(self, merges: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
        self._starting: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for (top, left), (bottom, _right) in merges:
            if bottom > top:
                self._starting[top].append((left, bottom))
        self._open: dict[int, tuple[Any, int]] = {}

    def active(self, row: int) -> bool:
        return row in self._starting or bool(self._open)

    def fill(self, row: int, cells: list[Any]) -> tuple[int, ...]:
        self._open = {column: (value, bottom) for column, (value, bottom) in self._open.items() if bottom >= row}
        filled = []
        if self._open and any(cell != "" and cell is not None for cell in cells):
            for column, (value, _bottom) in sorted(self._open.items()):
                if column < len(cells) and cells[column] in ("", None):
                    cells[column] = value
                    filled.append(column)
        for column, bottom in self._starting.get(row, ()):
            if column < len(cells) and cells[column] not in ("", None):
                self._open[column] = (cells[column], bottom)
        return tuple(filled)


def _letters(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _sheet_notes(sheet: SheetScan) -> list[Note]:
    notes = []
    if sheet.hidden_rows:
        notes.append(Note("rows_hidden", f"有 {sheet.hidden_rows} 行是隐藏的，也读了进来。", sheet.name))
    if sheet.hidden_columns:
        notes.append(Note("columns_hidden", "有隐藏的列，也读了进来。", sheet.name))
    if sheet.filtered:
        notes.append(Note("filtered", "表上有筛选，筛掉看不见的行也读了进来。", sheet.name))
    return notes
