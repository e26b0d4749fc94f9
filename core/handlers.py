"""Registry of job handlers: what ``jobs`` may run. Apps register theirs in ``AppConfig.ready``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from core.actors import Actor
from core.permissions import Permission


class Progress(Protocol):
    """How a handler tells where it is. ``step`` also renews the lease and notices a cancelled job."""

    def step(self, done: int, total: int, text: str = "") -> None: ...

    def log(self, text: str) -> None: ...


@dataclass(frozen=True)
class Handler:
    """``run(params, by, progress) -> result`` re-reads and re-checks everything: parameters are ids and plain values.

    ``permission``: held by ``by`` at the start of every run, or the job fails with a sentence.
    """

    kind: str
    title: str
    run: Callable[[Mapping[str, Any], Actor, Progress], Mapping[str, Any]]
    permission: Permission | None = None


_handlers: dict[str, Handler] = {}


def register(handler: Handler) -> None:
    _handlers[handler.kind] = handler


def handler(kind: str) -> Handler:
    """Raises KeyError."""
    return _handlers[kind]


def kinds() -> list[str]:
    return sorted(_handlers)
