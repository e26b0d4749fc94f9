"""Optimistic locking: an edit says which version it started from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import models
from django.utils import timezone

from audit.actions import stored_value
from audit.models import Change
from branches.enums import MARKS
from core.actors import Actor
from core.errors import Conflict, StaleVersion

M = TypeVar("M", bound=models.Model)


def lock_row(obj: M) -> M:
    """The row as it is now, held until the transaction ends."""
    return type(obj)._base_manager.select_for_update(of=("self",)).get(pk=obj.pk)


def require_version(locked: Any, version: int | None, typed: Mapping[str, Any], *, by: Actor) -> None:
    """Raises StaleVersion, naming each field whose stored value differs from what was typed. None: not asked."""
    if version is None or version == locked.version:
        return
    last = Change.objects.of(locked, by).last()
    conflicts = [
        Conflict(
            name, str(locked._meta.get_field(name).verbose_name), label(locked, name, stored), label(locked, name, new)
        )
        for name, value in typed.items()
        if (stored := stored_value(locked, name) or "") != (new := _as_stored(locked, name, value) or "")
    ]
    raise StaleVersion(
        str(last.actor) if last and last.actor else "别人",
        f"{timezone.localtime(last.at):%Y-%m-%d %H:%M}" if last else "刚才",
        conflicts,
    )


def _as_stored(obj: Any, name: str, value: Any) -> Any:
    value = obj._meta.get_field(name).get_prep_value(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def label(obj: models.Model, name: str, value: Any) -> str:
    """A stored value in the words of a screen: the label of a choice, names of marks, else the value itself."""
    if isinstance(value, list):
        return "、".join(str(MARKS.get(one, one)) for one in value)
    return str(dict(getattr(obj._meta.get_field(name), "flatchoices", ())).get(value, value) or "")
