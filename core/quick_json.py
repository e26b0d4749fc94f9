"""JSON for what passes by in hundreds of thousands: rows, plans, history."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import orjson

Default = Callable[[Any], Any]  # what stands for a value that JSON does not know


def dumps(value: Any, default: Default | None = None) -> bytes:
    """Without blanks. What UTF-8 cannot hold becomes a question mark."""
    try:
        return orjson.dumps(value, default, orjson.OPT_PASSTHROUGH_DATETIME)
    except TypeError:  # half of a character, a number of more than 64 bits: the standard library takes them
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=default)
        return text.encode("utf-8", "replace")


def text_of(value: Any) -> str:
    return dumps(value).decode()


def loads(data: bytes | str) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:  # the standard library is not as strict, and has written things
        return json.loads(data)
