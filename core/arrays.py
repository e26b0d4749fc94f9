"""Many values for PostgreSQL as one text: it reads an array many times faster than as many expressions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_TEXT = frozenset({str, type(None)})


def array_of(values: Sequence[Any]) -> Any:
    """A parameter for ``%s::type[]``: whole numbers and texts written out, anything else for the driver to write."""
    kinds = set(map(type, values))
    if kinds <= {int}:
        return f"{{{','.join(map(str, values))}}}"
    if kinds <= _TEXT:
        return _of_texts(values)
    return list(values)


def _of_texts(values: Sequence[str | None]) -> str:
    """Hardly any text holds what has to be escaped, so one look at all of them is enough most of the time."""
    text = '","'.join([value for value in values if value is not None])
    if values and "\\" not in text and None not in values and text.count('"') == 2 * (len(values) - 1):
        return f'{{"{text}"}}'
    return f"{{{','.join(map(_escaped, values))}}}"


def _escaped(value: str | None) -> str:
    if value is None:
        return "NULL"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
