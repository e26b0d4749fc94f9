"""Word files: the page, the fonts by name, the cells of a form."""

from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document
from docx.oxml.ns import qn

from core.documents.docx import TEXT_FONT, TITLE_FONT, Cell, Paper, Row


def made() -> bytes:
    paper = Paper("登记表")
    paper.line("填报单位：云湖县委", "2026年11月20日")
    paper.table((2, 3, 2, 3), [
        Row((Cell("姓名", label=True), Cell("何小明"), Cell("性别", label=True), Cell("男"))),
        Row((Cell("意见", label=True), Cell("同意\x0b\n第二行", span=3, end=("签名：", "年月日"))), height=30),
    ])  # fmt: skip
    return paper.bytes()


def fonts(run) -> tuple[str, str]:
    return run.font.name, run._element.rPr.rFonts.get(qn("w:eastAsia"))


def test_a_paper_is_a4_with_the_offices_fonts():
    document = Document(io.BytesIO(made()))
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    title, line = document.paragraphs[0].runs[0], document.paragraphs[1].runs[0]
    assert (fonts(title)[1], fonts(line)[1]) == (TITLE_FONT, TEXT_FONT)
    assert document.core_properties.author == ""
    assert not [name for name in zipfile.ZipFile(io.BytesIO(made())).namelist() if "font" in name and "ttf" in name]


def test_cells_span_and_hold_lines_that_xml_allows():
    table = Document(io.BytesIO(made())).tables[0]
    assert [cell.text for cell in table.rows[0].cells] == ["姓名", "何小明", "性别", "男"]
    merged = table.rows[1].cells[1]
    assert merged._tc is table.rows[1].cells[3]._tc
    assert [one.text for one in merged.paragraphs] == ["同意", "第二行", "签名：", "年月日"]
    assert round(table.rows[1].height.mm) == 30


def test_a_row_that_does_not_fill_its_columns_is_a_mistake():
    with pytest.raises(ValueError, match="1 of 2"):
        Paper("表").table((1, 1), [Row((Cell("一"),))])
