"""Recording: events in the caller's transaction, and the history of records."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import models

from audit.models import Change, Event
from core import clock, crypto
from core.actors import Actor
from core.behind import Behind
from core.bulk import copy_rows
from core.ids import new_id

CHANGE_COLUMNS = ("object_type", "object_id", "version", "fields")


def record(
    kind: str,
    text: str,
    *,
    by: Actor,
    subject: models.Model | None = None,
    organisation_id: int | None = None,
    data: Mapping[str, Any] | None = None,
    now: dt.datetime | None = None,
) -> Event:
    """Write one event. ``text`` and ``data`` hold ids and words, never a whole identity or phone number."""
    event = Event(
        public_id=new_id(),
        kind=kind,
        at=now or clock.now(),
        actor=by.ref,
        organisation_id=organisation_id if organisation_id is not None else by.organisation_id,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=getattr(subject, "public_id", "") if subject is not None else "",
        text=text[:400],
        data=dict(data or {}),
    )
    event.mac = crypto.mac(canonical(event))
    event.save(force_insert=True)
    return event


def canonical(event: Event) -> bytes:
    """The bytes that the row MAC covers: every column that carries meaning, in a fixed order."""
    return json.dumps(
        [
            event.public_id,
            event.kind,
            event.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
            [event.actor.id, event.actor.label] if event.actor else None,
            event.organisation_id,
            event.subject_type,
            event.subject_id,
            event.text,
            event.data,
        ],
        ensure_ascii=False,
        sort_keys=True,
    ).encode()


def stored_value(obj: models.Model, column: str) -> Any:
    """A column's value as the database keeps it, in a form JSON can hold."""
    field: Any = obj._meta.get_field(column)
    value = field.get_prep_value(getattr(obj, field.attname))
    return value.isoformat() if isinstance(value, (dt.date, dt.datetime)) else value


def snapshot(obj: models.Model, columns: Iterable[str]) -> dict[str, Any]:
    return {column: stored_value(obj, column) for column in columns}


def changed(
    obj: Any,
    before: Mapping[str, Any],
    *,
    by: Actor,
    now: dt.datetime,
    source: str = "edit",
    batch: str = "",
) -> dict[str, list[Any]]:
    """Write the history row of a saved ``obj`` against ``before`` (a :func:`snapshot`); {} where nothing differs.

    ``obj.version`` must already be the new one.
    """
    fields = {column: [old, new] for column, old in before.items() if (new := stored_value(obj, column)) != old}
    if fields:
        _write(obj, fields, by=by, now=now, source=source, batch=batch)
    return fields


def created(
    obj: Any, columns: Iterable[str], *, by: Actor, now: dt.datetime, source: str = "create", batch: str = ""
) -> None:
    """The first history row of a new record: every filled column, from null."""
    fields = {
        column: [None, value] for column, value in snapshot(obj, columns).items() if value not in (None, "", [], {})
    }
    _write(obj, fields, by=by, now=now, source=source, batch=batch)


def _write(obj: Any, fields: dict[str, list[Any]], *, by: Actor, now: dt.datetime, source: str, batch: str) -> None:
    Change.objects.create(
        object_type=obj._meta.label_lower,
        object_id=obj.public_id,
        version=obj.version,
        at=now,
        actor=by.ref,
        batch=batch,
        source=source,
        fields=fields,
    )


def copy_changes(
    rows: Iterable[Sequence[Any]], *, at: dt.datetime, actor: str, batch: str, source: str, behind: Behind | None = None
) -> int:
    """History rows of a set-based act, in the order of :data:`CHANGE_COLUMNS`. ``actor``: as :class:`ActorField` stores it."""
    act = {"at": at, "actor": actor, "batch": batch, "source": source}
    return copy_rows(Change, CHANGE_COLUMNS, rows, behind, act)
