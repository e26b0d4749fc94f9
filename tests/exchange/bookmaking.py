"""Making books for tests: good ones from rows, and raw .xlsx parts to spoil."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import xlsxwriter

HEAD = ["序号", "姓名", "公民身份号码", "所在党支部", "流出时间", "流入地", "联系电话"]
BRANCH = "中共云湖县柳河镇魏庄村支部委员会"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "xl/worksheets/sheet1.xml"
Edit = Callable[[bytes], bytes]


def identity(number: int, birth: str = "19610402") -> str:
    """A valid identity number (GB 11643) of an area that never existed."""
    body = f"379981{birth}{number:03d}"
    total = sum(
        int(digit) * weight
        for digit, weight in zip(body, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), strict=True)
    )
    return body + "10X98765432"[total % 11]


def person(number: int, **changes: Any) -> list[Any]:
    """A row under HEAD; ``changes`` by column: name, id, branch, left, place, phone."""
    row = {"serial": number, "name": f"测试{'甲乙丙丁戊己庚辛'[number % 8]}", "id": identity(number), "branch": BRANCH}
    row |= {"left": "2021年9月", "place": "江苏省苏州市昆山市", "phone": f"199000{number:05d}"}
    return list((row | changes).values())


def ledger(
    *rows: Sequence[Any], head: Sequence[Any] = HEAD, titles: Sequence[str] = ("柳河镇流出党员台账",)
) -> list[Any]:
    """Titles, head and rows; three people when none are given."""
    return [*([title] for title in titles), list(head), *(rows or [person(number) for number in (1, 2, 3)])]


def xlsx(
    rows: Iterable[Sequence[Any]], *, more: Callable[[Any, Any], None] | None = None, name: str = "流出", **options: Any
) -> bytes:
    """An .xlsx of these rows in one sheet; ``more(workbook, worksheet)`` adds what is special."""
    stream = io.BytesIO()
    settings = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = xlsxwriter.Workbook(stream, settings | options)
    worksheet = workbook.add_worksheet(name)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                worksheet.write(number, column, value)
    if more is not None:
        more(workbook, worksheet)
    workbook.close()
    return stream.getvalue()


def zipped(parts: Iterable[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return stream.getvalue()


def edited(data: bytes, edits: dict[str, Edit] | Edit, extra: dict[str, bytes] | None = None) -> bytes:
    """The same package with parts changed (one edit for all, or by name) and parts added."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts: list[tuple[str | zipfile.ZipInfo, bytes]] = []
        for name in archive.namelist():
            edit = edits.get(name) if isinstance(edits, dict) else edits
            content = archive.read(name)
            parts.append((name, edit(content) if edit else content))
    return zipped([*parts, *(extra or {}).items()])


def raw_xlsx(
    sheet_xml: Iterable[bytes], extra: dict[str, bytes] | None = None, prologs: dict[str, bytes] | None = None
) -> bytes:
    """A smallest .xlsx around a worksheet part given as blocks (it may be huge: it is compressed as it comes)."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in _frame().items():
            archive.writestr(name, (prologs or {}).get(name, b"") + content)
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
        with archive.open(SHEET, "w") as part:
            for block in sheet_xml:
                part.write(block)
    return stream.getvalue()


def _frame() -> dict[str, bytes]:
    relation = f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{RELATIONS}/%s" Target="%s"/></Relationships>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
            f'.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
            f'ContentType="{kind}.sheet.main+xml"/><Override PartName="/{SHEET}" ContentType="{kind}.worksheet+xml"/></Types>'
        ).encode(),
        "_rels/.rels": (relation % ("officeDocument", "xl/workbook.xml")).encode(),
        "xl/_rels/workbook.xml.rels": (relation % ("worksheet", "worksheets/sheet1.xml")).encode(),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ).encode(),
    }


def sheet_xml(rows: Iterable[str], before: str = "", after: str = "") -> Iterable[bytes]:
    yield f'<worksheet xmlns="{MAIN}">{before}<sheetData>'.encode()
    block: list[str] = []
    for row in rows:
        block.append(row)
        if len(block) == 5000:
            yield "".join(block).encode()
            block.clear()
    yield "".join(block).encode()
    yield f"</sheetData>{after}</worksheet>".encode()


def inline_row(number: int | None, cells: Sequence[Any], *, references: bool = True) -> str:
    """One <row> of inline strings; ``number`` None leaves the row without its number."""
    texts = []
    for column, value in enumerate(cells):
        reference = f' r="{chr(65 + column)}{number}"' if references and number else ""
        texts.append(f'<c{reference} t="inlineStr"><is><t>{value}</t></is></c>')
    return _row(number, "".join(texts))


def _row(number: int | None, cells: str) -> str:
    return f'<row r="{number}">{cells}</row>' if number else f"<row>{cells}</row>"


def patched_sizes(data: bytes, name: str, size: int) -> bytes:
    """The zip with a lie about one entry's inflated size in its central directory."""
    start = data.index(b"PK\x01\x02")
    wanted = name.encode()
    while data[start + 46 : start + 46 + len(wanted)] != wanted:
        start = data.index(b"PK\x01\x02", start + 4)
    return data[: start + 24] + struct.pack("<I", size) + data[start + 28 :]


def swollen(name: str, block: bytes, times: int, parts: dict[str, bytes] | None = None) -> bytes:
    """A package with one entry that is the same block many times over, written as it is compressed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for other, content in (_frame() if parts is None else parts).items():
            archive.writestr(other, content)
        with archive.open(name, "w") as part:
            for _ in range(times):
                part.write(block)
    return stream.getvalue()


def compound(*streams: str) -> bytes:
    """An OLE compound file's header and directory with these stream names, and no content behind them."""
    entries = b""
    for name in ("Root Entry", *streams):
        wide = name.encode("utf-16-le") + b"\0\0"
        entries += wide.ljust(64, b"\0") + struct.pack("<H", len(wide)) + bytes(62)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    return header + entries.ljust(1024, b"\0") + zlib.compress(bytes(64))


def ods(rows: Iterable[Sequence[Any]]) -> bytes:
    """An OpenDocument spreadsheet of text cells."""
    office, table, text = (f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text"))
    body = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{"" if value is None else value}</text:p></table:table-cell>'
            for value in row
        )
        + "</table:table-row>"
        for row in rows
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{office}" xmlns:table="{table}" xmlns:text="{text}">'
        f'<office:body><office:spreadsheet><table:table table:name="S">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return zipped(
        [
            ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
            ("content.xml", content.encode()),
            ("META-INF/manifest.xml", manifest.encode()),
        ]
    )
