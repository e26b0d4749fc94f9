"""Check and apply as a page starts them: at once where that is quick, else as a job that may be left."""

from __future__ import annotations

from django.db import transaction

from core.actors import SYSTEM, Actor
from core.errors import Blocked, UserError
from exchange.actions.applies import blockers_to_apply, undo
from exchange.actions.batches import ledger_of, revisable, visible
from exchange.actions.checks import check
from exchange.enums import State
from exchange.handlers import APPLY, CHECK, UNDO
from exchange.models import ImportBatch
from jobs import actions as jobs
from jobs.models import Job

QUICK_BYTES = 200_000  # some 2,000 rows: a second
QUICK_ROWS = 2_000


def job_of(batch: ImportBatch) -> Job | None:
    """The job that works, or worked, on the batch. It belongs to whom it was started by; that it runs is no secret."""
    return Job.objects.visible_to(SYSTEM).filter(public_id=batch.job).first() if batch.job else None


def is_busy(batch: ImportBatch) -> bool:
    job = job_of(batch)
    return job is not None and job.is_open


def start_check(*, batch: ImportBatch, by: Actor, at_once: bool | None = None) -> ImportBatch:
    """Check a small file now, a large one as a job. ``at_once``: decided by the caller (one of many files).

    Raises UserError while a job works on it, in a wrong state; NotAllowed.
    """
    not_busy(batch)
    if at_once if at_once is not None else batch.size <= QUICK_BYTES:
        return check(batch=batch, by=by)
    batch = revisable(batch, by)
    return _run(batch, CHECK.kind, {"batch": batch.public_id}, f"核对“{batch.file_name}”", "", by)


@transaction.atomic
def start_apply(*, batch: ImportBatch, by: Actor, mode: str) -> ImportBatch:
    """Import as a job; pressed twice it is the same job, pressed again after it failed the job runs again.

    Raises Blocked, UserError, NotAllowed.
    """
    batch = visible(batch, by)
    if batch.state == State.APPLIED:
        return batch
    ledger_of(batch, by)
    if blockers := blockers_to_apply(batch, mode):
        raise Blocked(blockers)
    assert batch.checked_at is not None
    key = f"apply:{batch.public_id}:{batch.checked_at:%m%d%H%M%S%f}:{mode}"
    return _run(batch, APPLY.kind, {"batch": batch.public_id, "mode": mode}, f"导入“{batch.file_name}”", key, by)


def start_undo(*, batch: ImportBatch, by: Actor) -> ImportBatch:
    """Take a small import back now, a large one as a job. One that was taken back already stays as it is."""
    not_busy(batch)
    if batch.counts.get("rows", 0) <= QUICK_ROWS:
        return undo(batch=batch, by=by)[0]
    batch = visible(batch, by)
    return _run(
        batch, UNDO.kind, {"batch": batch.public_id}, f"撤销导入“{batch.file_name}”", f"undo:{batch.public_id}", by
    )


def not_busy(batch: ImportBatch) -> None:
    if is_busy(batch):
        raise UserError("这份文件正在处理，请等它办完再改。", "busy")


@transaction.atomic
def _run(batch: ImportBatch, kind: str, params: dict[str, str], title: str, key: str, by: Actor) -> ImportBatch:
    job = jobs.enqueue(kind, params, by=by, key=key, title=title)
    if job.can_retry:
        jobs.retry(job, by=by)
    batch.job = job.public_id
    ImportBatch.objects.visible_to(by).filter(pk=batch.pk).update(job=job.public_id)
    return batch
