"""Workbooks and CSV: the look, the limits, and that nothing in a cell or a head can ever run."""

from __future__ import annotations

import csv
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.columns import Column, Kind
from core.documents import csvfile, workbook
from core.documents.cells import display, printer
from core.documents.workbook import Head, Sheet
from core.domain.cells import clean_text
from core.domain.codes import MEMBER_KIND, SEX

# What spreadsheets have been made to run: first characters of their own, full-width twins, what hides them, and known attacks.
PAYLOADS = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", "\x00=1+1", "＝1+1", "＋1+1", "－1+1", "＠SUM(A1)",
    " =1+1", "  +1", '"=1+1', ";=1+1", "'=1+1", "%0A=1+1", "=cmd|'/C calc'!A0", "=HYPERLINK(\"http://x.invalid\",\"点\")",
    "=WEBSERVICE(\"http://x.invalid\")", "@SUM(1+1)*cmd|'/C calc'!A0", "+8619900111222", "-1", "=IMPORTXML(A1,\"//a\")",
    "=DDE(\"cmd\";\"/C calc\";\"x\")", "+cmd|'/C calc'!A0", "-2+3+cmd|'/C calc'!A0", "=1;=2", "=\"a\"&\"b\"", "==1+1",
    "=INDIRECT(A1)", "=RTD(\"x\",,1)", "=CALL(\"kernel32\")", "http://x.invalid", "mailto:x@x.invalid", "{=1+1}",
    "=_xlfn.WEBSERVICE(A1)", "\u200b=1+1", "=SUM(1+1)*cmd|' /C calc'!A0", "0x41", "=1+1\n=2+2",
)  # fmt: skip
LONG = tuple(f"第 {number} 种选择" for number in range(60))  # more than may stand in the rule itself
LIVE = tuple("=+-@\t\r\n\0＝＋－＠")


def book_of(*sheets: Sheet, **properties: str) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook.write(list(sheets), properties)))


