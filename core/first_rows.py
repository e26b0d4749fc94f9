"""Which row of a file was the first to speak of somebody."""

from __future__ import annotations

from collections.abc import Sequence

from core.ledgers import LedgerRow

_NUMBER = 24  # bits; no sheet has so many rows


class FirstRows:
    """By any number that stands for a person. Sheet and row as one number each: of a hundred thousand people that is ten
    megabytes less than in pairs."""

    def __init__(self) -> None:
        self._rows: dict[int, int] = {}
        self._sheets: dict[str, int] = {}

    def before(self, person: int, row: LedgerRow) -> tuple[str, int] | None:
        """(sheet, number) of another row that spoke of the person before this one; None: it is the first."""
        place = self._first_of(row.sheet) + row.number
        first = self._rows.setdefault(person, place)
        if first == place:
            return None
        sheet, number = divmod(first, 1 << _NUMBER)
        return list(self._sheets)[sheet], number

    def take(self, persons: Sequence[int], sheet: str, numbers: Sequence[int]) -> bool:
        """Note all of these rows, one a person, at once; False, and none is noted, where a person was spoken of already."""
        first = self._first_of(sheet)
        fresh = {person: first + number for person, number in zip(persons, numbers, strict=True)}
        if len(fresh) < len(persons) or not self._rows.keys().isdisjoint(fresh):
            return False
        self._rows.update(fresh)
        return True

    def _first_of(self, sheet: str) -> int:
        return self._sheets.setdefault(sheet, len(self._sheets)) << _NUMBER
