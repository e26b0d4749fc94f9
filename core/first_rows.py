"""Which row of a file was the first to speak of somebody."""

from __future__ import annotations

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
        place = (self._sheets.setdefault(row.sheet, len(self._sheets)) << _NUMBER) + row.number
        first = self._rows.setdefault(person, place)
        if first == place:
            return None
        sheet, number = divmod(first, 1 << _NUMBER)
        return list(self._sheets)[sheet], number
