"""Writing a value into somebody's own cell the way that cell was written: dates stay dates, 1995.07 stays 1995.07."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from core.columns import Column, Kind
from core.documents.cells import DATES, display
from core.domain.cells import clean_text

_DATE = re.compile(r"(\d{4})(\D{1,2})(\d{1,2})(?:(\D{1,2})(\d{1,2}))?(\D?)")
_RUN = re.compile(r"\d{4}(?:\d{2}){1,2}")
_FLAGS = (("是", "否"), ("有", "没有"), ("√", "×"), ("已持有", "未持有"), ("已", "未"))


def in_manner(column: Column, canonical: Any, before: Any, old: Any = None) -> Any:
    """What to write for ``canonical`` where ``before`` stands now.

    ``old``: the canonical value of ``before``: where its digits stand among other words, only they are replaced.
    """
    if canonical in (None, "", []):
        return None
    if column.kind in DATES:
        return _date(str(canonical), before)
    if column.kind is Kind.CODE:
        return _code(column, str(canonical), before)
    if column.kind is Kind.FLAG:
        return _flag(bool(canonical), before)
    if column.kind is Kind.PHONE:
        return _phone(str(canonical), before, old)
    return display(column, canonical)


def _date(iso: str, before: Any) -> Any:
    parts = iso.split("-")
    if isinstance(before, (dt.datetime, dt.date)) and len(parts) == 3:
        day = dt.date.fromisoformat(iso)
        return dt.datetime.combine(day, dt.time()) if isinstance(before, dt.datetime) else day
    text = clean_text(before) if isinstance(before, str) else ""
    if len(parts) > 1 and _RUN.fullmatch(text):
        return "".join(parts)
    shape = _DATE.fullmatch(text)
    if shape and len(parts) > 1:
        _year, first, month, _second, _day, end = shape.groups()
        padded = month.startswith("0") or (shape[5] or "").startswith("0")
        numbers = parts if padded else [parts[0], *(str(int(part)) for part in parts[1:])]
        if first == "年":
            return f"{numbers[0]}年{numbers[1]}月" + (f"{numbers[2]}日" if len(numbers) == 3 else "")
        return first.join(numbers) + (end if end and end not in "月日" else "")
    return "年".join(parts) + "年" if len(parts) == 1 else _plain(parts)


def _plain(parts: list[str]) -> str:
    return "-".join(parts) if len(parts) == 3 else f"{parts[0]}年{int(parts[1])}月"


def _code(column: Column, code: str, before: Any) -> str:
    """The code where the cell held a code; the usual word of the same rank where it held one; the label otherwise."""
    codes = column.codes
    assert codes is not None
    text = clean_text(before) if before is not None else ""
    old = codes.parse(text) if text else None
    label = codes.label(code) or code
    if old is None or text == codes.label(old):
        return label
    if text == old:
        return code
    if codes.suffix and label.endswith(codes.suffix) and not text.endswith(codes.suffix):
        return label.removesuffix(codes.suffix)
    words = {item.code: item.aliases for item in codes.items}
    rank = words[old].index(text) if text in words[old] else -1
    return words[code][rank] if code in words and 0 <= rank < len(words[code]) else label


def _flag(flag: bool, before: Any) -> Any:
    if isinstance(before, bool):
        return flag
    text = clean_text(before) if before is not None else ""
    pair = next((pair for pair in _FLAGS if text in pair), _FLAGS[0])
    return pair[0] if flag else pair[1]


def _phone(number: str, before: Any, old: Any) -> Any:
    if isinstance(before, (int, float)) and not isinstance(before, bool) and number.isdigit():
        return int(number)
    if isinstance(before, str) and isinstance(old, str) and old and old in before:
        return before.replace(old, number)
    return number
