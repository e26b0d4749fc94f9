"""The workbooks of the statistics: national tables, the summary, what was added and what left."""

from __future__ import annotations

from core.documents import tables as workbook
from core.documents.tables import Table
from reports.papers.making import Made, Making
from reports.tables import changes, national
from reports.tables.county import Summary


def national_tables(making: Making) -> list[Made]:
    return [_book(making, "流动党员情况表", national.tables(making.edition, making.footer))]


def summary(making: Making) -> list[Made]:
    return [_book(making, "流动党员汇总表", [Summary().table(making.edition, footer=making.footer)])]


def change_list(making: Making) -> list[Made]:
    return [_book(making, "流动党员增减变动表", changes.tables(making.edition, making.footer))]


def _book(making: Making, title: str, sheets: list[Table]) -> Made:
    return Made(f"{making.stem}{title}.xlsx", workbook.write(sheets, making.properties))
