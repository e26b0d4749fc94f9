"""Moves between states as data. One function locks the row, checks, stamps and records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models

from core.actors import Actor
from core.errors import UserError

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Transition:
    """``stamp``: "submitted" sets ``submitted_at`` and ``submitted_by``; "" sets nothing."""

    name: str
    label: str
    sources: frozenset[str]
    target: str
    stamp: str = ""


class WrongState(UserError):
    """The row is no longer in a state this move starts from (somebody was first)."""


def unrecorded(*_args: Any, **_facts: Any) -> None:
    """For a move that the caller records in another way: as an event of its own, or with the other changes."""


def apply(
    obj: Row,
    transition: Transition,
    *,
    by: Actor,
    now: dt.datetime,
    record: Callable[..., Any],
    field: str = "state",
) -> Row:
    """Move ``obj`` inside the caller's transaction and return the locked, saved row.

    ``record(obj, before=..., after=..., by=..., at=...)`` is told of it. Raises WrongState.
    """
    model = type(obj)
    locked = model._base_manager.select_for_update(of=("self",)).get(pk=obj.pk)
    before = getattr(locked, field)
    if before not in transition.sources:
        raise WrongState(f"现在的状态不能“{transition.label}”，请刷新页面看看是否有人已经处理。", "wrong_state")
    setattr(locked, field, transition.target)
    changed = [field]
    if transition.stamp:
        setattr(locked, f"{transition.stamp}_at", now)
        setattr(locked, f"{transition.stamp}_by", by.ref)
        changed += [f"{transition.stamp}_at", f"{transition.stamp}_by"]
    locked.save(update_fields=changed)
    record(locked, before={field: before}, after={field: transition.target}, by=by, at=now)
    return locked
