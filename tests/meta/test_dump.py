"""Whoever takes the disk, the dump or the log finds nobody's identity number and nobody's phone, however written."""

from __future__ import annotations

import base64
import binascii
import os
import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from python_calamine import CalamineWorkbook

from tests.installation import ROOT, Installation, prepared

LEDGERS = ROOT / "demo" / "ledgers"
# Everybody in the samples has an identity number of this area, and a phone that begins so.
NUMBER = re.compile(rb"(?=(379981\d{11}[\dXx]|19900\d{6}))")
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
HEX = re.compile(rb"[0-9A-Fa-f]{22,}")
NEW_PHONE, MENDED = "19900123456", "379981199003192512"  # of a_day.py
POSTGRES = "postgres://postgres@127.0.0.1:5432/"

pytestmark = [pytest.mark.once, pytest.mark.slow]


def numbers_in(data: bytes) -> set[bytes]:
    """Whole numbers, as they are, in UTF-16, in hexadecimal digits and in base64."""
    return {found for text in readings(data) for found in NUMBER.findall(text)}


def readings(data: bytes) -> Iterator[bytes]:
    yield data
    yield data.replace(b"\0", b"")
    # Digits are few in what is encrypted, so only what can hold eleven of them is decoded.
    for run in HEX.findall(data):
        for start in (0, 1):
            part = run[start:]
            yield binascii.unhexlify(part[: len(part) // 2 * 2]).replace(b"\0", b"")
    for run in BASE64.findall(data):
        for start in range(4):
            part = run[start:].translate(bytes.maketrans(b"-_", b"+/"))
            yield base64.b64decode(part[: len(part) // 4 * 4]).replace(b"\0", b"")


@pytest.mark.parametrize("number", ["379981199001011234", "37998119900101123X", "19900123456"])
@pytest.mark.parametrize("before", ["", "a", "ab", "张三"])
def test_a_number_would_be_found_however_it_is_written(number: str, before: str) -> None:
    text = f"{before}{number}，"
    plain = text.encode()
    written: list[Callable[[], bytes]] = [
        lambda: plain, lambda: text.encode("utf-16-le"), lambda: text.encode("utf-16-be"), lambda: plain.hex().encode(),
        lambda: b"f" + plain.hex().upper().encode(), lambda: base64.b64encode(plain), lambda: base64.urlsafe_b64encode(plain),
        lambda: b"x" + base64.b64encode(text.encode("utf-16-le")),
    ]  # fmt: skip
    for write in written:
        data = b"\x00\xff{" + write() + b"}\xfe"
        assert number.encode() in numbers_in(data), data


@pytest.fixture(scope="module")
def everybodys() -> set[bytes]:
    """The numbers of all the people in the samples and in the day's work.

    Digits that only look like one occur: the tail of a phone beside a path in a row of SQLite.
    """
    found = {NEW_PHONE, MENDED}
    for file in LEDGERS.iterdir():
        if file.suffix in (".xlsx", ".xls"):
            book = CalamineWorkbook.from_path(file)
            cells = (
                cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row
            )
            text = " ".join(str(int(cell)) if isinstance(cell, float) else str(cell) for cell in cells)
        else:
            text = file.read_bytes().decode("gb18030", "ignore")
        found |= set(re.findall(r"\b379981\d{11}[\dXx]\b|\b19900\d{6}\b", text))
    return {one.encode() for one in found}


def leaks(folder: Path, wanted: set[bytes]) -> dict[str, set[bytes]]:
    """Numbers by file. A file that is a plain zip (a workbook, an archive) counts as one."""
    found = {}
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = str(file.relative_to(folder))
        if name.startswith("static/"):  # the program's own files, the same everywhere
            continue
        data = file.read_bytes()
        numbers = wanted & (numbers_in(data) | numbers_in(name.encode()))
        if numbers or data.startswith(b"PK\3\4"):
            found[name] = numbers
    return found


def test_nothing_on_disk_tells_a_number(sample_county: Installation, everybodys: set[bytes], tmp_path: Path) -> None:
    assert len(everybodys) > 5000
    county = sample_county.copy(tmp_path / "var")
    with closing(sqlite3.connect(county.database)) as reader:  # keeps the write-ahead log from being folded in
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM members_member").fetchone()
        county.python("-m", "tests.meta.a_day")
        assert list((county.var / "broker" / "queue").iterdir()), "no job went through the broker"
        names = {path.name for path in county.var.rglob("*")}
        assert {"portal.sqlite3", "portal.sqlite3-wal", "output.log"} <= names
        assert leaks(county.var, everybodys) == {}
    log = county.log.read_text("utf-8")
    assert "could not reach" in log, "the log was not looked at"


def test_no_dump_of_postgresql_tells_a_number(everybodys: set[bytes], tmp_path: Path) -> None:
    try:
        server = psycopg2.connect(POSTGRES + "postgres", connect_timeout=2)
    except psycopg2.OperationalError:
        pytest.skip("no PostgreSQL on 127.0.0.1:5432")
    server.autocommit = True
    name = f"yanyi_dump_{os.getpid()}"
    with closing(server), server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        try:
            county = prepared(tmp_path / "var", POSTGRES + name)
            county.python("-m", "tests.meta.a_day")
            dump = subprocess.run(["pg_dump", POSTGRES + name], capture_output=True, check=True).stdout
        finally:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    assert b"COPY public.members_member " in dump
    assert everybodys & numbers_in(dump) == set()
    assert leaks(county.var, everybodys) == {}
