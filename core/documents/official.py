"""Official papers in the layout of GB/T 9704-2012: type area 156 × 225 mm, 22 lines of 28 characters, title in 二号小标宋.

Levels are told by how a paragraph begins, as people write them: 一、 stands in 黑体, （一） in 楷体, 1. and （1） as the text.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT as TABLE
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING as SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from core.documents.docx import TEXT_FONT, TITLE_FONT, TITLE_SIZE, Paper, clean
from core.documents.workbook import escape

HEAD_FONT, SUBHEAD_FONT, PAGE_FONT = "黑体", "楷体_GB2312", "宋体"
BODY_SIZE, PAGE_SIZE, PICTURE_SIZE = 16, 14, 9  # points: 三号, 四号, 小五
PICTURE_WIDTH = 72  # millimetres: two side by side
LINE = 28.95  # points, fixed: 22 of them fill the type area
LINES_PITCH = 579  # twentieths of a point
TIGHTER = -5  # twentieths of a point: 28 characters in 156 mm; a grid of characters does the same in Word alone
FOOTER = 23  # millimetres from the edge of the page
INDENT = 2  # characters before a paragraph
_FIRST = re.compile(r"[一二三四五六七八九十]+、")
_SECOND = re.compile(r"（[一二三四五六七八九十]+）")
OPEN, SHUT = "\ue000", "\ue001"  # around the name of a field; private characters that no text has
_FIELD = re.compile(f"{OPEN}(.*?){SHUT}")


@dataclass(frozen=True)
class Picture:
    """A PNG; ``words``: what it shows, for who does not see it."""

    caption: str
    content: bytes
    words: str


class OfficialPaper(Paper):
    """Made from top to bottom: title, to whom, text, tables and pictures, signature. ``paged``: with page numbers."""

    margins = (37, 35, 28, 26)
    text_size = BODY_SIZE

    def __init__(self, title: str, *, paged: bool = True) -> None:
        super().__init__(title)
        self._grid()
        if paged:
            self._page_number()

    def _title(self, title: str) -> None:
        heading = self._line(ALIGN.CENTER)
        self._font(heading.add_run(clean(title)), TITLE_FONT, TITLE_SIZE)
        self.first = heading
        self._line(ALIGN.CENTER)

    def _line(self, align: Any) -> Any:
        made = self._paragraph(align)
        made.paragraph_format.line_spacing_rule, made.paragraph_format.line_spacing = SPACING.EXACTLY, Pt(LINE)
        return made

    def _grid(self) -> None:
        grid = OxmlElement("w:docGrid")
        grid.set(qn("w:type"), "lines")
        grid.set(qn("w:linePitch"), str(LINES_PITCH))
        section = self._document.sections[0]._sectPr
        for old in section.findall(qn("w:docGrid")):
            section.remove(old)
        section.append(grid)

    def _page_number(self) -> None:
        """— 1 —, seven millimetres below the type area."""
        self._document.sections[0].footer_distance = Mm(FOOTER)
        footer = self._document.sections[0].footer.paragraphs[0]
        footer.alignment = ALIGN.CENTER
        self._font(footer.add_run("— "), PAGE_FONT, PAGE_SIZE)
        run = footer.add_run()
        self._font(run, PAGE_FONT, PAGE_SIZE)
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            part = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                part.set(qn("w:fldCharType"), kind)
            else:
                part.text = text
            run._r.append(part)
        self._font(footer.add_run(" —"), PAGE_FONT, PAGE_SIZE)

    def addressee(self, text: str) -> None:
        """Flush left, with a colon."""
        self._run(self._line(ALIGN.LEFT), text, TEXT_FONT)

    def _run(self, line: Any, text: str, font: str) -> None:
        run = line.add_run(clean(text))
        self._font(run, font, BODY_SIZE)
        spacing = OxmlElement("w:spacing")
        spacing.set(qn("w:val"), str(TIGHTER))
        run._r.get_or_add_rPr().insert_element_before(spacing, "w:sz", "w:szCs")

    def paragraph(self, text: str) -> None:
        """One paragraph or heading; a heading of the second level may go on as text after its full stop."""
        made = self._line(ALIGN.LEFT if _FIRST.match(text) else ALIGN.JUSTIFY)
        made.paragraph_format.first_line_indent = Pt(BODY_SIZE * INDENT)
        if _FIRST.match(text):
            made.paragraph_format.keep_with_next = True
            self._run(made, text, HEAD_FONT)
        elif _SECOND.match(text):
            head, stop, rest = text.partition("。")
            self._run(made, head + stop, SUBHEAD_FONT)
            self._run(made, rest, TEXT_FONT)
        else:
            self._run(made, text, TEXT_FONT)

    def caption(self, text: str) -> None:
        """Above a table, on the same page."""
        made = self._line(ALIGN.CENTER)
        made.paragraph_format.keep_with_next = True
        self._font(made.add_run(clean(text)), HEAD_FONT, PAGE_SIZE)

    def pictures(self, row: Sequence[Picture]) -> None:
        """One, or several side by side, each below its caption; all of them on one page."""
        table = self._document.add_table(rows=2, cols=len(row))
        table.alignment = TABLE.CENTER
        for place, one in enumerate(row):
            above, below = (table.cell(line, place).paragraphs[0] for line in (0, 1))
            for made in (above, below):
                made.alignment = ALIGN.CENTER
                made.paragraph_format.space_after = Pt(2)
                self._off_the_grid(made)
            above.paragraph_format.keep_with_next = True
            self._font(above.add_run(clean(one.caption)), HEAD_FONT, PICTURE_SIZE)
            drawn = below.add_run().add_picture(io.BytesIO(one.content), width=Mm(PICTURE_WIDTH))
            drawn._inline.docPr.set("descr", clean(one.words))

    def signature(self, unit: str, day: str) -> None:
        """Who and when, four characters from the right edge (成文日期右空四字)."""
        self._document.paragraphs[-1].paragraph_format.keep_with_next = True  # no page holds them alone
        self._line(ALIGN.LEFT).paragraph_format.keep_with_next = True
        for text in (unit, day):
            made = self._line(ALIGN.RIGHT)
            made.paragraph_format.keep_with_next = text == unit
            made.paragraph_format.right_indent = Pt(BODY_SIZE * 4)
            self._run(made, text, TEXT_FONT)


def field(name: str) -> str:
    """Where a merged letter has a field."""
    return f"{OPEN}{name}{SHUT}"


def merged(model: OfficialPaper, letters: Sequence[Mapping[str, str]]) -> bytes:
    """One document with the model's text once for each of ``letters``, each on a page of its own.

    Written as text, like the ledgers (ADR 9): thousands of letters in a second, without a tree of them in memory.
    """
    model.first.paragraph_format.page_break_before = True
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(model.bytes())) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in parts.namelist():
            if name != "word/document.xml":
                target.writestr(name, parts.read(name))
        xml = parts.read("word/document.xml").decode()
        start, end = xml.index("<w:body>") + len("<w:body>"), xml.rindex("<w:sectPr")
        with target.open("word/document.xml", "w") as entry:
            entry.write(xml[:start].encode())
            entry.writelines(part.encode() for part in _filled(xml[start:end], letters))
            entry.write(xml[end:].encode())
    return out.getvalue()


def _put(letter: str, fields: Mapping[str, str]) -> str:
    return _FIELD.sub(lambda found: escape(clean(fields[found[1]])), letter)


def _filled(letter: str, letters: Iterable[Mapping[str, str]]) -> Iterable[str]:
    for fields in letters:
        yield _put(letter, fields)
