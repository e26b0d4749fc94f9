"""Which rows of a sheet are no records: footers, subtotals, "无", repeated heads; and sheets of sums."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.domain.cells import clean_text, is_blank
from exchange.reading.shapes import Row
from exchange.tables import IDENTITY, Table, is_column_numbers

FOOTER = re.compile(
    r"^(注|备注|说明|填表说明|填报说明|补充资料|注意事项)\s*[:：、.．1一]"
    r"|^(填报人|填表人|制表人|制表|经办人|审核人|审核|复核人|负责人|单位负责人|书记|党组织书记|联系人|联系电话|报出时间|"
    r"填报时间|填报日期|填报单位|信息采集员|党员)?\s*([(（](签字|签名|盖章|公章)[)）]|[:：]|签[字名章][:：]?)"
)
SUBTOTAL = re.compile(r"^.{0,10}(小计|合计|总计|共计|累计)\s*[:：]?\s*\d*\s*[人名个]?$")
NOBODY = re.compile(r"^(本.{0,4}|目前|暂)?(暂)?无(流动|流出|流入|外出|在外|失联)*(党员|人员|情况)?$|^零报告$")
SUMMARY_WORDS = re.compile(r"小计|合计|总计|总数|人数|党员数|跨省|省内|占比|流出|流入|失联|完成率")
PERSON_HEADINGS = re.compile(r"姓名|身份证|公民身份|证件号")
SHOWN_ROWS = 8


def skip_reason(row: Row, table: Table) -> str | None:
    """Why this row is no record: blank, column_numbers, repeated_header, no_people, subtotal, footer; else None."""
    texts = {index: text for index, cell in enumerate(row.cells) if (text := clean_text(cell))}
    own = {index: text for index, text in texts.items() if index not in row.filled}
    if all(table.columns.get(index, ("", "serial"))[1] == "serial" for index in own) and not _is_words(own):
        return "blank"
    if is_column_numbers(row):
        return "column_numbers"
    if _repeats_header(texts, table):
        return "repeated_header"
    if any(IDENTITY.search(text) for text in texts.values()):
        return None
    first = texts[min(texts)]
    if _says_nobody(texts, table):
        return "no_people"
    if any(SUBTOTAL.match(text.replace(" ", "")) for index, text in sorted(texts.items())[:3]):
        return "subtotal"
    return "footer" if FOOTER.match(first) else None


def _is_words(texts: dict[int, str]) -> bool:
    return any(not text.isdigit() for text in texts.values())


def _repeats_header(texts: dict[int, str], table: Table) -> bool:
    same = sum(1 for index, (heading, _key) in table.columns.items() if texts.get(index) == clean_text(heading))
    return same >= 2 and same * 2 >= len(texts)


def _says_nobody(texts: dict[int, str], table: Table) -> bool:
    """ "无" alone, or beside nothing but the name of the village: the branch reports that nobody is away."""
    said = [text for text in texts.values() if NOBODY.match(text.replace(" ", ""))]
    if not said:
        return False
    beside = {"serial", "organisation", "note"}
    rest = [index for index, text in texts.items() if text not in said and not is_blank(text)]
    return all(table.columns.get(index, ("", "serial"))[1] in beside for index in rest)


def looks_like_summary(rows: Sequence[Row]) -> bool:
    """A 汇总表: figures by town or branch under headings of sums, and no person anywhere."""
    texts = [clean_text(cell) for row in rows for cell in row.cells]
    if any(PERSON_HEADINGS.search(text) or IDENTITY.search(text) for text in texts):
        return False
    heads = [row for row in rows if sum(1 for cell in row.cells if SUMMARY_WORDS.search(clean_text(cell))) >= 2]
    if not heads:
        return False
    below = [row for row in rows if row.number > heads[-1].number and not is_column_numbers(row)]
    return sum(1 for row in below[:SHOWN_ROWS] if _is_figures(row)) >= 1


def _is_figures(row: Row) -> bool:
    values = [cell for cell in row.cells[1:] if not is_blank(cell)]
    figures = [cell for cell in values if isinstance(cell, (int, float)) or clean_text(cell).rstrip("%").isdigit()]
    return len(figures) >= 2 and len(figures) * 2 >= len(values)
