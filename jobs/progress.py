"""How far a running job is: written at most twice a second, and the lease renewed with it."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import Error, connection

from core import clock
from core.actors import SYSTEM
from core.handlers import Stopped
from jobs import leases
from jobs.models import Job
from jobs.words import hide

logger = logging.getLogger(__name__)
PAUSE = 0.5
LOG_LINES = 200


class JobProgress:
    """The ``core.handlers.Progress`` of one run.

    On PostgreSQL a thread writes, through its own connection. Elsewhere, and when the runner itself was called inside
    a transaction (then another connection would not even see the job), ``step`` writes.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.nested = connection.in_atomic_block
        self.threaded = connection.vendor == "postgresql" and not self.nested
        self.state: tuple[int, int, str] = (0, 0, "")
        self.lines: list[str] = []
        self.stop_reason = ""
        self._changed = False
        self._written_at = time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"lease-{job.public_id}", daemon=True)

    def __enter__(self) -> Self:
        if self.threaded:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self.threaded:
            self._thread.join()

    def step(self, done: int, total: int, text: str = "") -> None:
        """Raises Stopped when the job was cancelled or taken by another."""
        self.state = (max(done, 0), max(total, 0), hide(text)[:200])
        self._changed = True
        if not self.threaded and (self.nested or not connection.in_atomic_block):
            self._write_when_due()
        if self.stop_reason:
            raise Stopped(self.stop_reason)

    def log(self, text: str) -> None:
        self.lines.append(hide(text)[:300])
        del self.lines[:-LOG_LINES]
        self._changed = True

    def values(self) -> dict[str, object]:
        """What the row says of the progress when the job ends."""
        done, total, text = self.state
        return {"done": done, "total": total, "text": text, "log": list(self.lines)}

    def _beat(self) -> None:
        try:
            while not self._ended.wait(PAUSE):
                with contextlib.suppress(Error):  # the database is away: tried again at the next beat
                    self._write_when_due()
                    continue
                logger.warning("the lease of job %s could not be renewed", self.job.public_id)
                connection.close()
        finally:
            connection.close()

    def _write_when_due(self) -> None:
        waited = time.monotonic() - self._written_at
        if waited >= (PAUSE if self._changed else settings.JOB_LEASE / 4):
            self._write()

    def _write(self) -> None:
        self._changed, self._written_at = False, time.monotonic()
        held = Job.objects.visible_to(SYSTEM).held(self.job)
        if not held.update(lease_until=clock.now() + leases.length(), **self.values()):
            self.stop_reason = "lost"
        elif held.filter(cancel_asked=True).exists():
            self.stop_reason = "cancelled"
