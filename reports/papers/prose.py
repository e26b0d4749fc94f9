"""The papers in Word: the quarterly report, the reminder, the letters."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from core.documents import official
from core.documents.docx import Cell, Row
from core.documents.official import OfficialPaper
from reports.enums import PaperKind
from reports.papers import charts, texts
from reports.papers.figures import Figures
from reports.papers.making import Made, Making
from reports.quarter import books
from reports.quarter.edition import Edition
from reports.tables import bands
from reports.tables.county import Summary
from sweeps.reminding import due_on

UNITS = (22, 15, 11, 11, 15, 11, 11, 14)  # parts of the page's width
STRUCTURE = (20, 14, 14, 14, 14)
SILENT = (12, 44, 24, 20)
SIDE_BY_SIDE = 2  # charts


def report(making: Making) -> list[Made]:
    return [_single(making, PaperKind.REPORT, "流动党员工作情况报告")]


def reminder(making: Making) -> list[Made]:
    """Nothing where everybody has handed in: nobody is reminded."""
    if not books.silent(making.edition):
        making.notes.append("下级没有需要催报的党组织，没有催报单")
        return []
    return [_single(making, PaperKind.REMINDER, "流动党员排查催报单")]


def letters(making: Making) -> list[Made]:
    """One for each of our members who is out, in the order of the branches."""
    edition = making.edition
    places = {one.path: one.short_name for one in edition.branches}
    whom = [{"姓名": one.name, "党支部": places.get(one.path, "党支部")} for one in edition.stays if one.is_out]
    if not whom:
        making.notes.append("没有流出的党员，没有致流动党员的一封信")
        return []
    values = Figures(edition).words() | {name: official.field(name) for name in texts.OF_MEMBER}
    content = official.merged(drawn(PaperKind.LETTER, Figures(edition), values), whom)
    return [Made(f"{making.stem}致流动党员的一封信.docx", content, len(whom))]


def _single(making: Making, kind: PaperKind, title: str) -> Made:
    figures = Figures(making.edition)
    return Made(f"{making.stem}{title}.docx", drawn(kind, figures, figures.words()).bytes())


def drawn(kind: PaperKind, figures: Figures, values: dict[str, str]) -> OfficialPaper:
    """The text that holds at the organisation, with its figures, tables and charts."""
    edition = figures.edition
    text = texts.text_of(kind, edition.organisation)
    title, addressee, *lines = texts.paragraphs(text.body)
    paper = OfficialPaper(texts.filled(title, values), paged=kind != PaperKind.LETTER)
    paper.addressee(texts.filled(addressee, values))
    inserts = [texts.insert_in(line, text.model.inserts) for line in lines]
    pictures = charts.pictures(inserts, figures)
    for is_drawn, block in groupby(zip(lines, inserts, strict=True), lambda one: one[1] in pictures):
        if is_drawn:
            row = [pictures[insert] for _line, insert in block]
            for start in range(0, len(row), SIDE_BY_SIDE):
                paper.pictures(row[start : start + SIDE_BY_SIDE])
            continue
        for line, insert in block:
            if table := _TABLES.get(insert):
                table(paper, edition)
            elif not insert:
                paper.paragraph(texts.filled(line, values))
    paper.signature(edition.organisation.name, values["成文日期"])
    return paper


def _units(paper: OfficialPaper, edition: Edition) -> None:
    heads = ("单位", "党员总数", "流出", "跨省", "短期外出", "流入", "失联", "本季末")
    keys = ("members", "out", "out_province", "short", "in", "lost", "closing")
    table = Summary().table(edition)
    totals = table.totals
    rows = [(row["label"], *(row.get(key) for key in keys)) for row in table.rows]
    rows.append(("合计", *(totals.get(key) for key in keys)))
    paper.caption("各单位流动党员情况（单位：人）")
    paper.table(UNITS, [_row(heads), *map(_row, rows)], headed=True)


def _structure(paper: OfficialPaper, edition: Edition) -> None:
    """Ages by schooling of those who are out, in the national bands."""
    out = Figures(edition).out
    heads = ("学历", *(band.label for band in bands.AGES))
    rows = []
    for key, label in (*bands.SCHOOLING, ("", "没有登记")):
        found = [bands.age(one.born, edition.on) for one in out if bands.schooling(one.education) == key]
        if found or key:
            rows.append((label, *(found.count(band.key) for band in bands.AGES)))
    paper.caption("流出党员年龄和学历结构（单位：人）")
    paper.table(STRUCTURE, [_row(heads), *map(_row, rows)], headed=True)


def _silent(paper: OfficialPaper, edition: Edition) -> None:
    heads = ("序号", "党组织", "上级党组织", "上报期限")
    rows = [
        (number, one.organisation.short_name, one.organisation.parent.short_name if one.organisation.parent else "",
         f"{due_on(one.sweep, one):%Y-%m-%d}")
        for number, one in enumerate(books.silent(edition), 1)
    ]  # fmt: skip
    paper.caption("没有上报的党组织")
    paper.table(SILENT, [_row(heads), *map(_row, rows)], headed=True)


def _row(values: Sequence[object]) -> Row:
    return Row([Cell("" if value is None else str(value), label=True) for value in values], height=8)


_TABLES = {texts.SUMMARY_TABLE: _units, texts.PEOPLE_TABLE: _structure, texts.SILENT_TABLE: _silent}
