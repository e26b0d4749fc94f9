"""Starting, cancelling and repeating jobs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from core import clock, handlers
from core.actors import Actor
from core.errors import NotAllowed, UserError
from jobs import publish
from jobs.models import Job
from jobs.words import hide, require_plain


@transaction.atomic
def enqueue(
    kind: str, params: Mapping[str, Any], *, by: Actor, key: str = "", title: str = "", now: dt.datetime | None = None
) -> Job:
    """Write the job in the caller's transaction; it is sent when that commits.

    The same ``by`` with the same ``key`` gets the job that is there already, whatever its state. Raises NotAllowed
    without the handler's permission; KeyError or ValueError for a kind or parameters that a program got wrong.
    """
    handler = handlers.handler(kind)
    if handler.permission and not by.can(handler.permission):
        raise NotAllowed
    require_plain(params)
    key = key[:64]
    if key and (there := _with_key(by, key)):
        return there
    now = now or clock.now()
    job = Job(
        kind=kind,
        title=hide(title or handler.title)[:150],
        owner=by.id,
        by=by.ref,
        params=dict(params),
        version=handler.version,
        key=key,
        created_at=now,
        queued_at=now,
    )
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError:
        if key and (there := _with_key(by, key)):
            return there
        raise
    publish.after_commit(job)
    return job


def _with_key(by: Actor, key: str) -> Job | None:
    return Job.objects.visible_to(by).filter(owner=by.id, key=key).first()


@transaction.atomic
def cancel(job: Job, *, by: Actor, now: dt.datetime | None = None) -> None:
    """A waiting job ends at once, a running one at its next step, having written nothing. Raises UserError when it has ended."""
    mine = Job.objects.visible_to(by).filter(pk=job.pk)
    if mine.queued().update(state=Job.State.CANCELLED, finished_at=now or clock.now(), text=""):
        return
    if not mine.filter(state=Job.State.RUNNING).update(cancel_asked=True):
        raise UserError("这项工作已经结束，不用再取消。", "job_ended")


@transaction.atomic
def retry(job: Job, *, by: Actor, now: dt.datetime | None = None) -> None:
    """Queue a failed or cancelled job once more, from the start. Raises UserError in any other state."""
    again = Job.objects.visible_to(by).filter(pk=job.pk, state__in=[Job.State.FAILED, Job.State.CANCELLED])
    if not again.update(
        state=Job.State.QUEUED, queued_at=now or clock.now(), finished_at=None, sent_at=None, attempts=0, cancel_asked=False,
        done=0, total=0, text="", error="", support_id="",
    ):  # fmt: skip
        raise UserError("这项工作没有失败，不用重新办理。", "job_not_failed")
    publish.after_commit(job)
