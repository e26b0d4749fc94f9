"""What a file is, by its content and never by its extension."""

from __future__ import annotations

import struct
from enum import StrEnum

from exchange.reading.container import Container
from exchange.reading.refusals import refusal
from exchange.reading.shapes import Limits

ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ARCHIVES = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
OTHERS = (b"%PDF", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"II*\0", b"MM\0*", b"{\\rtf", b"\x7fELF", b"MZ")
OLD_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00")
WEB_PAGE = (b"<html", b"<!doctype html", b"<table", b"<meta ", b"<style", b"<head", b"mime-version:")
WPS_NAMES = (".et", ".ett", ".wps")


class Format(StrEnum):
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    CSV = "csv"


def sniff(data: bytes, filename: str, limits: Limits) -> tuple[Format, Container | None]:
    """The format and, for zip containers, their vetted directory. Raises Refused for everything else."""
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise refusal("empty_file")
    if data.startswith(b"PK\x05\x06"):
        raise refusal("empty_file")
    if data.startswith(b"PK\x03\x04"):
        container = Container(data, limits)
        return _office(container), container
    if data.startswith(COMPOUND):
        return _compound(data, filename), None
    if data.startswith(ARCHIVES):
        raise refusal("archive_kind")
    if data.startswith(OTHERS):
        raise refusal("not_a_table")
    if data.startswith(OLD_BIFF):
        raise refusal("old_xls")
    _check_text(data, filename)
    return Format.CSV, None


def is_office(names: list[str]) -> bool:
    """Whether the entries of a zip are one document, rather than files that somebody packed."""
    return "[Content_Types].xml" in names or "mimetype" in names or "META-INF/manifest.xml" in names


def _office(container: Container) -> Format:
    names = container.names()
    if "xl/workbook.bin" in container:
        raise refusal("xlsb")
    if "mimetype" in container:
        if not container.read("mimetype", 1024).startswith(ODS_TYPE):
            raise refusal("not_a_table")
        if "META-INF/manifest.xml" in container and b"encryption-data" in container.read("META-INF/manifest.xml"):
            raise refusal("encrypted")
        return Format.ODS
    if any(name.startswith("xl/") for name in names):
        return Format.XLSX
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise refusal("not_a_table")
    raise refusal("damaged" if is_office(names) else "archive")


def _compound(data: bytes, filename: str) -> Format:
    streams = _stream_names(data)
    if "EncryptedPackage" in streams or "EncryptionInfo" in streams:
        raise refusal("encrypted")
    if "Workbook" in streams or "Book" in streams:
        return Format.XLS
    if filename.lower().endswith(WPS_NAMES):
        raise refusal("wps_et")
    raise refusal("not_a_table" if streams & {"WordDocument", "PowerPoint Document"} else "damaged")


def _stream_names(data: bytes) -> set[str]:
    """Names in the directory of an OLE compound file (MS-CFB 2.6): 128-byte entries, UTF-16 names.

    Sectors start at multiples of 512 bytes and the directory lies in whole sectors, so every entry
    starts at a multiple of 128; the chain of sectors need not be followed to know the names.
    """
    names = set()
    for name in ("EncryptedPackage", "EncryptionInfo", "Workbook", "Book", "WordDocument", "PowerPoint Document"):
        wanted = name.encode("utf-16-le") + b"\0\0"
        start = data.find(wanted)
        while start >= 0:
            if start % 128 == 0 and struct.unpack_from("<H", data.ljust(start + 66, b"\0"), start + 64)[0] == len(
                wanted
            ):
                names.add(name)
                break
            start = data.find(wanted, start + 1)
    return names


def _check_text(data: bytes, filename: str) -> None:
    head = data[:4096]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "replace").encode()
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith((b"<?xml", b"<workbook")):
        raise refusal(
            "xml_spreadsheet" if b"office:spreadsheet" in head else "html_as_xls" if b"<html" in head else "not_a_table"
        )
    if head.startswith(WEB_PAGE) or (head.startswith(b"<") and b"<table" in head):
        raise refusal("html_as_xls")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return
    blanks = data.count(b"\0")
    if filename.lower().endswith(WPS_NAMES):
        raise refusal("wps_et")
    if blanks > len(data) // 20:
        raise refusal("not_a_table")
    if blanks:
        raise refusal("nul_bytes", line=data.count(b"\n", 0, data.index(b"\0")) + 1)
