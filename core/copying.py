"""Rows as the text that PostgreSQL's COPY reads. A hundred thousand of them pass by, several times over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from core.quick_json import text_of

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_AT_ONCE = 250  # rows


def copy_text(rows: Sequence[Sequence[Any]], same: Sequence[Any] = ()) -> str:
    """A line a row; ``same``: what ends every line. Hardly any text holds what COPY wants escaped, so one look at all of them
    is enough most of the time. A null is written with one backslash."""
    if not rows:
        return ""
    end = "".join([f"\t{_escaped(value)}" for value in same]) + "\n"
    text = end.join([_line(row) for row in rows]) + end
    count = len(rows)
    nulls = sum([row.count(None) for row in rows])
    if (
        text.count("\\") == nulls + count * end.count("\\")
        and text.count("\t") == count * (len(rows[0]) - 1 + end.count("\t"))
        and text.count("\n") == count
        and "\r" not in text
    ):
        return text
    return "".join([_careful_line(row) + end for row in rows])


def _line(row: Sequence[Any]) -> str:
    return "\t".join([value if value.__class__ is str else _TEXTS[value.__class__](value) for value in row])


def _careful_line(row: Sequence[Any]) -> str:
    line = _line(row)
    plain = line.count("\\") == row.count(None) and line.count("\t") == len(row) - 1
    return line if plain and "\n" not in line and "\r" not in line else "\t".join(map(_escaped, row))


def _escaped(value: Any) -> str:
    if value.__class__ is bytes:
        return "\\" + _TEXTS[bytes](value) if value else ""
    text: str = value if value.__class__ is str else _TEXTS[value.__class__](value)
    return text if value is None else text.translate(_ESCAPES)


class CopyStream:
    """Rows as the text that COPY reads, a few at a time. It takes what it is given, however much it asked for."""

    def __init__(self, rows: Iterable[Sequence[Any]], same: Sequence[Any] = ()) -> None:
        self._rows, self._same = iter(rows), same
        self.count = 0

    def read(self, _size: int = 0) -> str:
        rows = list(islice(self._rows, _AT_ONCE))
        self.count += len(rows)
        return copy_text(rows, self._same)


class _Texts(dict[type, Any]):
    """How a value of a type is written, before escaping; types that hardly occur are looked at when they do."""

    def __missing__(self, kind: type) -> Any:
        if issubclass(kind, (dict, list)):
            return text_of
        if issubclass(kind, dt.datetime):
            return _moment
        return str


@lru_cache(maxsize=16)
def _moment(value: dt.datetime) -> str:
    """All rows of an act bear its time."""
    return value.isoformat()


_TEXTS = _Texts(
    {
        type(None): lambda _: "\\N",
        bytes: lambda value: "\\x" + value.hex() if value else "",
        bool: lambda value: "t" if value else "f",
        int: str,
        dict: text_of,
        list: text_of,
        dt.datetime: _moment,
    }
)
