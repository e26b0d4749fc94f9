"""Taking an import of the register of stations back."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from accounts.models import Grant
from audit import actions as audit
from audit.models import Change
from core.actors import Actor
from core.bulk import lock
from core.ledgers import RestoreResult
from core.permissions import Permission
from stations import presence
from stations.ledgers.apply import SOURCE
from stations.models import ServiceLine, Station, StationPost

UNDO = "undo"
ORDER: tuple[type[Any], ...] = (StationPost, ServiceLine, Station)  # what hangs on a station before the station


def restore(batch_id: str, by: Actor, now: dt.datetime) -> RestoreResult:
    """Columns go back, what was made goes; whatever was changed or used since stays and is named."""
    lock("stations.places")
    result = RestoreResult()
    changes = {one.object_id: one for one in Change.objects.unscoped().filter(batch=batch_id, source=SOURCE)}
    for model in ORDER:
        rows = model.objects.unscoped() if model is StationPost else model.objects.all()
        found = rows.filter(public_id__in=changes).order_by("-pk").select_for_update(of=("self",))
        for obj in found:
            _take_back(obj, changes[obj.public_id], by, now, result)
    presence.refresh_all(now)
    return result


def _take_back(obj: Any, change: Change, by: Actor, now: dt.datetime, result: RestoreResult) -> None:
    station: Station = obj if isinstance(obj, Station) else obj.station
    if not by.reaches(station.keeper.path, Permission.ORGANISE):
        result.kept.append(f"{obj}：现在不归您管理，没有撤销。")
    elif obj.version != change.version:
        result.kept.append(f"{obj}：导入以后又改过，保持现在的样子。")
    elif change.version == 1:
        _remove(obj, change, by, now, result)
    else:
        before = audit.snapshot(obj, obj.HISTORY)
        for name, (old, _new) in change.fields.items():
            column = obj._meta.get_field(name)
            setattr(obj, column.attname, column.to_python(old) if old is not None else column.get_default())
        obj.version += 1
        obj.save()
        audit.changed(obj, before, by=by, now=now, source=UNDO, batch=change.batch)
        result.restored += 1


def _require_no_account(obj: Any) -> None:
    """A grant names the station by its path, which must then never be another's. Raises ProtectedError."""
    if isinstance(obj, Station) and Grant.objects.filter(outpost_path=obj.path).exists():
        raise ProtectedError("held by a grant", set())


def _remove(obj: Any, change: Change, by: Actor, now: dt.datetime, result: RestoreResult) -> None:
    """Gone where nothing points to it; its history keeps telling of it."""
    ended = {name: [value, None] for name, value in audit.snapshot(obj, obj.HISTORY).items() if value not in (None, "")}
    label, public_id, version = obj._meta.label_lower, obj.public_id, obj.version + 1
    try:
        with transaction.atomic():
            _require_no_account(obj)
            (type(obj).objects.unscoped() if isinstance(obj, StationPost) else type(obj).objects).filter(
                pk=obj.pk
            ).delete()
    except ProtectedError:
        result.kept.append(f"{obj}：已经有报到、服务点、职务或账号用到它，不能去掉。")
        return
    Change.objects.create(
        object_type=label, object_id=public_id, version=version, at=now, actor=by.ref, batch=change.batch, source=UNDO,
        fields=ended,
    )  # fmt: skip
    result.restored += 1
