"""Taking an import of the register of organisations back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
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

UNDO = "undo"


def restore(batch_id: str, by: Actor, now: dt.datetime) -> RestoreResult:
    """Columns go back, what was made goes; whatever was changed or used since stays and is named.

    What was made is deleted, the lowest first: rows of the history keep telling of it.
    """
    tree.lock_tree()
    result = RestoreResult()
    changes = Change.objects.unscoped().filter(batch=batch_id, source=SOURCE)
    posts = {change.object_id: change for change in changes.filter(object_type="branches.post")}
    organisations = {change.object_id: change for change in changes.filter(object_type="branches.organisation")}
    found_posts = Post.objects.unscoped().filter(public_id__in=posts).select_related("organisation").order_by("-pk")
    found = Organisation.objects.filter(public_id__in=organisations).order_by("-path")
    for post in list(found_posts):
        _take_back(post, posts[post.public_id], Post.HISTORY, by, now, result, f"{post}")
    for organisation in list(found):
        change = organisations[organisation.public_id]
        _take_back(organisation, change, Organisation.HISTORY, by, now, result, organisation.short_name)
    return result


def _take_back(
    obj: Any, change: Change, columns: tuple[str, ...], by: Actor, now: dt.datetime, result: RestoreResult, label: str
) -> None:
    if obj.version != change.version:
        result.kept.append(f"{label}：导入以后又改过，保持现在的样子。")
        return
    if change.version == 1 and all(before is None for before, _ in change.fields.values()):
        if not _delete(obj, columns, change.batch, by, now):
            result.kept.append(f"{label}：已经有人员、账号或下级用到它，不能去掉。")
            return
    else:
        before = audit.snapshot(obj, columns)
        _put_back(obj, change.fields)
        obj.version += 1
        obj.save()
        audit.changed(obj, before, by=by, now=now, source=UNDO, batch=change.batch)
    result.restored += 1


def _delete(obj: Any, columns: tuple[str, ...], batch: str, by: Actor, now: dt.datetime) -> bool:
    """False where something points to it."""
    fields = {
        name: [value, None] for name, value in audit.snapshot(obj, columns).items() if value not in (None, "", [])
    }
    label, public_id, version = obj._meta.label_lower, obj.public_id, obj.version + 1
    try:
        with transaction.atomic():
            obj.delete()
    except ProtectedError:
        return False
    Change.objects.create(
        object_type=label,
        object_id=public_id,
        version=version,
        at=now,
        actor=by.ref,
        batch=batch,
        source=UNDO,
        fields=fields,
    )
    return True


def _put_back(obj: Any, fields: Mapping[str, list[Any]]) -> None:
    for name, (before, _) in fields.items():
        field = obj._meta.get_field(name)
        setattr(obj, field.attname, field.to_python(before) if before is not None else field.get_default())
    if "short_name" in fields:
        obj.initials = initials(obj.short_name)[:60]
