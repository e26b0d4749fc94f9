"""Workbooks of any length in the official look, fast and with flat memory.

XlsxWriter makes everything except the data rows: head, styles, widths, lists to choose from, page set-up,
signature lines. The rows are then written straight into the sheet's XML between the two halves. Every cell is
text in place (``t="inlineStr"``), so nothing in it can ever become a live formula or lose digits.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence, Sized
from dataclasses import dataclass, field
from typing import IO, Any

import xlsxwriter

FONT = "宋体"
TITLE_FONT = "方正小标宋简体"  # named, not embedded: WPS and Excel fall back to 宋体
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
LIST_LIMIT = 255  # characters of a list of choices typed into the rule; longer ones stand in a hidden sheet
LISTS = "_选项"
PAGE_FOOTER = 200  # characters; Excel refuses a file with more than 255 in all parts together
BATCH = 1000  # rows joined to one write
ROW, HEAD_ROW, LINE = 20, 24, 14  # heights in points: a row of one line, a row of the head, every further line
PAPERS = {"A4": 9, "A3": 8}

_DIMENSION = re.compile(r'<dimension ref="[^"]*"/>')
_STYLE = re.compile(r' s="(\d+)"')
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_UNSAFE = re.compile("[&<>\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Head:
    """One column: the printed heading, the upper cell it shares with its neighbours, width in half-width characters."""

    heading: str
    group: str = ""
    width: int = 12
    choices: tuple[str, ...] = ()
    centred: bool = False


@dataclass
class Sheet:
    """``rows``: texts, whole numbers or None in column order. ``left`` and ``right``: the line under the title.

    ``footers``: lines below the data, over the full width or, as a tuple, in equal parts. ``spare``: rows that get the
    lists of choices, however few are filled (templates).
    ``plain``: one head row, no borders: a list, not a form. ``hidden``: for the machine, not shown.
    """

    name: str
    columns: Sequence[Head]
    rows: Iterable[Sequence[Any]]
    title: str = ""
    left: str = ""
    right: str = ""
    footers: Sequence[str | tuple[str, ...]] = ()
    paper: str = "A4"
    page_footer: str = ""
    spare: int = 0
    plain: bool = False
    hidden: bool = False
    count: int = field(default=0, init=False)

    @property
    def head_rows(self) -> int:
        return 2 if any(column.group for column in self.columns) else 1

    @property
    def first_row(self) -> int:
        """Excel's number of the first data row."""
        return self.head_rows + 1 + bool(self.title) + bool(self.left or self.right)


def write(sheets: Sequence[Sheet], properties: dict[str, str], tick: Callable[[int], None] | None = None) -> bytes:
    """The finished .xlsx. ``properties``: custom document properties. ``tick`` hears the rows written so far."""
    out = io.BytesIO()
    # The form is drawn for as many rows as are known of, and again only where there turn out to be others.
    counts = [max(len(sheet.rows), 1) if isinstance(sheet.rows, Sized) else 1 for sheet in sheets]
    form = _skeleton(sheets, properties, counts)
    written = {f"xl/worksheets/sheet{index + 1}.xml" for index in range(len(sheets))}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for index, sheet in enumerate(sheets):
            name = f"xl/worksheets/sheet{index + 1}.xml"
            before, styles, _ = _cut(form[name].decode(), sheet)
            with target.open(name, "w", force_zip64=True) as entry:
                entry.write(before.encode())
                sheet.count = _write_rows(entry, sheet, styles, tick)
                if counts[index] != max(sheet.count, 1):
                    counts[index] = max(sheet.count, 1)
                    form = _skeleton(sheets, properties, counts)
                entry.write(_cut(form[name].decode(), sheet)[2].encode())
        for name, data in form.items():
            if name not in written:
                target.writestr(name, data)
    return out.getvalue()


def _cut(xml: str, sheet: Sheet) -> tuple[str, list[str], str]:
    """A sheet's XML before its model row, the styles of that row's cells, and the XML after it."""
    start = xml.index(f'<row r="{sheet.first_row}"')
    end = xml.index("</row>", start) + len("</row>")
    return _DIMENSION.sub("", xml[:start], count=1), _STYLE.findall(xml[start:end]), xml[end:]


