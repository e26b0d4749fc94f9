"""What a ledger's cell may hold, and the plain text in it.

A cell is ``None``, ``str``, ``bool``, ``int``, ``float``, ``date``, ``datetime`` or a
:class:`CellError` (``#REF!`` and its kind). Every parser of this package takes such a cell
and returns a :class:`Parsed`: it never raises on what people typed.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

Level = Literal["error", "warning", "info"]
Value = TypeVar("Value")


@dataclass(frozen=True)
class CellError:
    """An error value that the spreadsheet itself shows: ``#REF!``, ``#N/A``, ``#VALUE!``."""

    text: str


@dataclass(frozen=True)
class Problem:
    """What is wrong with a cell. ``text`` is for the reader and never shows a full number."""

    code: str
    text: str
    level: Level = "warning"


@dataclass(frozen=True)
class Parsed(Generic[Value]):
    """A cell's value or the problem with it; both are ``None`` for an empty cell.

    ``notes``: remarks on a value that is usable. ``extra``: what else stood in the cell.
    """

    value: Value | None
    problem: Problem | None = None
    notes: tuple[Problem, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict, hash=False)


def _half_width() -> dict[int, str | None]:
    """Full-width letters, digits and signs to half width. Chinese punctuation （），：； stays, and so
    do circled digits, which plain NFKC would turn into something else to read."""
    signs = "＋－．／＼＝＿％＃＆＠＊～＇＂｜"
    table: dict[int, str | None] = {}
    for point in [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), *map(ord, signs)]:
        table[point] = chr(point - 0xFEE0)
    for point in range(0x2E80, 0x2FE0):  # radicals that copying out of a PDF gives instead of the characters
        table[point] = unicodedata.normalize("NFKC", chr(point))
    for point in (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF, 0x00AD):
        table[point] = None  # zero-width, direction marks
    return table


_HALF_WIDTH = _half_width()
_BLANKS = re.compile(r"\s+")
_WRAPPER = re.compile(r'="([^"]*)"')
_APOSTROPHE = re.compile(r"['‘’`](?=[^'‘’`])")
_LONG_NUMBER = re.compile(r"\d{11,}[Xx]?")
_BLANK_MARKS = frozenset(
    (
        *("", "无", "—", "——", "-", "--", "–", "―", "/", "//", "\\", "空", "暂无", "null", "none", "n/a", "nan"),
        *("0000-00-00", "0000-00-00 00:00:00", "0000/00/00", "0000.00.00", "00000000"),
    )
)
_DITTO_MARKS = frozenset(("同上", "〃", "″", "''", '"', "”", "＂", "〝", "同前", "上同"))


def clean_text(raw: object) -> str:
    """The cell as one line of text: half-width, without invisible characters, apostrophe or ``="..."``.

    Line breaks, tabs and hard spaces become one space; whole floats lose their ``.0``;
    dates become ISO text.
    """
    if isinstance(raw, str):
        return _clean_string(raw)
    if raw is None:
        return ""
    if isinstance(raw, CellError):
        return raw.text
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    if isinstance(raw, dt.datetime):
        return raw.date().isoformat() if raw.time() == dt.time() else raw.isoformat(" ", "seconds")
    return str(raw)


def _clean_string(raw: str) -> str:
    # NFC, not NFKC: it unites look-alike ideographs and leaves ① and （ alone.
    text = _BLANKS.sub(" ", unicodedata.normalize("NFC", raw).translate(_HALF_WIDTH)).strip()
    if wrapped := _WRAPPER.fullmatch(text):
        text = wrapped[1].strip()
    return _APOSTROPHE.sub("", text, count=1).strip() if _APOSTROPHE.match(text) else text


def without_blanks(text: str) -> str:
    return _BLANKS.sub("", text)


def is_blank(raw: object, *, zero: bool = False) -> bool:
    """True for an empty cell and for the marks that paper forms ask for instead of one.

    ``zero``: the caller's column also uses 0 for "none" (a phone stored as a number).
    """
    if raw is None:
        return True
    if isinstance(raw, (bool, CellError, dt.date)):
        return False
    text = clean_text(raw)
    return text.lower() in _BLANK_MARKS or (zero and text == "0")


def is_clear_word(raw: object) -> bool:
    """The one word that empties a field; a blank never does."""
    return isinstance(raw, str) and clean_text(raw) == "清空"


def is_ditto(raw: object) -> bool:
    return isinstance(raw, str) and without_blanks(raw) in _DITTO_MARKS


def shown(raw: object, length: int = 20) -> str:
    """The cell as a message may quote it: short, on one line, and without a phone or identity number that
    stands in the wrong column."""
    text = _LONG_NUMBER.sub(lambda number: f"{number[0][:3]}****{number[0][-2:]}", clean_text(raw))
    return text if len(text) <= length else f"{text[:length]}…"


def cell_error(raw: CellError) -> Problem:
    return Problem("cell_error", f"单元格显示“{raw.text}”，是表格公式出错，请改成实际内容。", "error")
