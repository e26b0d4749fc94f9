"""From the cells of one row to canonical values and messages (the shape that ``LedgerRow`` describes).

One :class:`RowParser` serves one sheet of one check. A column's cells go through a reader that remembers what it
has seen: ledgers repeat themselves, and a hundred thousand rows of nineteen cells have to be read in seconds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from core import quick_json
from core.columns import Column, Kind
from core.domain.cells import Parsed, shown
from core.domain.freetext import hide_numbers
from core.domain.regions import Place, parse_place_parts
from core.ledgers import Ledger, LedgerRow, Message
from exchange import celljson
from exchange.cellreaders import DITTO, Finding, Reader, make_reader
from exchange.digests import digests_of

REMEMBERED = 20_000  # texts a column keeps; identity numbers and phones hardly repeat and are not kept
NOT_REMEMBERED = frozenset({Kind.IDENTITY, Kind.PHONE, Kind.NAME})
PARTS = ("province", "city", "county")
_UNSEEN = object()

Step = tuple[int, str, Reader, "dict[str, Any] | None"]


class RowParser:
    """``columns``: column key by index in the sheet. ``learned``: canonical value by (key, plain text)."""

    def __init__(
        self,
        ledger: Ledger,
        columns: Mapping[int, str],
        *,
        sheet: str,
        today: dt.date,
        learned: Mapping[tuple[str, str], str] | None = None,
    ) -> None:
        self.sheet = sheet
        declared = {column.key: column for column in ledger.columns}
        self._steps: list[Step] = []
        self._readers: dict[str, Reader] = {}
        self._parts: dict[str, dict[str, str]] = {}  # "destination" -> {"province": its key, ...}
        for index, key in sorted(columns.items()):
            column = declared.get(key)
            if column is None or column.kind is Kind.SERIAL:
                continue
            words = {text: value for (at, text), value in (learned or {}).items() if at == key}
            reader = make_reader(column, today=today, learned=words, people=ledger.people)
            self._readers[key] = reader
            self._steps.append((index, key, reader, None if column.kind in NOT_REMEMBERED else {}))
            self._note_part(column)
        self._layout = "\x1f".join(self._readers)
        self._digest = digests_of(self._layout)
        self._picks: dict[int, Callable[[Sequence[Any]], tuple[Any, ...]]] = {}
        self._above: Sequence[Any] = ()

    def _note_part(self, column: Column) -> None:
        if column.kind is Kind.PLACE_PART:
            prefix, _, part = column.key.rpartition("_")
            self._parts.setdefault(prefix, {})[part] = column.key

    def parse(self, number: int, cells: list[Any], mark: str = "") -> LedgerRow:
        """The row; ``cells`` is changed where a cell says 同上 (it takes the cell above)."""
        row = LedgerRow(self.sheet, number, mark)
        raws, values, width = row.raw, row.values, len(cells)
        for index, key, reader, seen in self._steps:
            if index >= width:
                break
            raw = cells[index]
            if raw is None:
                continue
            if seen is not None and raw.__class__ is str:
                found = seen.get(raw, _UNSEEN)
                if found is _UNSEEN:
                    found = reader(raw)
                    if len(seen) < REMEMBERED:
                        seen[raw] = found
            else:
                found = reader(raw)
            if found is DITTO:
                raw = cells[index] = self._from_above(row, key, index)
                found = None if raw is None else reader(raw)
            raws[key] = raw
            if found is None:
                continue
            if found.__class__ is Finding:
                take(row, key, found)
            else:
                values[key] = found
        self._above = cells
        if self._parts:
            self._places(row)
        return row

    def digest_of(self, cells: Sequence[Any], mark: str = "") -> str:
        """Of a row's cells as they came, by what they are read as: equal digests are equal rows. Other cells do not matter."""
        pick = self._picks.get(len(cells))
        if pick is None:
            pick = self._picks[len(cells)] = self._pick(len(cells))
        digest = digests_of(self._layout, mark) if mark else self._digest
        return digest(quick_json.dumps(pick(cells), celljson.packed))

    def _pick(self, width: int) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
        places = [index for index, _key, _reader, _seen in self._steps if index < width]
        return itemgetter(*places) if len(places) > 1 else lambda cells: tuple([cells[index] for index in places])

    def pass_over(self, cells: Sequence[Any]) -> None:
        """A row that need not be read; one below it may say 同上."""
        self._above = cells

    def parse_again(self, row: LedgerRow, raws: Mapping[str, Any]) -> LedgerRow:
        """A fresh reading of one row from its cells by key: after a correction, or before a second check."""
        fresh = LedgerRow(row.sheet, row.number, row.mark)
        for key, reader in self._readers.items():
            raw = raws.get(key)
            if raw is None:
                continue
            fresh.raw[key] = raw
            found = reader(raw)
            if found is DITTO or found is None:
                continue
            if found.__class__ is Finding:
                take(fresh, key, found)
            else:
                fresh.values[key] = found
        if self._parts:
            self._places(fresh)
        return fresh

    def _from_above(self, row: LedgerRow, key: str, index: int) -> Any:
        above = self._above[index] if index < len(self._above) else None
        if above is None:
            row.warn("ditto_without_above", "写着“同上”，但上一行这一格是空的，请直接填写内容。", key)
        else:
            row.inform("ditto", hide_numbers(f"“同上”按上一行读作“{shown(above)}”。"), key)
        return above

    def _places(self, row: LedgerRow) -> None:
        values = row.values
        for prefix, keys in self._parts.items():
            texts = tuple([values.get(keys.get(part, "")) for part in PARTS])
            if not any(texts):
                continue
            parsed = _place(*texts)
            if parsed.value is not None:
                put_place(values, prefix, parsed.value, keys)
                continue
            for key in keys.values():
                values.pop(key, None)
            if parsed.problem is not None:
                doubtful = next(
                    (part for part in ("city", "county", "province") if texts[PARTS.index(part)]), "province"
                )
                row.warn(parsed.problem.code, hide_numbers(parsed.problem.text), keys[doubtful])


@lru_cache(maxsize=50_000)
def _place(province: str | None, city: str | None, county: str | None) -> Parsed[Place]:
    return parse_place_parts(province, city, county)


def take(row: LedgerRow, key: str, found: Finding) -> None:
    """Put what a reader found into the row: value, messages, and what else stood in the cell."""
    if found.cleared:
        row.values[key] = None
    elif found.value is not None:
        row.values[key] = found.value
    for code, level, text, fixes in found.messages:
        text = hide_numbers(text)
        if level == "error":
            row.error(code, text, key, *fixes)
        else:
            row.messages.append(Message(code, level, text, key, list(fixes)))
    for name, more in found.extra.items():
        if name == "other_phones":
            others = row.values.setdefault(name, [])
            others += [one for one in more if one not in others]
        elif name == "place":
            put_place(row.values, "destination", more, {})
        else:
            row.values.setdefault(name, more)


def put_place(values: dict[str, Any], prefix: str, place: Place, keys: Mapping[str, str]) -> None:
    """A place becomes its code and the rest of the address; parts that were given keep their columns, in full.

    An address column beside the parts gives the rest only: the parts are the more careful statement.
    """
    here = prefix == "destination"
    values["region_code" if here else f"{prefix}_region_code"] = place.code
    text = "destination_text" if here else f"{prefix}_text"
    if place.rest and not values.get(text):
        values[text] = place.rest
    for part, key in keys.items():
        if key in values and (full := getattr(place, part)):
            values[key] = full
