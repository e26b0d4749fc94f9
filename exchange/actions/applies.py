"""Taking a checked file into the record, and taking it out again. Each is one transaction under one lock a county."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from audit import actions as audit
from core import clock, hooks, transitions
from core.actors import Actor
from core.behind import Behind, one_behind
from core.bulk import constraints_at_once, lock, rarely_collecting
from core.errors import Blocked, UserError
from core.handlers import Progress
from core.ledgers import ApplyContext, ApplyResult, Ledger, LedgerRow, Outcome, RestoreResult, ledger
from core.permissions import Permission
from exchange import planned, staging
from exchange.actions.batches import ledger_of, see_that_it_is_there, visible
from exchange.actions.learned import withdraw
from exchange.checking import Checker
from exchange.enums import APPLY, UNDO, Mode, State
from exchange.known import Known, Memory, fingerprint, remember
from exchange.models import ImportBatch, ImportRow
from exchange.staging import StagedRow

REGISTER = "county register"
USABLE = (Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED)
LOT = 2 * staging.CHUNK  # rows at a time where most were recognised
CHECK_AGAIN = "请重新核对后再导入。"


def blockers_to_apply(batch: ImportBatch, mode: str) -> list[str]:
    """Why this batch cannot be applied now: for the disabled button, the API and the action."""
    if batch.state != State.CHECKED:
        return ["这份文件还没有核对，或已经处理过，请刷新页面。"]
    blockers = []
    if not batch.counts.get("rows"):
        blockers.append("文件里没有可以导入的行。")
    if mode == Mode.ALL and batch.stopped_rows:
        blockers.append(f"还有 {batch.stopped_rows} 行不能导入。请先改好，或选择“只导入可用的行”。")
    return blockers


@rarely_collecting()
@transaction.atomic
def apply(
    *,
    batch: ImportBatch,
    by: Actor,
    mode: str = Mode.ALL,
    progress: Progress | None = None,
    now: dt.datetime | None = None,
) -> ImportBatch:
    """Write every usable row. A batch that is applied already is returned as it is: nothing is done twice.

    Checked again here: the right, every organisation, that the file is the one that was checked, and (by the ledger)
    that no record changed since; rows of records that did are compared afresh and written, or reported.
    Also: history and evidence by the ledger, one audit event with the digest, hook ``batch_applied``.
    Raises NotAllowed, Blocked, UserError; then nothing was written.
    """
    now = now or clock.now()
    visible(batch, by)
    lock(REGISTER)
    batch = ImportBatch.objects.visible_to(by, Permission.IMPORT).select_for_update(of=("self",)).get(pk=batch.pk)
    if batch.state == State.APPLIED:
        return batch
    if blockers := blockers_to_apply(batch, mode):
        raise Blocked(blockers)
    chosen = ledger_of(batch, by)
    checker = Checker(chosen, batch, by)
    _check_organisations(batch, checker)
    see_that_it_is_there(batch)
    result = _apply_rows(batch, chosen, checker, by, now, progress)
    if result.stale:
        _apply_stale(batch, chosen, checker, by, now, mode, result)
    planned.forget(batch)
    applied = transitions.apply(batch, APPLY, by=by, now=now, record=transitions.unrecorded)
    assert isinstance(applied, ImportBatch)
    applied.mode, applied.terms = mode, result.terms
    if result.stale:
        applied.counts = _counted(applied)
    applied.save(update_fields=["mode", "terms", "counts"])
    audit.record(
        "import.applied",
        f"导入{chosen.title}“{applied.file_name}”",
        by=by,
        subject=applied,
        organisation_id=applied.organisation_id,
        data={
            "kind": applied.kind,
            "counts": applied.counts,
            "digest": applied.digest,
            "sha256": applied.sha256,
            "mode": mode,
        },
        now=now,
    )
    hooks.batch_applied.call(batch=applied, by=by)
    return applied


def _check_organisations(batch: ImportBatch, checker: Checker) -> None:
    named = ImportRow.objects.unscoped().filter(batch=batch, outcome__in=[one.value for one in USABLE])
    ids = named.values_list("organisation_id", flat=True).order_by().distinct()
    if not checker.finder.allowed([one for one in ids if one is not None]):
        raise UserError(f"核对以后，有的党组织已经撤销或不在您的管理范围内。{CHECK_AGAIN}", "organisation_gone")


def _context(
    batch: ImportBatch, checker: Checker, by: Actor, now: dt.datetime, behind: Behind | None = None
) -> ApplyContext:
    """One for the whole apply: the ledger keeps what it knows in its memory."""
    on = batch.edition_date or checker.today
    return ApplyContext(by=by.confined(batch.path), now=now, batch_id=batch.public_id, on=on, behind=behind)


@dataclass
class _Chunk:
    """A part of the staged rows with everything that is read before it is written. ``known``: rows that were recognised, and
    by primary key those whose record has not moved. ``read``: the others. ``loaded``: see :meth:`core.ledgers.Ledger.load`."""

    known: list[StagedRow]
    kept: dict[int, Known]
    read: list[tuple[StagedRow, LedgerRow]]
    loaded: Any


class _Chunks:
    """What database and thread take turns at: the staged rows with their plans, sealed; opening them; what else is to be read."""

    def __init__(self, batch: ImportBatch, chosen: Ledger, checker: Checker, context: ApplyContext) -> None:
        self._batch, self._chosen, self._checker, self._context = batch, chosen, checker, context
        self._memories = _Memories(batch, checker)

    def sealed(self) -> Iterator[tuple[list[StagedRow], planned.Sealed]]:
        for stored in staging.stored_rows(self._batch, outcomes=USABLE, most=LOT):
            yield stored, planned.sealed(stored, self._checker.planned_by, self._batch)

    def begun(self, stored: list[StagedRow], plans: planned.Sealed, behind: Behind) -> Callable[[], _Chunk]:
        """Open the plans and ask for the rest."""
        known = [row for row in stored if row.same_as is not None and not row.blob]
        mine = [row for row in stored if row.same_as is None or row.blob]
        recalled = self._memories.recall(known)
        rows = planned.opened(mine, plans, self._checker.planned_by, self._batch)
        return behind.ask(lambda: self._read(known, recalled, mine, rows))

    def _read(
        self,
        known: list[StagedRow],
        recalled: Iterable[tuple[Memory, dict[int, Known]]],
        mine: list[StagedRow],
        rows: dict[int, LedgerRow],
    ) -> _Chunk:
        kept = {key: one for memory, found in recalled for key, one in memory.true(found).items()}
        others = [row for row in mine if row.pk not in rows]
        rows.update((row.pk, full) for row, full in zip(others, staging.open_rows(others, self._batch), strict=True))
        read = [(row, rows[row.pk]) for row in mine]
        return _Chunk(known, kept, read, self._chosen.load([row for _stored, row in read], self._context))


def _apply_rows(
    batch: ImportBatch, chosen: Ledger, checker: Checker, by: Actor, now: dt.datetime, progress: Progress | None
) -> ApplyResult:
    """While one chunk is planned the database works on the one before, then reads for the one after, which are other people."""
    total = sum(int(batch.counts.get(one.value, 0)) for one in USABLE)
    names = [sheet["name"] for sheet in batch.sheets]
    result, done = ApplyResult(), 0
    with constraints_at_once(), Behind() as behind:
        context = _context(batch, checker, by, now, behind)
        chunks = _Chunks(batch, chosen, checker, context)
        for answer in one_behind(chunks.begun(*found, behind) for found in behind.each(chunks.sealed())):
            chunk = answer()
            context.loaded = chunk.loaded
            result.stale += [LedgerRow(names[row.sheet], row.number) for row in chunk.known if row.pk not in chunk.kept]
            result.add(chosen.apply([row for _stored, row in chunk.read], context))
            _prove(chosen, list(chunk.kept.values()), context, result)
            kept = [(one.sheet, chunk.kept[one.pk]) for one in chunk.known if one.pk in chunk.kept]
            remember(batch, context.on, chunk.read, kept, behind)
            done += len(chunk.known) + len(chunk.read)
            if progress is not None:
                progress.step(done, total, f"已导入 {done} 行")
            behind.go()
            del chunk, answer  # before those after the next are read
    return result


class _Memories:
    """By sheet, what was known when the file was checked, if all that it was read by is still the same."""

    def __init__(self, batch: ImportBatch, checker: Checker) -> None:
        self._batch, self._checker = batch, checker
        self._by_sheet: dict[int, Memory] = {}

    def recall(self, rows: Sequence[StagedRow]) -> list[tuple[Memory, dict[int, Known]]]:
        """By primary key, what is known of the rows that were recognised."""
        return [
            (memory, memory.recall({one.pk: one.digest for one in rows if one.sheet == sheet}))
            for sheet in {one.sheet for one in rows}
            if (memory := self._memory(sheet))
        ]

    def _memory(self, index: int) -> Memory:
        if index not in self._by_sheet:
            sheet = self._batch.sheets[index]
            self._checker.enter(sheet["name"], sheet["title"], sheet["unit"], {})
            print_ = fingerprint(self._checker)
            self._by_sheet[index] = Memory.of(self._checker, print_ if print_ == sheet["read_as"] else "")
        return self._by_sheet[index]


def _prove(chosen: Ledger, kept: Sequence[Known], context: ApplyContext, result: ApplyResult) -> None:
    if not kept:
        return
    chosen.prove([(one.subject, one.proves) for one in kept], context)
    terms = Counter(one.term for one in kept)
    result.add(ApplyResult(counts={Outcome.UNCHANGED.value: len(kept)}, terms=dict(terms)))


def _apply_stale(
    batch: ImportBatch, chosen: Ledger, checker: Checker, by: Actor, now: dt.datetime, mode: str, result: ApplyResult
) -> None:
    """Rows whose record somebody changed since the check: compared with what is there now, under the lock."""
    context = _context(batch, checker, by, now)
    names = {sheet["name"]: sheet for sheet in batch.sheets}
    stopped = 0
    for row in result.stale:
        sheet = names[row.sheet]
        stored = ImportRow.objects.unscoped().get(batch=batch, sheet=sheet["index"], number=row.number)
        corrections = staging.corrections_of(stored, batch.public_id)
        fresh = checker.again(staging.opened(stored, batch), sheet, corrections)
        if fresh.outcome.usable:
            once_more = chosen.apply([fresh], context)
            if once_more.stale:
                raise UserError(f"工作表“{row.sheet}”第 {row.number} 行的记录正在变动。{CHECK_AGAIN}", "stale")
            result.add(once_more)
        else:
            stopped += 1
        staging.restage(fresh, batch, stored, corrections)
    if stopped and mode == Mode.ALL:
        raise Blocked([f"核对以后有人改了记录，现在有 {stopped} 行不能导入。{CHECK_AGAIN}"])


def _counted(batch: ImportBatch) -> dict[str, int]:
    rows = ImportRow.objects.unscoped().filter(batch=batch)
    counts = {one.value: rows.filter(outcome=one.value).count() for one in Outcome}
    return {"rows": sum(counts.values()), **counts, "warning": rows.filter(warned=True).count()}


@transaction.atomic
def undo(*, batch: ImportBatch, by: Actor, now: dt.datetime | None = None) -> tuple[ImportBatch, RestoreResult]:
    """Take a batch back: business columns, memberships, evidence (by the ledger) and what was learned from it.

    Records changed since are left alone, one sentence each in ``RestoreResult.kept`` and in the batch's notices. Audited;
    hook ``batch_undone``. Raises NotAllowed, WrongState. A batch undone already gives an empty result.
    """
    now = now or clock.now()
    visible(batch, by)
    lock(REGISTER)
    batch = ImportBatch.objects.visible_to(by, Permission.IMPORT).select_for_update(of=("self",)).get(pk=batch.pk)
    if batch.state == State.UNDONE:
        return batch, RestoreResult()
    ledger_of(batch, by)
    undone = transitions.apply(batch, UNDO, by=by, now=now, record=transitions.unrecorded)
    assert isinstance(undone, ImportBatch)
    restored = ledger(undone.kind).restore(undone.public_id, by, now)
    withdraw(batch=undone, by=by, now=now)
    undone.notices = [*undone.notices, *({"code": "kept", "text": text, "sheet": ""} for text in restored.kept)]
    undone.save(update_fields=["notices"])
    audit.record(
        "import.undone",
        f"撤销导入“{undone.file_name}”",
        by=by,
        subject=undone,
        organisation_id=undone.organisation_id,
        data={"kind": undone.kind, "restored": restored.restored, "kept": len(restored.kept), "digest": undone.digest},
        now=now,
    )
    hooks.batch_undone.call(batch=undone, by=by)
    return undone, restored
