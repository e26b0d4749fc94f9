"""What may stand in a job: ids and plain values. No phone or identity number rests in parameters, texts or results."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_SEVEN = re.compile(r"\d{7}")
_NUMBER = re.compile(r"\d{9,}[Xx]?")
_BIG = 10**10  # a phone number has eleven digits


def require_plain(value: Any) -> None:
    """Raises ValueError for what JSON does not hold, and for anything that might be a person's number."""
    if isinstance(value, str):
        if _SEVEN.search(value):
            raise ValueError("seven digits in a row in a job's parameters")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            require_plain(str(key))
            require_plain(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            require_plain(inner)
    elif isinstance(value, int) and not isinstance(value, bool):
        if abs(value) >= _BIG:
            raise ValueError("a number as long as a phone number in a job's parameters")
    elif not (value is None or isinstance(value, (bool, float))):
        raise ValueError(f"{type(value).__name__} in a job's parameters")


def hide(value: Any) -> Any:
    """The same with long numbers struck out of its texts: for progress, log, errors and results."""
    if isinstance(value, str):
        return _NUMBER.sub("#######", value)
    if isinstance(value, Mapping):
        return {str(key): hide(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [hide(inner) for inner in value]
    return value
