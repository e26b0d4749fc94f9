"""Mending single rows between check and apply: a cell typed anew, a decision taken, a row left out."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from core.actors import Actor
from core.errors import UserError
from core.ledgers import LedgerRow, Outcome
from exchange import learning, staging
from exchange.actions.batches import ledger_of, visible
from exchange.actions.learned import learn_value
from exchange.checking import Checker
from exchange.enums import State
from exchange.models import ImportBatch, ImportRow

SET = "set:"  # fix codes "set:<column key>": read that cell as the value, once or from now on
LEAVE_OUT = "leave_out"


@transaction.atomic
def correct_cell(*, batch: ImportBatch, row: ImportRow, key: str, text: str, by: Actor) -> LedgerRow:
    """Read the row again with ``text`` in column ``key``, compare it afresh and stage it.

    The cell as it came stays in the row. Raises UserError where the column or the state does not fit.
    """
    batch, stored = _open(batch, row, by)
    if key not in {column.key for column in ledger_of(batch, by).columns}:
        raise UserError("这种台账没有这一列。", "column_unknown")
    corrections = staging.corrections_of(stored, batch.public_id)
    corrections[key] = text
    return _look_again(batch, stored, corrections, {}, by)


@transaction.atomic
def decide(
    *, batch: ImportBatch, row: ImportRow, code: str, value: str, by: Actor, learn: bool = False, now: dt.datetime | None = None
) -> LedgerRow | None:
    """Press one of a message's buttons (``Message.fixes``).

    ``set:<key>`` puts a canonical value into that cell (``learn``: also for later files); ``leave_out`` drops the row from
    the batch (None); any other code goes to the ledger in ``row.basis["decisions"]`` and the row is compared afresh.
    """
    batch, stored = _open(batch, row, by)
    if code == LEAVE_OUT:
        _leave_out(batch, stored)
        return None
    corrections = staging.corrections_of(stored, batch.public_id)
    if not code.startswith(SET):
        return _look_again(batch, stored, corrections, {code: value}, by)
    key = code.removeprefix(SET)
    if learn:
        came = _row(batch, stored).raw.get(key)
        learn_value(batch=batch, key=key, text=learning.plain(came), value=value, by=by, now=now)
    corrections[key] = value
    return _look_again(batch, stored, corrections, {}, by)


def _open(batch: ImportBatch, row: ImportRow, by: Actor) -> tuple[ImportBatch, ImportRow]:
    visible(batch, by)
    locked = ImportBatch.objects.visible_to(by).select_for_update(of=("self",)).get(pk=batch.pk)
    if locked.state != State.CHECKED:
        raise UserError("这一批现在不能改行，请刷新页面看看。", "wrong_state")
    stored = ImportRow.objects.visible_to(by).filter(batch=locked, pk=row.pk).first()
    if stored is None:
        raise UserError("没有找到这一行，请刷新页面。", "row_gone")
    return locked, stored


def _row(batch: ImportBatch, stored: ImportRow) -> LedgerRow:
    fields = ("sheet", "number", "outcome", "organisation_id", "blob")
    names = [sheet["name"] for sheet in batch.sheets]
    return staging.unpack({name: getattr(stored, name) for name in fields}, batch.public_id, names)


def _look_again(
    batch: ImportBatch, stored: ImportRow, corrections: dict[str, str], decisions: dict[str, str], by: Actor
) -> LedgerRow:
    row = _row(batch, stored)
    if decisions:
        row.basis["decisions"] = {**row.basis.get("decisions", {}), **decisions}
    checker = Checker(ledger_of(batch, by), batch, by)
    fresh = checker.again(row, batch.sheets[stored.sheet], corrections)
    _stop_double(batch, stored, fresh)
    before, warned = stored.outcome, stored.warned
    staging.restage(fresh, batch, stored, corrections)
    _count(batch, before, -1, warned)
    _count(batch, stored.outcome, 1, stored.warned)
    batch.save(update_fields=["counts"])
    return fresh


def _stop_double(batch: ImportBatch, stored: ImportRow, fresh: LedgerRow) -> None:
    """A corrected number may now be that of another row."""
    person = staging.person_hash(fresh.values.get("identity") or "", batch)
    if not person:
        return
    other = ImportRow.objects.unscoped().filter(batch=batch, person=person).exclude(pk=stored.pk).order_by("pk").first()
    if other is not None and (other.outcome != Outcome.ERROR or other.pk < stored.pk):
        text = f"这个身份证号在第 {other.number} 行已经有了，同一个人只能有一行，请删掉一行。"
        fresh.error("duplicate_in_file", text, "identity", (LEAVE_OUT, "不导入这一行", ""))


def _leave_out(batch: ImportBatch, stored: ImportRow) -> None:
    batch.sheets[stored.sheet]["skipped"].append({"row": stored.number, "why": "left_out"})
    _count(batch, stored.outcome, -1, stored.warned)
    batch.counts["rows"] -= 1
    batch.save(update_fields=["sheets", "counts"])
    ImportRow.objects.unscoped().filter(pk=stored.pk).delete()


def _count(batch: ImportBatch, outcome: str, by: int, warned: bool) -> None:
    batch.counts[outcome] = batch.counts.get(outcome, 0) + by
    if warned:
        batch.counts["warning"] = batch.counts.get("warning", 0) + by
