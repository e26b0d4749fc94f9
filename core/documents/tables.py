"""Small statistical tables in the official look: heads of several rows, sums as formulas with their value beside them.

Unlike the ledgers (:mod:`core.documents.workbook`) these are meant to be worked on further: a figure that a person corrects
moves the sums. What a formula comes to is computed here as well, and a figure that contradicts its formula is an error.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from core.documents.workbook import FONT, OPTIONS, PAGE_FOOTER, PAPERS, TITLE_FONT

Number = int | float
HEAD_HEIGHT, ROW_HEIGHT, LINE_HEIGHT = 26, 22, 16  # points
SUM = "合计"


class Mismatch(ValueError):
    """A figure is not what its formula gives."""


@dataclass(frozen=True)
class Column:
    """``plus``, ``minus``: keys of the columns that this one is made of; ``share``: (part, whole), shown in per cent.

    ``summed``: stands in the line of sums. Texts are left out of it by themselves.
    """

    key: str
    label: str
    width: float = 8
    plus: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()
    share: tuple[str, str] = ("", "")
    summed: bool = True
    text: bool = False


@dataclass(frozen=True)
class Group:
    """Columns under one heading; groups may stand in groups."""

    label: str
    children: tuple[Column | Group, ...]


@dataclass
class Table:
    """``rows``: by column key. ``expected``: what the sums must come to, where that is known from elsewhere. ``whole``: printed on
    one sheet of paper, with its notes and signatures."""

    name: str
    title: str
    heads: Sequence[Column | Group]
    rows: Sequence[Mapping[str, Any]]
    left: str = ""
    right: str = ""
    footers: Sequence[str | tuple[str, ...]] = ()
    sums: bool = False
    sum_label: str = SUM
    expected: Mapping[str, Number] = field(default_factory=dict)
    paper: str = "A4"
    portrait: bool = False
    whole: bool = False
    page_footer: str = ""

    @property
    def columns(self) -> list[Column]:
        return list(_leaves(self.heads))

    @property
    def totals(self) -> dict[str, Number]:
        """The line of sums by column key; shares are computed from it like from any other."""
        line: dict[str, Any] = {
            column.key: sum(row.get(column.key) or 0 for row in self.rows)
            for column in self.columns
            if column.summed and not column.text and not column.share[0]
        }
        return line | {one.key: share(line, one) for one in self.columns if one.share[0]}

    def check(self) -> None:
        """Every figure is what its formula gives, every sum what is known from elsewhere. Raises Mismatch."""
        for row in self.rows:
            for column in self.columns:
                if column.plus and row[column.key] != (given := made_of(row, column)):
                    raise Mismatch(f"{self.name} {column.label}: {row[column.key]} is not {given}")
        totals = self.totals
        for key, number in self.expected.items():
            if totals[key] != number:
                raise Mismatch(f"{self.name} {key}: {totals[key]} in the lines, {number} in all")


def made_of(row: Mapping[str, Any], column: Column) -> int:
    return sum(row[key] for key in column.plus) - sum(row[key] for key in column.minus)


def share(row: Mapping[str, Any], column: Column) -> float | str:
    part, whole = (row.get(key) or 0 for key in column.share)
    return part / whole if whole else ""


def write(tables: Sequence[Table], properties: Mapping[str, str]) -> bytes:
    """The finished .xlsx, a sheet a table. Raises Mismatch."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, OPTIONS)
    for name, value in properties.items():
        book.set_custom_property(name, value)
    for table in tables:
        table.check()
        _Drawing(book, table).draw()
    book.close()
    return data.getvalue()


def _leaves(heads: Iterable[Column | Group]) -> Iterable[Column]:
    for one in heads:
        if isinstance(one, Group):
            yield from _leaves(one.children)
        else:
            yield one


def _depth(head: Column | Group) -> int:
    return 1 + max(map(_depth, head.children)) if isinstance(head, Group) else 1


