"""Cells that JSON does not know, so that a correction or a second check reads the very same cell."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.domain.cells import CellError

_DECODERS = {"d": dt.date.fromisoformat, "t": dt.datetime.fromisoformat, "e": CellError}


def packed(cell: Any) -> Any:
    if isinstance(cell, dt.datetime):
        return {"t": cell.isoformat()}
    if isinstance(cell, dt.date):
        return {"d": cell.isoformat()}
    if isinstance(cell, CellError):
        return {"e": cell.text}
    raise TypeError(f"{type(cell).__name__} cannot be staged")


def unpacked(raw: Any) -> Any:
    if raw.__class__ is dict:
        ((kind, text),) = raw.items()
        return _DECODERS[kind](text)
    return raw
