"""A second look at single staged rows: with a cell typed anew, a decision taken, or after the file was checked again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.ledgers import LedgerRow, Outcome
from exchange import staging
from exchange.checking import TERM, Checker
from exchange.digests import person_hash
from exchange.models import ImportBatch, ImportRow
from inbox import actions as inbox

USE_PERSON = "use_person"
REPORT = "report"
MOST_KEPT = 2000


def look_again(
    batch: ImportBatch, stored: ImportRow, corrections: dict[str, str], decisions: dict[str, str], checker: Checker
) -> LedgerRow:
    """Read and compare the row again with these corrections and decisions, stage it, and keep the batch's counts true."""
    row = staging.opened(stored, batch)
    before, warned, term = row.outcome, stored.warned, row.basis.get(TERM, "")
    taken = {**row.basis.get("decisions", {}), **decisions}
    if corrections.get("identity") != staging.corrections_of(stored, batch.public_id).get("identity"):
        taken.pop(USE_PERSON, None)  # a number typed anew speaks for itself
    row.basis["decisions"] = {code: value for code, value in taken.items() if value}  # "" takes a decision back
    checker.context.memory.pop("seen_persons", None)
    fresh = checker.again(row, batch.sheets[stored.sheet], corrections)
    _stop_double(batch, stored, fresh)
    if REPORT in taken and fresh.outcome.usable:
        inbox.close_todo(question(batch, stored.sheet, stored.number))
    staging.restage(fresh, batch, stored, corrections)
    count(batch, before, -1, warned, term)
    count(batch, fresh.outcome, 1, stored.warned, fresh.basis.get(TERM, ""))
    batch.save(update_fields=["counts", "terms"])
    return fresh


def question(batch: ImportBatch, sheet: int | str, number: int | str) -> str:
    """The cause of the to-do by which the level above is asked about a row."""
    return f"import-row:{batch.public_id}:{sheet}:{number}"


def _stop_double(batch: ImportBatch, stored: ImportRow, fresh: LedgerRow) -> None:
    """A corrected number may now be that of another row."""
    person = person_hash(fresh.values.get("identity") or "", batch)
    if not person:
        return
    others = ImportRow.objects.unscoped().filter(batch=batch, person=person).exclude(pk=stored.pk)
    other = others.order_by("sheet", "number").first()
    if other is not None and (
        other.outcome != Outcome.ERROR or (other.sheet, other.number) < (stored.sheet, stored.number)
    ):
        text = f"这个身份证号在第 {other.number} 行已经有了，同一个人只能有一行，请删掉一行。"
        fresh.error("duplicate_in_file", text, "identity")


def count(batch: ImportBatch, outcome: Outcome, by: int, warned: bool, term: str) -> None:
    batch.counts[outcome.value] = batch.counts.get(outcome.value, 0) + by
    if warned:
        batch.counts["warning"] = batch.counts.get("warning", 0) + by
    if outcome.usable and term:
        batch.terms[term] = batch.terms.get(term, 0) + by
        if not batch.terms[term]:
            del batch.terms[term]


@dataclass(frozen=True)
class Mended:
    """What people said of one row before the file was checked again. ``who``: the cells that say whose row it was."""

    sheet: int
    number: int
    who: tuple[Any, Any]
    corrections: Mapping[str, str]
    decisions: Mapping[str, str]


def mended(batch: ImportBatch) -> list[Mended]:
    """The rows that people have worked on: those with a blob of their own."""
    rows = list(ImportRow.objects.unscoped().filter(batch=batch).exclude(blob=b"").order_by("pk")[:MOST_KEPT])
    return [
        Mended(
            stored.sheet,
            stored.number,
            _who(row),
            staging.corrections_of(stored, batch.public_id),
            row.basis.get("decisions", {}),
        )
        for stored, row in zip(rows, staging.open_rows(rows, batch), strict=True)
    ]


def mend_again(batch: ImportBatch, said: Sequence[Mended], checker: Checker) -> None:
    """After a new check: what was said of a row holds where the same person's row stands there still."""
    rows = ImportRow.objects.unscoped().filter(batch=batch, number__in={one.number for one in said})
    there = {(stored.sheet, stored.number): stored for stored in rows}
    for one in said:
        stored = there.get((one.sheet, one.number))
        if stored is not None and _who(staging.opened(stored, batch)) == one.who:
            look_again(batch, stored, dict(one.corrections), dict(one.decisions), checker)


def _who(row: LedgerRow) -> tuple[Any, Any]:
    return row.raw.get("name"), row.raw.get("identity")