class _Drawing:
    def __init__(self, book: xlsxwriter.Workbook, table: Table) -> None:
        self.table, self.columns = table, table.columns
        self.places = {column.key: number for number, column in enumerate(self.columns)}
        self.head_rows = max(map(_depth, table.heads))
        self.page = book.add_worksheet(table.name[:31])
        base = {"font_name": FONT, "font_size": 11, "valign": "vcenter"}
        box = {**base, "border": 1, "align": "center"}
        self.title = book.add_format({**base, "font_name": TITLE_FONT, "font_size": 18, "align": "center"})
        self.line = book.add_format({**base, "text_wrap": True})
        self.right = book.add_format({**base, "align": "right"})
        self.head = book.add_format({**box, "bold": True, "text_wrap": True})
        self.text = book.add_format({**box, "align": "left", "num_format": "@", "text_wrap": True})
        self.number = book.add_format({**box, "num_format": "0"})
        self.rate = book.add_format({**box, "num_format": "0.0%"})
        self.label = book.add_format({**box, "bold": True})

    def draw(self) -> None:
        table, last = self.table, len(self.columns) - 1
        for number, column in enumerate(self.columns):
            self.page.set_column(number, number, column.width)
        self._merge(0, 0, 0, last, table.title, self.title)
        self.page.set_row(0, 36)
        half = (last + 1) // 2
        self._merge(1, 0, 1, max(half - 1, 0), table.left, self.line)
        self._merge(1, half, 1, last, table.right, self.right)
        self.page.set_row(1, ROW_HEIGHT)
        for row in range(2, 1 + self.head_rows):
            self.page.set_row(row, HEAD_HEIGHT)
        most = max(_lines(column.label, column.width - 1) for column in self.columns)
        self.page.set_row(1 + self.head_rows, max(HEAD_HEIGHT, LINE_HEIGHT * most + 6))
        self._head(table.heads, 2, 0)
        first = 2 + self.head_rows
        for at, line in enumerate(table.rows, start=first):
            self._row(at, line)
        end = first + len(table.rows)
        if table.sums:
            self._sums(first, end)
        self._below(end + table.sums)
        self._print(first)

    def _head(self, heads: Sequence[Column | Group], row: int, column: int) -> int:
        bottom = 1 + self.head_rows
        for one in heads:
            if isinstance(one, Group):
                end = self._head(one.children, row + 1, column)
                self._merge(row, column, row, end - 1, one.label, self.head)
                column = end
            else:
                self._merge(row, column, bottom, column, one.label, self.head)
                column += 1
        return column

    def _row(self, at: int, row: Mapping[str, Any]) -> None:
        lines = 1
        for number, column in enumerate(self.columns):
            value = row.get(column.key)
            if column.text:
                text = "" if value is None else str(value)
                self.page.write_string(at, number, text, self.text)
                lines = max(lines, _lines(text, column.width))
            else:
                self._figure(at, number, column, value, row)
        self.page.set_row(at, ROW_HEIGHT + LINE_HEIGHT * (lines - 1))

    def _figure(self, at: int, number: int, column: Column, value: Any, row: Mapping[str, Any]) -> None:
        if column.share[0]:
            part, whole = (xl_rowcol_to_cell(at, self.places[key]) for key in column.share)
            self.page.write_formula(at, number, f'=IF({whole}=0,"",{part}/{whole})', self.rate, share(row, column))
        elif column.plus:
            plus, minus = (
                [xl_rowcol_to_cell(at, self.places[key]) for key in keys] for keys in (column.plus, column.minus)
            )
            formula = "=" + "+".join(plus) + "".join(f"-{one}" for one in minus)
            self.page.write_formula(at, number, formula, self.number, value)
        elif value is None or value == "":
            self.page.write_blank(at, number, None, self.number)
        else:
            self.page.write_number(at, number, value, self.number)

    def _sums(self, first: int, at: int) -> None:
        totals = self.table.totals
        for number, column in enumerate(self.columns):
            if column.share[0]:
                self._figure(at, number, column, None, totals)
            elif column.key in totals:
                top, bottom = (xl_rowcol_to_cell(row, number) for row in (first, max(at - 1, first)))
                formula = f"=SUM({top}:{bottom})" if at > first else "=0"
                self.page.write_formula(at, number, formula, self.number, totals[column.key])
            else:
                self.page.write_string(at, number, "", self.label)
        named = [number for number, column in enumerate(self.columns) if column.key not in totals]
        before = next((number for number, at_ in enumerate(named) if at_ != number), len(named))
        self._merge(at, 0, at, max(before - 1, 0), self.table.sum_label, self.label)
        self.page.set_row(at, ROW_HEIGHT)

    def _below(self, row: int) -> None:
        width = len(self.columns)
        whole = sum(column.width for column in self.columns)
        for offset, line in enumerate(self.table.footers):
            parts = (line,) if isinstance(line, str) else line[:width]
            lines = 1
            for place, text in enumerate(parts):
                left, right = place * width // len(parts), (place + 1) * width // len(parts) - 1
                self._merge(row + offset, left, row + offset, right, text, self.line)
                lines = max(lines, _lines(text, whole / len(parts)))
            self.page.set_row(row + offset, ROW_HEIGHT + LINE_HEIGHT * (lines - 1))

    def _print(self, first: int) -> None:
        if not self.table.portrait:
            self.page.set_landscape()
        self.page.set_paper(PAPERS[self.table.paper])
        self.page.fit_to_pages(1, int(self.table.whole))
        self.page.repeat_rows(0, first - 1)
        self.page.center_horizontally()
        self.page.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
        self.page.set_footer(f"&L{self.table.page_footer[:PAGE_FOOTER].replace('&', '&&')}&R第 &P 页，共 &N 页")

    def _merge(self, top: int, left: int, bottom: int, right: int, text: str, style: Any) -> None:
        if (top, left) == (bottom, right):
            self.page.write_string(top, left, text, style)
        else:
            self.page.merge_range(top, left, bottom, right, text, style)


def _lines(text: str, width: float) -> int:
    """Chinese characters are two wide, which is what they are in GBK."""
    return sum(max(1, -(-len(line.encode("gbk", "replace")) // int(width))) for line in text.split("\n"))
