"""Rows that were taken in before exactly as they are, and whose record has stayed as that left it: unchanged, unread.

Next quarter's ledger is last quarter's with a few rows changed. Reading, matching and comparing the others again could
only say "unchanged" once more, so they are recognised by their cells. That is right only while nothing else that the answer
depends on has moved; whatever that is stands in the :func:`fingerprint` or in the record's state, and where anything is in
doubt the row is read like any other. What was kept of a row is never more than: with these cells, read this way, without
any message, the record came to stand like this.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from core.actors import Actor
from core.behind import Behind
from core.bulk import copy_rows
from core.ledgers import Ledger, LedgerRow, Outcome
from core.permissions import Permission
from exchange.digests import persons_of
from exchange.enums import State
from exchange.models import ImportBatch, ImportRow, KnownRows

if TYPE_CHECKING:
    from exchange.checking import Checker
    from exchange.staging import StagedRow

BETWEEN = "|"  # the parts of a line; a tab would be escaped twice, in JSON and in COPY
LEFT = "left"  # where a ledger leaves, in an applied row's basis, (subject, state, what it proves)
SOURCES = ("core", "branches", "exchange", "members")  # the code that reads and compares


class Doubtful(Exception):
    """Somebody stands in the file twice: which row is told depends on all of them being read."""


class Known(NamedTuple):
    """``row``: the ImportRow that holds the content. ``state``: as :meth:`Ledger.standing` gives it. ``proves``: see
    :meth:`Ledger.prove`. ``rest``: all but the digest, as it is kept."""

    digest: str
    rest: str
    row: int
    organisation_id: int | None
    subject: int
    state: str
    proves: str
    term: str

    @classmethod
    def read(cls, digest: str, rest: str) -> Known:
        row, organisation, subject, state, proves, term = rest.split(BETWEEN)
        return cls(
            digest, rest, int(row), int(organisation) if organisation else None, int(subject), state, proves, term
        )

    @property
    def line(self) -> str:
        return f"{self.digest}{BETWEEN}{self.rest}"


Familiar = tuple[int, str, Known]  # a row that is known: its number, the identity number in it, what is known of it


def fingerprint(checker: Checker) -> str:
    """Of the sheet that the checker has entered. Learned words, organisations, rights, rules, the code, the year."""
    finder, ledger = checker.finder, checker.ledger
    parts = [
        code_version(),
        ledger.kind,
        checker.batch.path,
        checker.today.year,  # two digits of a year are read by it
        ledger.depends_on(business_date(checker)),
        sorted([*key, value] for key, value in checker.words.items()),
        finder.standing(),
        [checker.by.everything, list(checker.by.ranges(Permission.IMPORT))],
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()


def business_date(checker: Checker) -> dt.date:
    return checker.batch.edition_date or checker.today


@cache
def code_version() -> str:
    """Over the source of everything that reads or compares rows: after an update all rows are read once more."""
    root, digest = Path(__file__).resolve().parents[1], hashlib.sha256()
    for name in SOURCES:
        for path in sorted((root / name).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


class Memory:
    """What the latest import of the same organisation and kind left, as far as it was read the same way."""

    def __init__(self, ledger: Ledger, by: Actor, lines: Iterable[str] = ()) -> None:
        self._ledger, self._by = ledger, by
        split = (line.partition(BETWEEN) for line in lines)
        self._rests = {bytes.fromhex(digest): rest for digest, _between, rest in split}
        self._any = bool(self._rests)

    def __bool__(self) -> bool:
        """Whether there was anything to remember."""
        return self._any

    @classmethod
    def of(cls, checker: Checker, print_: str) -> Memory:
        batch = checker.batch
        if not checker.ledger.remembers or not print_:
            return cls(checker.ledger, checker.by)
        kept = KnownRows.objects.unscoped().filter(
            fingerprint=print_, batch__state=State.APPLIED, batch__organisation=batch.organisation, batch__kind=batch.kind,
            on__lte=business_date(checker),
        )  # fmt: skip
        latest = kept.order_by("-batch_id").values_list("batch_id", flat=True).first()
        found = kept.filter(batch_id=latest).order_by("pk").values_list("rows", flat=True)
        return cls(checker.ledger, checker.by, (one for rows in found.iterator(chunk_size=5) for one in rows))

    def recall(self, digests: Mapping[int, str]) -> dict[int, Known]:
        """Of rows by any number and their digest, those that were there before. Each is told once and forgotten: a second row
        like it would be the same person twice."""
        return {
            number: Known.read(digest, rest)
            for number, digest in digests.items()
            if (rest := self._rests.pop(bytes.fromhex(digest), None)) is not None
        }

    def true(self, recalled: Mapping[int, Known]) -> dict[int, Known]:
        """Of those the ones whose record stands as it was left and is within the scope."""
        if not recalled:
            return {}
        states = self._ledger.standing([known.subject for known in recalled.values()], self._by)
        return {number: known for number, known in recalled.items() if states.get(known.subject) == known.state}


def stage(rows: Sequence[Familiar], batch: ImportBatch, sheet: int, behind: Behind) -> None:
    """Write them as unchanged rows whose content an earlier import holds."""
    person_of = persons_of(batch)
    stored = [
        (number, known.organisation_id, person_of(who.upper()), known.digest, known.row) for number, who, known in rows
    ]
    same = {
        "batch_id": batch.pk, "sheet": sheet, "outcome": Outcome.UNCHANGED.value, "warned": False, "codes": "",
        "chunk": 0, "place": 0, "blob": b"",
    }  # fmt: skip
    copy_rows(ImportRow, ("number", "organisation_id", "person", "digest", "same_as"), stored, behind, same)


def remember(
    batch: ImportBatch,
    on: dt.date,
    rows: Iterable[tuple[StagedRow, LedgerRow]],
    kept: Iterable[tuple[int, Known]],
    behind: Behind,
) -> None:
    """Keep what an applied chunk left. ``kept``: (sheet, known) of rows that were known before."""
    prints: dict[str, list[str]] = {}
    for stored, row in rows:
        left, print_ = row.basis.get(LEFT), batch.sheets[stored.sheet].get("read_as")
        if left and print_ and not stored.blob:
            line = BETWEEN.join(
                (stored.digest, str(stored.pk), str(row.organisation_id or ""), *left, row.basis.get("term", ""))
            )
            prints.setdefault(print_, []).append(line)
    for sheet, known in kept:
        prints.setdefault(batch.sheets[sheet]["read_as"], []).append(known.line)
    copy_rows(
        KnownRows,
        ("batch_id", "fingerprint", "on", "rows"),
        [(batch.pk, print_, on, found) for print_, found in prints.items()],
        behind,
    )
