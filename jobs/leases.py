"""Who runs a job, and how others learn that he is dead.

A lease is a token in the row and a time until which it holds. On PostgreSQL the runner renews it from a thread with a
connection of its own, so also from within one long transaction. SQLite has a single writer, so there the runner holds
a lock on a file for as long as its process lives: the kernel lets go of it whatever kills the process.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import connection
from django.db.models import F

from core.actors import SYSTEM
from core.ids import new_id
from jobs.models import Job


def length() -> dt.timedelta:
    return dt.timedelta(seconds=settings.JOB_LEASE)


class FileLock:
    """A lock file of one job, held until :meth:`release` or the end of the process."""

    def __init__(self, public_id: str) -> None:
        self.path = Path(settings.VAR) / "leases" / public_id
        self.descriptor = -1

    def take(self) -> bool:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return False
        self.descriptor = descriptor
        return True

    def release(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def needs_file_lock() -> bool:
    return connection.vendor == "sqlite"


def take(public_id: str, worker: str, now: dt.datetime) -> Job | None:
    """The job, now running under a new lease; None where it is not queued (somebody was first, or it has ended)."""
    rows = Job.objects.visible_to(SYSTEM)
    token = new_id()
    if not rows.queued().filter(public_id=public_id).update(
        state=Job.State.RUNNING, lease_token=token, lease_until=now + length(), attempts=F("attempts") + 1, worker=worker[:80],
        started_at=now, done=0, total=0, log=[], text="",
    ):  # fmt: skip
        return None
    return rows.get(public_id=public_id, lease_token=token)


def end(job: Job, state: Job.State, now: dt.datetime, **values: object) -> bool:
    """Give back the lease with what came of it. False where the lease was lost meanwhile: then nothing is written."""
    finished_at = None if state == Job.State.QUEUED else now
    held = Job.objects.visible_to(SYSTEM).held(job)
    ended = {"state": state, "lease_token": "", "lease_until": None, "cancel_asked": False, "finished_at": finished_at}
    return bool(held.update(**ended, **values))


def holder_is_dead(job: Job, now: dt.datetime) -> bool:
    """Whether nobody works any more on this running job."""
    if needs_file_lock():
        with FileLock(job.public_id) as lock:
            return lock.take()
    return job.lease_until is not None and job.lease_until < now


def remove_lock_files(open_ids: set[str], older_than: float) -> None:
    """Lock files of jobs that have ended long ago."""
    for path in (Path(settings.VAR) / "leases").glob("*"):
        if path.name not in open_ids and path.stat().st_mtime < older_than:
            path.unlink(missing_ok=True)
