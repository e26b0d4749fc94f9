"""Word files of official papers: A4, the fonts of official documents, bordered tables that are filled in further by hand.

Fonts are named, not embedded: an office's Word or WPS has them, and falls back to its own 宋体 elsewhere.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from docx import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT as VERTICAL
from docx.enum.table import WD_ROW_HEIGHT_RULE as HEIGHT
from docx.enum.table import WD_TABLE_ALIGNMENT as TABLE
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

TITLE_FONT, TEXT_FONT, LATIN_FONT = "方正小标宋简体", "仿宋_GB2312", "Times New Roman"
TITLE_SIZE, TEXT_SIZE, TABLE_SIZE = 22, 14, 12  # points: 二号, 四号, 小四
LINE = 26  # points from line to line of running text
PAGE, MARGINS = (210, 297), (25, 20, 22, 22)  # millimetres; top, bottom, left, right
CHARSET = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # what XML cannot hold


@dataclass(frozen=True)
class Cell:
    """``span``: columns it takes; ``label``: a heading of the form, in the middle; ``end``: lines at the cell's lower right."""

    text: str = ""
    span: int = 1
    label: bool = False
    end: Sequence[str] = ()


@dataclass(frozen=True)
class Row:
    """``height``: millimetres at least, for what is written by hand."""

    cells: Sequence[Cell]
    height: int = 9


class Paper:
    """One document, made from top to bottom."""

    margins: ClassVar[tuple[int, int, int, int]] = MARGINS
    text_size: ClassVar[int] = TEXT_SIZE

    def __init__(self, title: str) -> None:
        self._document: Any = Document()
        self._document.core_properties.title = title
        self._document.core_properties.author = ""
        self._document.core_properties.comments = ""
        self._page()
        self._font(self._document.styles["Normal"], TEXT_FONT, self.text_size)
        self._title(title)

    def _title(self, title: str) -> None:
        heading = self._paragraph(ALIGN.CENTER, after=10)
        self._font(heading.add_run(clean(title)), TITLE_FONT, TITLE_SIZE)

    def _page(self) -> None:
        section = self._document.sections[0]
        section.page_width, section.page_height = (Mm(one) for one in PAGE)
        section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = map(Mm, self.margins)

    @staticmethod
    def _font(target: Any, name: str, size: int) -> None:
        """Word takes Chinese characters from ``eastAsia``: without it, it picks a font of its own."""
        target.font.name, target.font.size = LATIN_FONT, Pt(size)
        target.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)

    def _paragraph(self, align: Any = ALIGN.LEFT, *, after: int = 0) -> Any:
        made = self._document.add_paragraph()
        made.alignment = align
        made.paragraph_format.space_after = Pt(after)
        return made

    def line(self, *parts: str) -> None:
        """One line of text; two parts stand at its two ends."""
        made = self._paragraph(after=4)
        if len(parts) > 1:
            made.paragraph_format.tab_stops.add_tab_stop(Mm(self._width), alignment=2)
        self._font(made.add_run("\t".join(map(clean, parts))), TEXT_FONT, TABLE_SIZE)

    def text(self, *paragraphs: str, indent: bool = True) -> None:
        """Running text, each paragraph set in by two characters."""
        for words in paragraphs:
            made = self._paragraph(ALIGN.JUSTIFY, after=6)
            made.paragraph_format.line_spacing = Pt(LINE)
            if indent:
                made.paragraph_format.first_line_indent = Pt(2 * TEXT_SIZE)
            self._font(made.add_run(clean(words)), TEXT_FONT, TEXT_SIZE)

    def end(self, *lines: str) -> None:
        """Who signs, and when, at the right."""
        for number, words in enumerate(lines):
            made = self._paragraph(ALIGN.RIGHT, after=0 if number + 1 < len(lines) else 18)
            made.paragraph_format.space_before = Pt(0 if number else 30)
            self._font(made.add_run(clean(words)), TEXT_FONT, TEXT_SIZE)

    @property
    def _width(self) -> int:
        return PAGE[0] - self.margins[2] - self.margins[3]

    def table(self, widths: Sequence[int], rows: Sequence[Row], *, headed: bool = False) -> None:
        """``widths``: of the columns, in parts of the page's width. ``headed``: the first row stands above the others on every page."""
        table = self._document.add_table(rows=len(rows), cols=len(widths))
        table.style, table.alignment, table.autofit = "Table Grid", TABLE.CENTER, False
        scale = self._width / sum(widths)
        columns = [Mm(round(width * scale)) for width in widths]
        for column, width in zip(table.columns, columns, strict=True):
            column.width = width
        for made, row in zip(table.rows, rows, strict=True):
            made.height, made.height_rule = Mm(row.height), HEIGHT.AT_LEAST
            made._tr.get_or_add_trPr().append(made._tr.makeelement(qn("w:cantSplit"), {}))
            self._fill(made, row.cells, columns)
        if headed:
            head = table.rows[0]
            head._tr.get_or_add_trPr().append(head._tr.makeelement(qn("w:tblHeader"), {}))
            for cell in head.cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True

    def _fill(self, made: Any, cells: Sequence[Cell], columns: Sequence[Any]) -> None:
        """The cells of a row, joined over the columns they take."""
        boxes = made.cells
        start = 0
        for cell in cells:
            box = boxes[start]
            if cell.span > 1:
                box = box.merge(boxes[start + cell.span - 1])
            box.width = sum(columns[start : start + cell.span])
            self._write(box, cell)
            start += cell.span
        if start != len(columns):
            raise ValueError(f"{start} of {len(columns)} columns filled")

    def _write(self, box: Any, cell: Cell) -> None:
        """The lines of a cell stand as close as its text wants, whatever the grid of the page."""
        box.vertical_alignment = VERTICAL.TOP if cell.end else VERTICAL.CENTER
        lines = [(text, ALIGN.CENTER if cell.label else ALIGN.LEFT) for text in cell.text.split("\n")]
        lines += [(text, ALIGN.RIGHT) for text in cell.end]
        for number, (text, align) in enumerate(lines):
            made = box.paragraphs[0] if not number else box.add_paragraph()
            made.alignment = align
            made.paragraph_format.space_after = Pt(0)
            self._off_the_grid(made)
            self._font(made.add_run(clean(text)), TEXT_FONT, TABLE_SIZE)

    @staticmethod
    def _off_the_grid(paragraph: Any) -> None:
        off = paragraph._p.makeelement(qn("w:snapToGrid"), {qn("w:val"): "0"})
        paragraph._p.get_or_add_pPr().insert_element_before(off, "w:spacing", "w:ind", "w:jc")

    def bytes(self) -> bytes:
        data = io.BytesIO()
        self._document.save(data)
        return data.getvalue()


def clean(text: str) -> str:
    return CHARSET.sub("", text)
