"""From the records of a ledger to sheets: the official form, a plain list, an empty template, and the sheet for the machine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from branches.models import Organisation
from core.actors import Actor
from core.columns import Column, Kind
from core.documents.cells import Cell, printer
from core.documents.workbook import Head, Sheet
from core.domain.orgnames import place_of
from core.ledgers import ExportRecord, Ledger, Part

TEMPLATE_VERSION = 1  # of the official forms' columns: a returned file says which it was made from
MACHINE = "_导出"
MASKED = "（号码已遮盖）"
SIGNATURES = ("填报人：", "审核人：", "联系电话：")
SPARE = 500
BORDERED = 30
LEFT = (Kind.TEXT, Kind.ORGANISATION, Kind.PLACE)  # the others stand in the middle of their cells
HINTS = {
    Kind.IDENTITY: "18 位，单元格已设为文本，直接输入即可。",
    Kind.PHONE: "手机号码或带区号的座机；几个号码用“、”隔开。",
    Kind.DATE: "写成 2026-03-05。",
    Kind.PARTIAL_DATE: "写成 2026-03-05；只知道月份写 2026年3月，只知道年份写 2026年。",
    Kind.CODE: "从下拉选项里选一项。",
    Kind.FLAG: "填“是”或“否”。",
    Kind.PLACE_PART: "写全称；省、市、县各填一格。",
    Kind.ORGANISATION: "写党支部全称或常用简称。",
    Kind.INTEGER: "填整数。",
}


@dataclass
class Index:
    """What stands in which Excel row: filled while the rows are written, then written to the hidden sheet."""

    sheet: str = ""
    first_row: int = 1
    records: list[tuple[str, int]] = field(default_factory=list)

    def rows(self) -> Iterator[tuple[str, int, str, int]]:
        for number, (subject, version) in enumerate(self.records, start=self.first_row):
            yield self.sheet, number, subject, version


@dataclass(frozen=True)
class Imprint:
    """What every file of ours says about itself."""

    export_id: str
    kind: str
    by: Actor
    purpose: str
    at: dt.datetime  # local time

    @property
    def template(self) -> str:
        return f"{self.kind}.{TEMPLATE_VERSION}"

    @property
    def properties(self) -> dict[str, str]:
        return {"导出编号": self.export_id, "模板": self.template}

    @property
    def page_footer(self) -> str:
        return f"内部资料 注意保管　{self.by.label} {self.at:%Y-%m-%d %H:%M} 导出　用途：{self.purpose}"


def lines(
    records: Iterable[ExportRecord], columns: Sequence[Column], *, masked: bool, index: Index
) -> Iterator[list[Cell]]:
    """Rows of cells in column order; what was written is noted in ``index``."""
    cells = [(column.key, printer(column, masked=masked)) for column in columns if column.kind is not Kind.SERIAL]
    numbered = any(column.kind is Kind.SERIAL for column in columns)
    note = index.records.append
    for number, record in enumerate(records, start=1):
        note((record.subject, record.version))
        get = record.values.get
        row: list[Cell] = [show(get(key)) for key, show in cells]
        yield [number, *row] if numbered else row


def official(
    part: Part,
    ledger: Ledger,
    records: Iterable[ExportRecord],
    *,
    unit: Organisation,
    on: dt.date,
    masked: bool,
    imprint: Imprint,
    index: Index,
) -> Sheet:
    """One sheet of the official form, filled in. ``unit``: whose ledger it is."""
    sheet = form(part, ledger, unit=unit, on=on)
    sheet.title += MASKED if masked else ""
    sheet.page_footer = imprint.page_footer
    index.sheet, index.first_row = sheet.name, sheet.first_row
    sheet.rows = lines(records, part.columns, masked=masked, index=index)
    return sheet


def plain(
    ledger: Ledger,
    records: Iterable[ExportRecord],
    columns: Sequence[Column],
    *,
    masked: bool,
    imprint: Imprint,
    index: Index,
) -> Sheet:
    """A list: one head row, no title, to go on working with."""
    sheet = Sheet(
        list_title(ledger)[:31], heads(columns, grouped=False), (), plain=True, page_footer=imprint.page_footer
    )
    index.sheet, index.first_row = sheet.name, sheet.first_row
    sheet.rows = lines(records, columns, masked=masked, index=index)
    return sheet


def form(part: Part, ledger: Ledger, *, unit: Organisation, on: dt.date | None) -> Sheet:
    """A sheet of the official form without rows. ``on``: 填报日期; None leaves it to be filled in."""
    return Sheet(
        part.name,
        heads(part.columns),
        (),
        title=title_of(part.title, unit),
        left=f"填报单位（盖章）：{unit.name}",
        right=f"填报日期：{on.year}年{on.month}月{on.day}日" if on else "填报日期：　　年　月　日",
        footers=(ledger.footnote, SIGNATURES) if ledger.footnote else (SIGNATURES,),
        paper=ledger.landscape,
    )


def template(ledger: Ledger, *, unit: Organisation) -> list[Sheet]:
    """The empty form with its lists of choices, and a sheet that says how to fill it in."""
    columns = dict.fromkeys(
        column for part in ledger.parts for column in part.columns if column.kind is not Kind.SERIAL
    )
    guide = Sheet(
        "填写说明",
        (Head("栏目", width=26), Head("怎么填", width=70)),
        [(column.heading, hint(column)) for column in columns],
        plain=True,
    )
    return [*(_empty(part, ledger, unit) for part in ledger.parts), guide]


def _empty(part: Part, ledger: Ledger, unit: Organisation) -> Sheet:
    sheet = form(part, ledger, unit=unit, on=None)
    sheet.rows = [[None] * len(part.columns)] * BORDERED
    sheet.spare = SPARE
    sheet.footers, sheet.page_footer = (), "　　　　".join(SIGNATURES)  # below five hundred rows nobody would find them
    return sheet


def hint(column: Column) -> str:
    must = "必填。" if column.required or column.kind is Kind.IDENTITY else ""
    return must + HINTS.get(column.kind, "照实填写，没有就空着。")


def machine(imprint: Imprint, indexes: Sequence[Index]) -> Sheet:
    """The hidden sheet: which record and version each row stands for."""
    return Sheet(
        MACHINE,
        (Head("工作表"), Head("行号"), Head("记录", width=28), Head("版本")),
        chain.from_iterable(index.rows() for index in indexes),
        left=f"导出编号 {imprint.export_id}",
        right=f"模板 {imprint.template}",
        plain=True,
        hidden=True,
    )


def heads(columns: Sequence[Column], *, grouped: bool = True) -> list[Head]:
    return [
        Head(
            column.heading, column.group if grouped else "", column.width, choices(column) if grouped else (),
            centred=grouped and column.kind not in LEFT,
        )
        for column in columns
    ]  # fmt: skip


def choices(column: Column) -> tuple[str, ...]:
    if column.kind is Kind.FLAG:
        return ("是", "否")
    return column.codes.labels() if column.kind is Kind.CODE and column.codes else ()


def title_of(title: str, unit: Organisation) -> str:
    """柳河镇流出党员台账."""
    return f"{place_of(unit.short_name)}{title}"


def list_title(ledger: Ledger) -> str:
    """流出党员台账 → 流出党员名单."""
    stem = ledger.title.removesuffix("台账").removesuffix("登记表").removesuffix("名册")
    return f"{stem}名单"
