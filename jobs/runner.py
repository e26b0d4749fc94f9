"""Running one job: take the lease, rebuild the person, check the right again, run, say how it ended."""

from __future__ import annotations

import datetime as dt
import logging
import os
import secrets
import socket
import threading
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.actors import actor_for
from accounts.models import User
from core import clock, handlers
from core.actors import SYSTEM, Actor, acting_as
from core.errors import ActionRefused, UserError
from core.handlers import Handler, Stopped, job_finished
from jobs import leases
from jobs.models import Job
from jobs.progress import JobProgress
from jobs.words import hide

logger = logging.getLogger(__name__)
NO_ACCOUNT = "发起这项工作的账号已经停用，没有办理。需要时请由在岗的人员重新发起。"
NO_RIGHT = "发起人的岗位现在没有这项权限，没有办理。需要时请向上一级党组织说明。"


def run(public_id: str, worker: str = "") -> bool:
    """Run the job if it is waiting. False where it is not (taken, ended) or this worker's code is too old for it."""
    with leases.FileLock(public_id) as lock:
        if leases.needs_file_lock() and not lock.take():
            return False
        job = leases.take(public_id, worker or worker_name(), clock.now())
        if job is None:
            return False
        handler = _handler_of(job)
        if handler is None:
            return False
        _run(job, handler)
        return True


def run_waiting(limit: int = 1000) -> int:
    """Everything that waits, oldest first, here and now: for operators without a worker, and for tests."""
    count = 0
    while count < limit:
        public_id = (
            Job.objects.visible_to(SYSTEM).queued().filter(kind__in=handlers.kinds()).order_by("queued_at", "pk")
            .values_list("public_id", flat=True).first()
        )  # fmt: skip
        if public_id is None or not run(public_id):
            break
        count += 1
    return count


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_native_id()}"


def _handler_of(job: Job) -> Handler | None:
    """None, and the job waits again, where only a newer release knows what to do (the relay offers it again)."""
    try:
        handler = handlers.handler(job.kind)
    except KeyError:
        handler = None
    if handler is None or handler.version < job.version:
        logger.warning("job %s (%s, version %s) is for newer code; it waits", job.public_id, job.kind, job.version)
        now = clock.now()
        leases.end(job, Job.State.QUEUED, now, attempts=0, sent_at=now)
        return None
    return handler


def _run(job: Job, handler: Handler) -> None:
    with JobProgress(job) as progress:
        try:
            actor = _actor_of(job, handler)
            with acting_as(actor):
                if handler.atomic:
                    with transaction.atomic():
                        _succeed(job, progress, handler.run(job.params, actor, progress))
                else:
                    _succeed(job, progress, handler.run(job.params, actor, progress))
        except Stopped as stopped:
            if str(stopped) == "cancelled":
                _end(job, Job.State.CANCELLED, progress, text="")
            else:
                logger.warning("job %s was taken by another worker; this run ends", job.public_id)
        except ActionRefused as refusal:
            _end(job, Job.State.FAILED, progress, error=hide(refusal.text)[:400])
        except Exception:
            support_id = "".join(secrets.choice("bcdfghjkmnpqrstvwxz") for _ in range(6))
            logger.exception("job %s (%s) failed, support id %s", job.public_id, job.kind, support_id)
            sentence = f"系统出了问题，没有办成；没有办完的已经撤回。可以重新办理一次，还不行请把编号 {support_id} 告诉系统管理员。"
            _end(job, Job.State.FAILED, progress, error=sentence, support_id=support_id)


def _actor_of(job: Job, handler: Handler) -> Actor:
    """The person with the rights of today, not of when the job was queued. Raises UserError where they are gone."""
    if job.owner == SYSTEM.id:
        return SYSTEM
    user = User.objects.filter(public_id=job.owner, is_active=True).select_related("organisation").first()
    if user is None:
        raise UserError(NO_ACCOUNT, "no_account")
    actor = actor_for(user, clock.today())
    if handler.permission and not actor.can(handler.permission):
        raise UserError(NO_RIGHT, "no_right")
    return actor


def _succeed(job: Job, progress: JobProgress, result: Mapping[str, Any] | None) -> None:
    """Raises Stopped("lost") so that an atomic handler of a worker that lost its lease is rolled back."""
    result = hide(dict(result or {}))
    values = {"result": result, "result_file": str(result.get("file", ""))[:24], "error": ""}
    if text := str(result.get("text", "")):
        values["text"] = text[:200]
    if not _end(job, Job.State.DONE, progress, **values):
        raise Stopped("lost")


def _end(job: Job, state: Job.State, progress: JobProgress, **values: Any) -> bool:
    now: dt.datetime = clock.now()
    with transaction.atomic():
        ended = leases.end(job, state, now, **{**progress.values(), **values})
        if ended:
            job_finished.call(job=Job.objects.visible_to(SYSTEM).get(pk=job.pk))
    if not ended:
        logger.warning("job %s: the lease is gone, its end (%s) was not written", job.public_id, state)
    return ended
