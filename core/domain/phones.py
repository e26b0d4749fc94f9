"""Phone numbers of the mainland, as they stand in ledgers: several in a cell, amid words and marks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.domain.cells import CellError, Parsed, Problem, cell_error, clean_text, is_blank, shown


@dataclass(frozen=True)
class Phones:
    """``main``: the first mobile, or else the first landline; ``others``: the rest as they came."""

    main: str
    others: tuple[str, ...] = ()


MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)?86[ -]*)?(1[3-9]\d(?:[ -]?\d){8})(?!\d)")
LANDLINE = re.compile(
    r"(?<!\d)(?:(?:\+|00)86[ -]*)?[(（]?(010|02\d|0[3-9]\d{2})[)）]?[ -]?([1-9]\d{6,7})(?:(?:-|转)(\d{1,6}))?(?!\d)"
)
_DASHES = str.maketrans("–—―−", "----")
_BAD_RUN = re.compile(r"\d(?:[ -]?\d){4,}|\d(?:\.\d+)?[eE]\+?\d+")
_JOINTS = re.compile(r"[\s/、,，;；|:：\\+-]+|(?<![\u4e00-\u9fff])[或和及](?![\u4e00-\u9fff])|[(（]\s*[)）]")
_MARKS = ("停机", "空号", "关机", "同手机", "同微信", "欠费", "无法接通", "打不通", "号码有误", "已换号", "换号")


def find_phones(text: str) -> list[tuple[int, int, str]]:
    """Every number in the text as (start, end, plain number), in order of appearance."""
    text = text.translate(_DASHES)
    found = [(match.start(), match.end(), re.sub(r"\D", "", match[1])) for match in MOBILE.finditer(text)]
    for match in LANDLINE.finditer(text):
        extension = f"-{match[3]}" if match[3] else ""
        found.append((match.start(), match.end(), f"{match[1]}-{match[2]}{extension}"))
    return sorted(found)


def is_mobile(number: str) -> bool:
    return re.fullmatch(r"1[3-9]\d{9}", number) is not None


def parse_phones(raw: object) -> Parsed[Phones]:
    """The numbers in a cell, or ``phone_invalid`` when it holds none that can be dialled.

    ``extra["marks"]``: 停机, 同手机 and the like; ``extra["text"]``: other words around the number. A cell
    of nothing but marks is no problem and has no value. A broken number beside a good one is a note.
    """
    if isinstance(raw, CellError):
        return Parsed(None, cell_error(raw))
    if is_blank(raw, zero=True):
        return Parsed(None)
    text = clean_text(raw).translate(_DASHES)
    spans = find_phones(text)
    rest = _cut(text, spans)
    broken = _BAD_RUN.search(rest) is not None
    extra = _words(_BAD_RUN.sub(" ", rest))
    problem = Problem("phone_invalid", f"电话“{_hidden(raw)}”不是能拨通的号码，请核对位数。")
    if not spans:
        only_marks = not broken and "marks" in extra and "text" not in extra
        return Parsed(None, None if only_marks else problem, extra=extra)
    numbers = list(dict.fromkeys(number for _, _, number in spans))
    main = next(filter(is_mobile, numbers), numbers[0])
    phones = Phones(main, tuple(number for number in numbers if number != main))
    return Parsed(phones, notes=(problem,) if broken else (), extra=extra)


def _hidden(raw: object) -> str:
    """A broken number for a message: digits in the middle hidden, since it is nearly a real one."""
    return re.sub(r"(?<=\d{3})\d(?=\d{2})", "*", shown(raw))


def _cut(text: str, spans: list[tuple[int, int, str]]) -> str:
    pieces, end = [], 0
    for start, stop, _ in spans:
        pieces.append(text[end : max(start, end)])
        end = stop
    return " ".join([*pieces, text[end:]])


def _words(rest: str) -> dict[str, object]:
    extra: dict[str, object] = {}
    if marks := tuple(mark for mark in _MARKS if mark in rest):
        extra["marks"] = marks
        for mark in marks:
            rest = rest.replace(mark, " ")
    if words := _JOINTS.sub(" ", rest).strip():
        extra["text"] = words
    return extra


def mask_phone(value: str) -> str:
    """``199****3093``; a landline keeps its area and last four: ``0530-***4567``."""
    area, dash, number = value.rpartition("-")
    if is_mobile(value):
        return f"{value[:3]}****{value[-4:]}"
    if dash and len(number) >= 7:
        return f"{area}-{'*' * (len(number) - 4)}{number[-4:]}"
    return "*" * max(len(value) - 4, 0) + value[-4:] if len(value) > 6 else "*" * len(value)


def phone_tail(value: str) -> str:
    """The last four digits, by which two records of a person are compared."""
    return re.sub(r"\D", "", value)[-4:]
