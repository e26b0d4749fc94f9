"""Pages of a list by key instead of by offset: the last page costs what the first one costs.

A cursor holds the sort key of the row where a page begins. It is sealed, so an address shows nothing of it and
nobody can make one up; whatever does not open, or belongs to another list or order, is simply the first page.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from core import crypto

_DIGITS = re.compile(r"\d{7}")
_TO_ADDRESS = str.maketrans("+/", "-_")
_FROM_ADDRESS = str.maketrans("-_", "+/")


@dataclass(frozen=True)
class Cursor:
    """``values``: the key after which (or, ``backwards``, before which) the page lies; ``first``: number of its first row."""

    values: tuple[Any, ...]
    backwards: bool = False
    first: int = 1

    def token(self, where: str) -> str:
        """``where``: list and order that the cursor belongs to. Never seven digits in a row: an address must not have them."""
        text = json.dumps([list(map(_plain, self.values)), self.backwards, self.first])
        token = "0000000"  # noqa: S105
        while _DIGITS.search(token):
            token = crypto.seal(text, f"cursor:{where}").rstrip("=").translate(_TO_ADDRESS)
        return token


def read(token: str, where: str, length: int) -> Cursor | None:
    """The cursor behind ``token``; None for the first page and for whatever does not belong to ``where``."""
    if not token or len(token) > 2000:
        return None
    padded = token.translate(_FROM_ADDRESS) + "=" * (-len(token.partition(".")[2]) % 4)
    try:
        values, backwards, first = json.loads(crypto.unseal(padded, f"cursor:{where}"))
    except ValueError:  # CannotOpen, broken base64 and broken JSON are ValueErrors
        return None
    if len(values) != length:
        return None
    return Cursor(tuple(map(_typed, values)), bool(backwards), int(first))


def _plain(value: Any) -> Any:
    return {"at": value.isoformat()} if isinstance(value, dt.datetime) else value


def _typed(value: Any) -> Any:
    return dt.datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value


@dataclass(frozen=True)
class Page:
    """``ids`` in order. ``first``: number of the first row; the tokens lead on, "" where there is nothing more."""

    ids: list[int]
    first: int
    next: str = ""
    previous: str = ""

    @property
    def last(self) -> int:
        return self.first + len(self.ids) - 1


def page(queryset: QuerySet[Any], order: Sequence[str], *, token: str, size: int, where: str) -> Page:
    """One page of ``queryset`` by ``order``: columns without nulls, "-" for descending; the primary key is added as the last.

    Only keys are read: an index can answer it, and the rows are fetched by id.
    """
    fields = [*order, "pk"]
    cursor = read(token, where, len(fields))
    keys = _keys(queryset, fields, cursor, size)
    if cursor and (not keys or (cursor.backwards and len(keys) <= size)):
        # Back at the beginning, or beyond the end because rows have gone since: a whole first page.
        cursor, keys = None, _keys(queryset, fields, None, size)
    more = len(keys) > size
    keys = keys[:size]
    if cursor and cursor.backwards:
        keys.reverse()
    first = cursor.first if cursor else 1
    backwards = bool(cursor and cursor.backwards)
    back = bool(cursor) and (more or not backwards)
    onward = more or backwards
    return Page(
        ids=[key[-1] for key in keys],
        first=first,
        next=Cursor(keys[-1], first=first + len(keys)).token(where) if onward and keys else "",
        previous=Cursor(keys[0], backwards=True, first=max(first - size, 1)).token(where) if back and keys else "",
    )


def _keys(queryset: QuerySet[Any], fields: Sequence[str], cursor: Cursor | None, size: int) -> list[tuple[Any, ...]]:
    backwards = bool(cursor and cursor.backwards)
    if cursor:
        queryset = queryset.filter(_beyond(fields, cursor.values, backwards))
    ordered = queryset.order_by(*(_turned(field) if backwards else field for field in fields))
    return list(ordered.values_list(*(field.removeprefix("-") for field in fields))[: size + 1])


def _turned(field: str) -> str:
    return field.removeprefix("-") if field.startswith("-") else f"-{field}"


def _beyond(fields: Sequence[str], values: Sequence[Any], backwards: bool) -> Q:
    """``(a, b) > (x, y)`` spelled out, led by ``a >= x``, from which an index range can start."""
    condition = Q()
    equal = Q()
    for field, value in zip(fields, values, strict=True):
        name = field.removeprefix("-")
        way = "lt" if field.startswith("-") != backwards else "gt"
        condition |= equal & Q(**{f"{name}__{way}": value})
        equal &= Q(**{name: value})
    lead = fields[0].removeprefix("-")
    way = "lte" if fields[0].startswith("-") != backwards else "gte"
    return Q(**{f"{lead}__{way}": values[0]}) & condition