def survivors(text: str) -> str:
    """What XML can hold of a text."""
    return workbook.escape(text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def test_there_are_forty_payloads() -> None:
    assert len(set(PAYLOADS)) >= 40


def test_no_payload_is_live_in_a_workbook() -> None:
    heads = [Head(f"{text}{number}", group="=1+1") for number, text in enumerate(PAYLOADS)]
    rows = [[text] * len(heads) for text in PAYLOADS]
    sheet = Sheet(
        "=1+1", heads, rows, title="=2+2", left="=3+3", right="+4", footers=("=5+5", ("-6", "@7")), page_footer="&=1"
    )
    book = book_of(sheet, Sheet("名单", heads, [list(PAYLOADS)], plain=True), 导出编号="=9+9")
    values = 0
    for page in book:
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (page.title, cell.coordinate, cell.value)
                assert cell.hyperlink is None
                values += cell.value is not None
    assert values > len(PAYLOADS) * (len(PAYLOADS) + 1)
    page = book.worksheets[0]
    written = [page.cell(sheet.first_row + number, 1).value for number in range(len(PAYLOADS))]
    assert [text.replace("\r", "\n") for text in written] == [survivors(text).replace("\r", "\n") for text in PAYLOADS]


def test_no_payload_is_live_in_a_csv() -> None:
    data = csvfile.write(PAYLOADS, [PAYLOADS])
    assert data.startswith(b"\xef\xbb\xbf")
    head, row = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    for cell in (*head, *row):
        assert not cell.startswith(LIVE), cell
        assert not cell.lstrip(" \"';").startswith(LIVE) or cell.startswith("'"), cell


@pytest.mark.parametrize("text", ["=1+1", "+8619900111222", "-x", "@张", "＝1"])
def test_a_guarded_text_is_read_back_as_it_was(text: str) -> None:
    assert clean_text(csvfile.guard(text)) == clean_text(text)


@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_any_text_survives_the_workbook(texts: list[str]) -> None:
    page = book_of(Sheet("表", [Head("栏")] * len(texts), [texts])).active
    found = [page.cell(2, index + 1).value or "" for index in range(len(texts))]
    assert [one.replace("\r\n", "\n").replace("\r", "\n") for one in found] == [
        survivors(one).replace("\r\n", "\n").replace("\r", "\n") for one in texts
    ]


def test_the_look_of_an_official_form() -> None:
    columns = [
        Head("序号", width=5), Head("姓名", centred=True), Head("去向", "流出情况", 10), Head("民族", "流出情况", 10, LONG),
        Head("性别", choices=("男", "女")),
    ]  # fmt: skip
    sheet = Sheet(
        "流出", columns, [[1, "何静", "云湖县何寨村很长的一个地址", "汉族", None]], title="流出党员台账", left="填报单位", right="填报日期",
        footers=("注：", ("填报人：", "审核人：")), paper="A3", page_footer="内部资料 & 用途",
    )  # fmt: skip
    book = book_of(sheet, 模板="outflow.1")
    page = book.active
    assert (sheet.first_row, sheet.count) == (5, 1)
    assert {str(one) for one in page.merged_cells.ranges} >= {"A1:E1", "A3:A4", "B3:B4", "C3:D3", "A6:E6"}
    assert [page.cell(5, column).value for column in (1, 2, 4)] == [1, "何静", "汉族"]
    assert (page["B5"].number_format, page["A5"].number_format, page["B5"].border.top.style) == ("@", "0", "thin")
    assert page.row_dimensions[5].height > workbook.ROW
    assert (page["A6"].value, page["A7"].value, page["C7"].value) == ("注：", "填报人：", "审核人：")
    assert (page.page_setup.orientation, page.page_setup.paperSize, page.print_title_rows) == ("landscape", 8, "$1:$4")
    assert page.oddFooter.left.text == "内部资料 && 用途"
    rules = {str(rule.sqref): rule.formula1 for rule in page.data_validations.dataValidation}
    assert rules == {"D5": f"'{workbook.LISTS}'!$A$1:$A${len(LONG)}", "E5": '"男,女"'}
    lists = book[workbook.LISTS]
    assert (lists.sheet_state, lists["A1"].value) == ("hidden", LONG[0])


def test_an_empty_ledger_is_still_a_form() -> None:
    page = book_of(Sheet("流出", [Head("序号"), Head("姓名")], [], title="台账", footers=("注：",))).active
    assert [page.cell(row, 1).value for row in (1, 2, 3, 4)] == ["台账", "序号", None, "注："]


def test_rows_are_told_as_they_are_written() -> None:
    told: list[int] = []
    workbook.write([Sheet("表", [Head("栏")], ([str(one)] for one in range(2500)))], {}, told.append)
    assert told == [1000, 2000]
    told.clear()
    csvfile.write(["栏"], ([str(one)] for one in range(2500)), told.append)
    assert told == [1000, 2000]


def test_parts_of_the_file_are_there_once() -> None:
    data = workbook.write([Sheet("一", [Head("栏", choices=LONG)], [["汉族"]]), Sheet("二", [Head("栏")], [])], {})
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert len(names) == len(set(names))
    assert sum(name.startswith("xl/worksheets/sheet") for name in names) == 3


def test_display_says_it_as_the_forms_do() -> None:
    date = Column("left_on", "流出时间", Kind.PARTIAL_DATE)
    assert [display(date, iso) for iso in ("2021-09-28", "2026-03", "2021", None, "")] == [
        "2021-09-28",
        "2026年3月",
        "2021年",
        "",
        "",
    ]
    flag = Column("certificate", "持证", Kind.FLAG)
    assert [display(flag, value) for value in (True, False, None)] == ["是", "否", ""]
    code = Column("member_kind", "人员类别", Kind.CODE, codes=MEMBER_KIND)
    assert [display(code, value) for value in ("1", "给闺女看孩子", "", None)] == ["正式党员", "给闺女看孩子", "", ""]
    assert display(Column("sex", "性别", Kind.CODE, codes=SEX), "2") == "女"
    assert display(Column("age", "年龄", Kind.INTEGER), 41) == 41
    assert display(Column("note", "备注"), None) == ""


def test_masked_numbers() -> None:
    assert printer(Column("phone", "电话", Kind.PHONE), masked=True)("19900113093") == "199****3093"
    assert printer(Column("identity", "号码", Kind.IDENTITY), masked=True)("379981193206181517") == "379981********1517"
    assert printer(Column("phone", "电话", Kind.PHONE), masked=True)("") == ""
