"""Taking an import of the register of organisations back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from audit import actions as audit
from audit.models import Change
from branches.actions import tree
from branches.models import Organisation, Post
from branches.roster.apply import SOURCE
from core.actors import Actor
from core.domain.names import initials
from core.ledgers import RestoreResult
from core.permissions import Permission

UNDO = "undo"


@dataclass
class Undoing:
    """``changes``: what the batch wrote, by public id."""

    by: Actor
    now: dt.datetime
    changes: dict[str, Change]
    result: RestoreResult = field(default_factory=RestoreResult)


def restore(batch_id: str, by: Actor, now: dt.datetime) -> RestoreResult:
    """Columns go back, what was made goes; whatever was changed or used since stays and is named.

    What was made is deleted, the lowest level first: rows of the history keep telling of it.
    """
    tree.lock_tree()
    changes = Change.objects.unscoped().filter(batch=batch_id, source=SOURCE)
    undoing = Undoing(by, now, {change.object_id: change for change in changes})
    posts = Post.objects.unscoped().filter(public_id__in=undoing.changes).select_related("organisation")
    _take_back(list(posts.order_by("-pk")), Post.HISTORY, undoing)
    organisations = Organisation.objects.filter(public_id__in=undoing.changes).order_by("-path")
    levels = sorted(organisations, key=lambda one: -one.depth)
    for _, level in groupby(levels, key=lambda one: one.depth):
        _take_back(list(level), Organisation.HISTORY, undoing)
    return undoing.result


def _take_back(rows: Sequence[Any], columns: tuple[str, ...], undoing: Undoing) -> None:
    made = []
    for obj in rows:
        change = undoing.changes[obj.public_id]
        if not undoing.by.reaches(_path(obj), Permission.ORGANISE):
            undoing.result.kept.append(f"{obj}：现在不归您管理，没有撤销。")
        elif obj.version != change.version:
            undoing.result.kept.append(f"{obj}：导入以后又改过，保持现在的样子。")
        elif change.version == 1 and all(before is None for before, _ in change.fields.values()):
            made.append(obj)
        else:
            _put_back(obj, change, columns, undoing)
            undoing.result.restored += 1
    _delete(made, columns, undoing)


def _path(obj: Organisation | Post) -> str:
    return obj.path if isinstance(obj, Organisation) else obj.organisation.path


def _delete(rows: Sequence[Any], columns: tuple[str, ...], undoing: Undoing) -> None:
    """All at once where nothing points to any of them, else one by one."""
    histories = {obj.pk: _ending(obj, columns, undoing) for obj in rows}
    gone = rows if _try_delete(rows) else [obj for obj in rows if _try_delete([obj])]
    kept = {id(obj) for obj in rows} - {id(obj) for obj in gone}
    undoing.result.kept += [f"{obj}：已经有人员、账号、规则或下级用到它，不能去掉。" for obj in rows if id(obj) in kept]
    undoing.result.restored += len(gone)
    Change.objects.bulk_create([histories[obj.pk] for obj in gone], batch_size=500)


def _try_delete(rows: Iterable[Any]) -> bool:
    """False where something points to one of them: then none is gone."""
    ids = [obj.pk for obj in rows]
    if not ids:
        return True
    model: Any = type(next(iter(rows)))
    if model is Organisation and Organisation.objects.filter(pk__in=ids, rule_settings__isnull=False).exists():
        return False  # they would go along silently
    manager = model.objects.unscoped() if model is Post else model.objects
    try:
        with transaction.atomic():
            manager.filter(pk__in=ids).delete()
    except ProtectedError:
        return False
    return True


def _ending(obj: Any, columns: tuple[str, ...], undoing: Undoing) -> Change:
    fields = {
        name: [value, None] for name, value in audit.snapshot(obj, columns).items() if value not in (None, "", [])
    }
    return Change(
        object_type=obj._meta.label_lower,
        object_id=obj.public_id,
        version=obj.version + 1,
        at=undoing.now,
        actor=undoing.by.ref,
        batch=undoing.changes[obj.public_id].batch,
        source=UNDO,
        fields=fields,
    )


def _put_back(obj: Any, change: Change, columns: tuple[str, ...], undoing: Undoing) -> None:
    before = audit.snapshot(obj, columns)
    _set_columns(obj, change.fields)
    obj.version += 1
    obj.save()
    audit.changed(obj, before, by=undoing.by, now=undoing.now, source=UNDO, batch=change.batch)


def _set_columns(obj: Any, fields: Mapping[str, list[Any]]) -> None:
    for name, (before, _) in fields.items():
        column = obj._meta.get_field(name)
        setattr(obj, column.attname, column.to_python(before) if before is not None else column.get_default())
    if "short_name" in fields:
        obj.initials = initials(obj.short_name)[:60]
