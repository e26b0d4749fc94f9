"""Registries of background work: what ``jobs`` may run, and what it runs by the clock.

Apps register theirs in ``AppConfig.ready``; ``jobs`` imports none of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from core.actors import Actor
from core.hooks import Hook
from core.permissions import Permission

job_finished = Hook("job_finished", "a job ended, in the transaction that says so: job")


class Stopped(Exception):
    """Raised by ``Progress.step``: the job was cancelled, or another worker has taken it. Let it pass."""


class Progress(Protocol):
    """How a handler tells where it is. ``step`` also renews the lease and notices a cancelled job.

    Steps are cheap (written twice a second at most). On SQLite nothing is written while the handler is
    inside a transaction: there is only one writer.
    """

    def step(self, done: int, total: int, text: str = "") -> None: ...

    def log(self, text: str) -> None: ...


@dataclass(frozen=True)
class Handler:
    """``run(params, by, progress) -> result`` re-reads and re-checks everything: parameters are ids and plain values.

    ``permission``: held by ``by`` at the start of every run, or the job fails with a sentence.
    ``atomic``: run and "done" are one transaction, so that the effect happens exactly once wherever the worker
    is killed. Without it a handler may be run again after its own commit and must see that it is done.
    ``version``: of the parameters; a worker with older code leaves a newer job to a newer worker.
    Keys of the result that pages understand: ``text`` (a sentence), ``file`` (public id of a stored file), ``link``
    ({"name": URL name, "args": [...], "label": words}: where the result is seen).
    """

    kind: str
    title: str
    run: Callable[[Mapping[str, Any], Actor, Progress], Mapping[str, Any]]
    permission: Permission | None = None
    atomic: bool = False
    version: int = 1


@dataclass(frozen=True)
class Periodic:
    """``run(now)`` about every so many seconds, one at a time in the whole installation, caught up after a pause.

    It must be short (long work: enqueue a job) and harmless when repeated.
    """

    name: str
    every_seconds: int
    run: Callable[[dt.datetime], object]


_handlers: dict[str, Handler] = {}
_periodics: dict[str, Periodic] = {}


def register(handler: Handler) -> None:
    _handlers[handler.kind] = handler


def handler(kind: str) -> Handler:
    """Raises KeyError."""
    return _handlers[kind]


def kinds() -> list[str]:
    return sorted(_handlers)


def register_periodic(periodic: Periodic) -> None:
    _periodics[periodic.name] = periodic


def periodics() -> list[Periodic]:
    return [_periodics[name] for name in sorted(_periodics)]
