"""The plain shapes that travel between the reader and its users."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

MEGABYTE = 1024 * 1024
LONGEST_CELL = 32_767  # Excel's own limit; anything longer was not typed by a person


@dataclass(frozen=True)
class Limits:
    """What one file may cost. Sources: OOXML's own maxima and the measured size of 100,000 × 19 cells."""

    file_bytes: int = 20 * MEGABYTE
    inflated_bytes: int = 200 * MEGABYTE
    entries: int = 1_000
    rows: int = 200_000
    columns: int = 256
    merges: int = 20_000
    styles: int = 65_490  # Excel's maximum of cell formats
    memory_bytes: int = 500 * MEGABYTE
    cpu_seconds: int = 30
    answer_seconds: float = 60.0
    archive_files: int = 200
    archive_bytes: int = 100 * MEGABYTE


class Row(NamedTuple):
    """One row that has content.

    ``number``: as Excel shows it. ``cells``: from column A on, None, str, int, float, bool, date,
    datetime or CellError, trailing blanks cut off. ``mark``: the look of the row, "" or "red",
    "struck", "fill:RRGGBB". ``filled``: columns whose value came down from a merged range above.
    """

    number: int
    cells: list[Any]
    mark: str = ""
    filled: tuple[int, ...] = ()


class Note(NamedTuple):
    """Something the sender should know about a file that was read all the same."""

    code: str
    text: str
    sheet: str = ""


@dataclass
class SheetInfo:
    """``rows_read``: rows with content, None until the sheet was read to its end."""

    name: str
    hidden: bool = False
    rows_read: int | None = None
