"""Who acts: a person with an account, the system itself, or a signed link.

An actor says, per permission, which half-open ranges of organisation paths it reaches. It is a
plain value: built once per request or job, never stored, so that a right withdrawn is gone at
the next request and in every job that waits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace

from core.paths import Range, covers, split, subtree
from core.permissions import Permission


@dataclass(frozen=True)
class ActorRef:
    """What a column keeps of an actor: an id and the words to show. No foreign key, never updated."""

    id: str
    label: str

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True)
class Actor:
    """``id``: public id ("system" for the system); ``ranges``: paths per permission; ``everything``: no limit."""

    id: str
    name: str
    unit: str = ""
    kind: str = "user"
    grants: Mapping[Permission, tuple[Range, ...]] = field(default_factory=dict)
    organisation_id: int | None = None
    organisation_path: str = ""
    role: str = ""
    everything: bool = False

    @property
    def label(self) -> str:
        return f"{self.name}（{self.unit}）" if self.unit else self.name

    @property
    def ref(self) -> ActorRef:
        return ActorRef(self.id, self.label)

    def ranges(self, permission: Permission) -> tuple[Range, ...]:
        return self.grants.get(permission, ())

    def can(self, permission: Permission | str) -> bool:
        """True where the permission is held at some organisation."""
        return self.everything or bool(split(self.ranges(Permission(permission)))[0])

    def holds(self, permission: Permission | str) -> bool:
        """True where the permission is held anywhere at all, at an outpost too: for pages that ask for the record's own scope."""
        return self.everything or bool(self.ranges(Permission(permission)))

    def reaches(self, path: str, permission: Permission) -> bool:
        """True where the permission is held for the organisation at ``path``."""
        return self.everything or any(covers(one, path) for one in self.ranges(permission))

    def confined(self, path: str) -> Actor:
        """The same person, reaching nothing outside the subtree of ``path``: for what others there will read as well."""
        low, high = subtree(path)
        held = dict.fromkeys(Permission, ((low, high),)) if self.everything else self.grants
        grants = {
            permission: tuple((max(low, start), min(high, end)) for start, end in ranges if start < high and low < end)
            for permission, ranges in held.items()
        }
        return replace(self, grants=grants, everything=False)


SYSTEM = Actor(id="system", name="系统", kind="system", everything=True)
ANONYMOUS = Actor(id="anonymous", name="未登录", kind="anonymous")

_current: ContextVar[Actor | None] = ContextVar("actor", default=None)


def current_actor() -> Actor | None:
    return _current.get()


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """Everything inside runs for ``actor``: scoped models refuse queries that were never scoped."""
    token = _current.set(actor)
    try:
        yield actor
    finally:
        _current.reset(token)
