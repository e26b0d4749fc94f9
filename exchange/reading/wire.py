"""How rows travel from the child to the parent: frames of JSON.

JSON because the child has read a stranger's file: the parent decodes nothing that could do more than be
wrong. Cells that JSON does not know are sent beside the row, so that only they are looked at again.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from math import isfinite
from typing import IO, Any

from core import quick_json
from core.domain.cells import CellError
from exchange.reading.shapes import LONGEST_CELL, Row

FRAME_BYTES = 4 * 1024 * 1024  # a chunk ends early rather than grow beyond this
LARGEST_FRAME = 64 * 1024 * 1024
EXACT_INTEGER = 10**15  # Excel keeps fifteen digits: a larger whole number has lost some
TOO_LONG = "#TOO_LONG"
_LENGTH = struct.Struct(">I")

DECODERS: dict[str, Callable[[str], Any]] = {
    "d": date.fromisoformat,
    "t": datetime.fromisoformat,
    "e": CellError,
}


def send(stream: IO[bytes], message: bytes) -> None:
    stream.write(_LENGTH.pack(len(message)) + message)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """The next frame, None when the other side is gone."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > LARGEST_FRAME:
        return None
    message = stream.read(length)
    return message if len(message) == length else None


def dump(message: dict[str, Any]) -> bytes:
    return quick_json.dumps(message)


def pack_row(
    number: int, cells: list[Any], mark: str, filled: tuple[int, ...], errors: dict[int, str] | None
) -> bytes | None:
    """One row as JSON, None when it has no content. ``errors``: texts of error cells by column."""
    special: list[tuple[int, str, str]] = []
    for index, cell in enumerate(cells):
        kind = cell.__class__
        if kind is str:
            if not cell:
                cells[index] = None
            elif len(cell) > LONGEST_CELL:
                cells[index] = None
                special.append((index, "e", TOO_LONG))
        elif kind is float:
            cells[index] = _number(cell)
        elif kind is not int and kind is not bool and cell is not None:
            cells[index] = _beside(index, cell, special)
    if errors:
        special.extend((index, "e", text) for index, text in errors.items())
    width = max((index + 1 for index, *_ in special), default=0)
    while len(cells) > width and _is_blank(cells[-1]):
        cells.pop()
    cells.extend([None] * (width - len(cells)))
    if not cells:
        return None
    row: list[Any] = [number, cells]
    if mark or filled or special:
        row += [mark, filled, special]
    return quick_json.dumps(row)


def _number(cell: float) -> float | str:
    """Whole where it is; JSON has no infinite ones, and a text is told about."""
    if -EXACT_INTEGER < cell < EXACT_INTEGER:
        return int(cell) if cell.is_integer() else cell
    return cell if isfinite(cell) else str(cell)


def _is_blank(cell: Any) -> bool:
    return cell is None or (cell.__class__ is str and cell.isspace())


def _beside(index: int, cell: Any, special: list[tuple[int, str, str]]) -> str | None:
    """Put a date beside the row; times and durations become text, which no column takes for a date."""
    if isinstance(cell, datetime):
        special.append((index, "t", cell.isoformat()))
        return None
    if isinstance(cell, date):
        special.append((index, "d", cell.isoformat()))
        return None
    if isinstance(cell, time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else None


def unpack_rows(message: bytes) -> list[Row]:
    """The rows of a chunk."""
    rows = []
    for packed in quick_json.loads(message):
        if len(packed) == 2:
            rows.append(Row(packed[0], packed[1]))
            continue
        number, cells, mark, filled, special = packed
        for index, kind, text in special:
            cells[index] = DECODERS[kind](text)
        rows.append(Row(number, cells, mark, tuple(filled)))
    return rows
