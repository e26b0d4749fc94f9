"""Mending single rows between check and apply: a cell typed anew, a decision taken, a row left out."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from branches.models import Organisation
from core.actors import Actor
from core.columns import Column, Kind
from core.domain.cells import clean_text
from core.errors import NotAllowed, UserError
from core.ledgers import LedgerRow, Outcome
from core.permissions import Permission
from exchange import learning, staging
from exchange.actions.batches import ledger_of, visible
from exchange.actions.learned import LEARNABLE, learn_value
from exchange.actions.running import not_busy
from exchange.checking import TERM, Checker
from exchange.enums import State
from exchange.mending import REPORT, count, look_again, question
from exchange.models import ImportBatch, ImportRow
from inbox import actions as inbox

SET = "set:"  # fix codes "set:<column key>": read that cell as the value, once or from now on
LEAVE_OUT = "leave_out"
AGAIN = "again"
ANSWERED = "answered"
ALIKE = 2000  # so many other rows with the same word are read again in the same step; a check reads the rest


@transaction.atomic
def correct_cell(
    *,
    batch: ImportBatch,
    row: ImportRow,
    key: str,
    text: str,
    by: Actor,
    learn: bool = False,
    now: dt.datetime | None = None,
) -> LedgerRow:
    """Read the row again with ``text`` in column ``key``, compare it afresh and stage it.

    The cell as it came stays in the row. ``learn``: read that word so in this organisation's files from now on, and in
    the other rows of this one. Raises UserError where the column, the text or the state does not fit.
    """
    batch, stored = _open(batch, row, by)
    columns = {column.key: column for column in ledger_of(batch, by).columns}
    if key not in columns:
        raise UserError("这种台账没有这一列。", "column_unknown")
    return _put(batch, stored, columns[key], text, by, learn=learn, now=now)


@transaction.atomic
def decide(
    *,
    batch: ImportBatch,
    row: ImportRow,
    code: str,
    value: str,
    by: Actor,
    learn: bool = False,
    now: dt.datetime | None = None,
) -> LedgerRow | None:
    """Press one of a message's buttons (``Message.fixes``).

    ``set:<key>`` puts a canonical value into that cell (``learn``: also for later files); ``leave_out`` drops the row from
    the batch (None); ``again`` compares it once more; ``report`` asks the level above; any other code goes to the ledger
    in ``row.basis["decisions"]`` and the row is compared afresh. Raises UserError.
    """
    batch, stored = _open(batch, row, by)
    if code == LEAVE_OUT:
        _leave_out(batch, stored)
        inbox.close_todo(question(batch, stored.sheet, stored.number), now=now)
        return None
    if code.startswith(SET):
        column = {one.key: one for one in ledger_of(batch, by).columns}.get(code.removeprefix(SET))
        if column is None:
            raise UserError("这种台账没有这一列。", "column_unknown")
        return _put(batch, stored, column, value, by, learn=learn, now=now)
    if code == REPORT:
        _ask_above(batch, stored, by, now)
    decisions = {} if code == AGAIN else {code: value or ("asked" if code == REPORT else "")}
    return look_again(batch, stored, staging.corrections_of(stored, batch.public_id), decisions, _checker(batch, by))


def _open(batch: ImportBatch, row: ImportRow, by: Actor) -> tuple[ImportBatch, ImportRow]:
    visible(batch, by)
    locked = ImportBatch.objects.visible_to(by).select_for_update(of=("self",)).get(pk=batch.pk)
    if locked.state != State.CHECKED:
        raise UserError("这一批现在不能改行，请刷新页面看看。", "wrong_state")
    not_busy(locked)
    stored = ImportRow.objects.visible_to(by).filter(batch=locked, pk=row.pk).first()
    if stored is None:
        raise UserError("没有找到这一行，请刷新页面。", "row_gone")
    return locked, stored


def staged_row(batch: ImportBatch, stored: ImportRow) -> LedgerRow:
    """The row as it was checked last."""
    return staging.opened(stored, batch)


def _checker(batch: ImportBatch, by: Actor) -> Checker:
    return Checker(ledger_of(batch, by), batch, by)


def _put(
    batch: ImportBatch, stored: ImportRow, column: Column, text: str, by: Actor, *, learn: bool, now: dt.datetime | None
) -> LedgerRow:
    text = text.strip()[:500]
    came = learning.plain(staged_row(batch, stored).raw.get(column.key))
    corrections = {**staging.corrections_of(stored, batch.public_id), column.key: text}
    fresh = look_again(batch, stored, corrections, {}, _checker(batch, by))
    if learn and came and (value := _canonical(column, text, fresh)):
        learn_value(batch=batch, key=column.key, text=came, value=value, by=by, now=now)
        _read_alike(batch, stored, column.key, came, by)
    return fresh


def _canonical(column: Column, text: str, fresh: LedgerRow) -> str:
    """What can be learned of a correction; "" where it was no good or is nothing to learn."""
    if column.kind not in LEARNABLE or any(one.column == column.key and one.level != "info" for one in fresh.messages):
        return ""
    if column.kind is Kind.ORGANISATION:
        found = Organisation.objects.filter(pk=fresh.organisation_id).first() if fresh.organisation_id else None
        return found.public_id if found else ""
    if column.kind is Kind.CODE and column.codes is not None:
        known = {item.code for item in column.codes.items}
        return text if text in known else column.codes.parse(text) or ""
    return clean_text(text)


def _read_alike(batch: ImportBatch, taught: ImportRow, key: str, text: str, by: Actor) -> None:
    """The rows of this file that say the same, now that it is known what it means."""
    checker = _checker(batch, by)
    rows = ImportRow.objects.visible_to(by).filter(batch=batch)
    asked = list(rows.exclude(pk=taught.pk).exclude(codes="").order_by("pk").values_list("pk", flat=True))
    alike = 0
    for pk in asked:
        stored = rows.get(pk=pk)
        row = staged_row(batch, stored)
        if learning.plain(row.raw.get(key)) != text or not any(one.column == key for one in row.messages):
            continue
        corrections = staging.corrections_of(stored, batch.public_id)
        if key not in corrections:
            look_again(batch, stored, corrections, {}, checker)
            alike += 1
        if alike == ALIKE:
            return


def _leave_out(batch: ImportBatch, stored: ImportRow) -> None:
    term = staged_row(batch, stored).basis.get(TERM, "")
    batch.sheets[stored.sheet]["skipped"].append({"row": stored.number, "why": "left_out"})
    count(batch, Outcome(stored.outcome), -1, stored.warned, term)
    batch.counts["rows"] -= 1
    batch.save(update_fields=["sheets", "counts", "terms"])
    ImportRow.objects.unscoped().filter(pk=stored.pk).delete()


def _ask_above(batch: ImportBatch, stored: ImportRow, by: Actor, now: dt.datetime | None) -> None:
    """A to-do of the level above: who it is about stands behind the link, seen only by those who may."""
    above = batch.organisation.parent if batch.organisation else None
    if above is None:
        raise UserError("上面没有可以核对的党组织。请直接查对名册，或先不导入这一行。", "nobody_above")
    text = f"{batch.organisation}的台账里有 1 人不在本单位名册，请核对：“{batch.file_name}”第 {stored.number} 行。"
    link = ("import-row", [batch.public_id, str(stored.sheet), str(stored.number)])
    inbox.raise_todo(question(batch, stored.sheet, stored.number), above, text, link=link, by=by, now=now)


@transaction.atomic
def answer_question(*, batch: ImportBatch, sheet: int, number: int, by: Actor, now: dt.datetime | None = None) -> None:
    """The level above has looked into it: its to-do closes, and while the file is open its row says so. Raises NotAllowed."""
    batch = visible(batch, by)
    above = batch.organisation.parent if batch.organisation else None
    if above is None or not by.reaches(above.path, Permission.IMPORT):
        raise NotAllowed
    inbox.close_todo(question(batch, sheet, number), now=now)
    stored = ImportRow.objects.visible_to(by).filter(batch=batch, sheet=sheet, number=number).first()
    if stored is not None and batch.state == State.CHECKED:
        batch, stored = _open(batch, stored, by)
        corrections = staging.corrections_of(stored, batch.public_id)
        look_again(batch, stored, corrections, {REPORT: ANSWERED}, _checker(batch, by))