def _write_rows(entry: IO[bytes], sheet: Sheet, styles: list[str], tick: Callable[[int], None] | None) -> int:
    letters = [column_letters(index) for index in range(len(sheet.columns))]
    # Per column: what stands before and after the row's number in a cell, and how many characters surely fit.
    fits = [0 if sheet.plain else column.width // 2 for column in sheet.columns]
    starts = [
        (f'<c r="{letter}', f'" s="{style}', fit) for letter, style, fit in zip(letters, styles, fits, strict=True)
    ]
    one_line = "" if sheet.plain else f' ht="{ROW}"'
    number = sheet.first_row
    parts: list[str] = []
    for row in sheet.rows:
        cells = []
        lines = 1
        for (place, style, fit), value in zip(starts, row, strict=True):
            if value is None or value == "":
                cells.append(f'{place}{number}{style}"/>')
            elif value.__class__ is int:
                cells.append(f'{place}{number}{style}"><v>{value}</v></c>')
            else:
                text = str(value)
                if fit and (size := len(text)) > fit and (size > 2 * fit or not text.isascii()):
                    lines = max(lines, _lines(text, fit * 2))
                if _UNSAFE.search(text):
                    text = escape(text)
                cells.append(f'{place}{number}{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>')
        height = one_line if lines == 1 else f' ht="{ROW + LINE * (lines - 1)}"'
        parts.append(f'<row r="{number}"{height}>{"".join(cells)}</row>')
        number += 1
        if len(parts) == BATCH:
            entry.write("".join(parts).encode())
            parts = []
            if tick:
                tick(number - sheet.first_row)
    entry.write("".join(parts).encode())
    return number - sheet.first_row


def _lines(text: str, width: int) -> int:
    """How many lines ``text`` takes: Chinese characters are two wide, which is what they are in GBK."""
    if "\n" not in text:
        return -(-len(text.encode("gbk", "replace")) // width)
    return sum(_lines(line, width) or 1 for line in text.split("\n"))


def escape(text: str) -> str:
    return _UNSAFE.sub(lambda found: _ESCAPES.get(found[0], ""), text)


def column_letters(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _skeleton(sheets: Sequence[Sheet], properties: dict[str, str], counts: Sequence[int]) -> dict[str, bytes]:
    """The parts of the workbook with one model row a sheet, and the lines below where ``counts`` rows end."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, OPTIONS)
    for name, value in properties.items():
        book.set_custom_property(name, value)
    lists: dict[tuple[str, ...], str] = {}
    for sheet, count in zip(sheets, counts, strict=True):
        _Form(book, sheet, count, lists).draw()
    _write_lists(book, lists)
    book.close()
    with zipfile.ZipFile(data) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def _write_lists(book: xlsxwriter.Workbook, lists: dict[tuple[str, ...], str]) -> None:
    if not lists:
        return
    page = book.add_worksheet(LISTS)
    page.hide()
    for column, choices in enumerate(lists):
        page.write_column(0, column, choices)


class _Form:
    """One sheet: what the official forms look like, or a plain list.

    ``lists``: where in the hidden sheet each long list of choices stands; filled as they are met.
    """

    def __init__(self, book: xlsxwriter.Workbook, sheet: Sheet, count: int, lists: dict[tuple[str, ...], str]) -> None:
        self.sheet, self.count, self.lists = sheet, count, lists
        self.page = book.add_worksheet(sheet.name[:31])
        border = 0 if sheet.plain else 1
        base = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
        self.title = book.add_format(
            {**base, "font_name": TITLE_FONT, "font_size": 18, "bold": True, "align": "center"}
        )
        self.line = book.add_format({**base, "font_size": 11})
        self.right = book.add_format({**base, "font_size": 11, "align": "right"})
        self.head = book.add_format({**base, "bold": True, "align": "center", "border": border, "text_wrap": True})
        cell = {**base, "border": border, "num_format": "@", "text_wrap": not sheet.plain}
        self.cell = book.add_format(cell)
        self.centred = book.add_format({**cell, "align": "center"})
        self.text = book.add_format({**base, "num_format": "@"})  # cells that people fill in later keep their digits
        self.serial = book.add_format({**base, "border": border, "num_format": "0", "align": "center"})

    def draw(self) -> None:
        self._title()
        self._head()
        for index, column in enumerate(self.sheet.columns):
            self.page.set_column(index, index, column.width, self.text)
            style = self.serial if column.heading == "序号" else self.centred if column.centred else self.cell
            self.page.write_string(self.sheet.first_row - 1, index, "-", style)
        self._choices()
        self._below()
        self._print()

    def _title(self) -> None:
        last = len(self.sheet.columns) - 1
        row = 0
        if self.sheet.title:
            self._merge(row, 0, row, last, self.sheet.title, self.title)
            self.page.set_row(row, 34)
            row += 1
        if self.sheet.left or self.sheet.right:
            self.page.set_row(row, ROW)
            middle = max(last - 3, 0) if last else 0
            self._merge(row, 0, row, max(middle - 1, 0), self.sheet.left, self.line)
            if last:
                self._merge(row, middle, row, last, self.sheet.right, self.right)

    def _head(self) -> None:
        top = self.sheet.first_row - 1 - self.sheet.head_rows
        columns = self.sheet.columns
        for row in range(top, top + self.sheet.head_rows):
            self.page.set_row(row, HEAD_ROW)
        if self.sheet.head_rows == 1:
            for index, column in enumerate(columns):
                self.page.write_string(top, index, column.heading, self.head)
            return
        index = 0
        while index < len(columns):
            group = columns[index].group
            end = index
            if not group:
                self._merge(top, index, top + 1, index, columns[index].heading, self.head)
            else:
                while end + 1 < len(columns) and columns[end + 1].group == group:
                    end += 1
                self._merge(top, index, top, end, group, self.head)
                for inner in range(index, end + 1):
                    self.page.write_string(top + 1, inner, columns[inner].heading, self.head)
            index = end + 1

    def _choices(self) -> None:
        first = self.sheet.first_row - 1
        last = first + max(self.count, self.sheet.spare) - 1
        for index, column in enumerate(self.sheet.columns):
            if column.choices:
                self.page.data_validation(
                    first,
                    index,
                    last,
                    index,
                    {
                        "validate": "list",
                        "source": self._source(column.choices),
                        "error_type": "warning",
                        "error_title": "不在常用选项里",
                        "error_message": "可以保留，导入时会请您确认。",
                    },
                )

    def _source(self, choices: tuple[str, ...]) -> list[str] | str:
        if sum(map(len, choices)) + len(choices) <= LIST_LIMIT:
            return list(choices)
        letters = column_letters(len(self.lists))
        return self.lists.setdefault(choices, f"='{LISTS}'!${letters}$1:${letters}${len(choices)}")

    def _below(self) -> None:
        row = self.sheet.first_row - 1 + max(self.count, self.sheet.spare)
        width = len(self.sheet.columns)
        for offset, line in enumerate(self.sheet.footers):
            parts = (line,) if isinstance(line, str) else line[:width]
            for place, text in enumerate(parts):
                left, right = place * width // len(parts), (place + 1) * width // len(parts) - 1
                self._merge(row + offset, left, row + offset, right, text, self.line)
            self.page.set_row(row + offset, ROW)

    def _print(self) -> None:
        sheet = self.sheet
        if sheet.hidden:
            self.page.hide()
        if sheet.plain:
            self.page.freeze_panes(sheet.first_row - 1, 0)
        self.page.set_landscape()
        self.page.set_paper(PAPERS[sheet.paper])
        self.page.fit_to_pages(1, 0)
        self.page.repeat_rows(0, sheet.first_row - 2)
        self.page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        self.page.set_footer(f"&L{sheet.page_footer[:PAGE_FOOTER].replace('&', '&&')}&R第 &P 页，共 &N 页")

    def _merge(self, top: int, left: int, bottom: int, right: int, text: str, style: Any) -> None:
        if (top, left) == (bottom, right):
            self.page.write_string(top, left, text, style)
        else:
            self.page.merge_range(top, left, bottom, right, text, style)
