"""What the mapping declares and finds: a kind of ledger's head, and a table in a sheet."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from core.columns import Column
from core.domain.cells import clean_text
from exchange.reading.shapes import Row

FEWEST_COLUMNS = 2
COLUMN_MARKS = "甲乙丙丁戊己庚辛"
IDENTITY = re.compile(r"(?<!\d)\d{15}(?:\d{2}[\dXx])?(?!\d)")


@dataclass(frozen=True)
class LedgerHead:
    """What the mapping needs to know of a kind of ledger.

    ``keywords``: words in the title, the sheet's or the file's name that speak for this kind;
    ``against``: words that speak against it.
    ``required``: groups of keys; of each group at least one must be there. Columns marked required count too.
    """

    kind: str
    columns: tuple[Column, ...]
    keywords: tuple[str, ...] = ()
    required: tuple[tuple[str, ...], ...] = ()
    against: tuple[str, ...] = ()

    def groups(self) -> tuple[tuple[str, ...], ...]:
        return (*((column.key,) for column in self.columns if column.required), *self.required)


@dataclass
class Table:
    """A table found in a sheet. Row numbers are Excel's, column indexes count from 0.

    ``columns``: heading as printed and key, by index. ``unmapped``: headings that mean nothing here.
    ``duplicates``: headings that stand twice. ``missing_required``: for each group without a column
    the headings any of which would do. ``unit``: who filled the form in. ``edition_date``: its date.
    """

    kind: str
    header_row: int
    header_rows: int
    first_data_row: int
    columns: dict[int, tuple[str, str]]
    unmapped: list[tuple[int, str]] = field(default_factory=list)
    duplicates: list[tuple[int, str]] = field(default_factory=list)
    missing_required: list[tuple[str, ...]] = field(default_factory=list)
    title: str = ""
    unit: str = ""
    edition_date: date | None = None
    score: float = 0.0

    def index_of(self, key: str) -> int | None:
        return next((index for index, (_heading, found) in self.columns.items() if found == key), None)


def is_column_numbers(row: Row) -> bool:
    """The 列号 row under many official heads: 1 2 3 …, sometimes led by 甲 乙."""
    texts = [text for cell in row.cells if (text := clean_text(cell))]
    if len(texts) < FEWEST_COLUMNS + 1:
        return False
    numbers = [text for text in texts if text not in COLUMN_MARKS]
    first = numbers[0] if numbers else ""
    return first in ("0", "1") and numbers == [str(int(first) + step) for step in range(len(numbers))]
