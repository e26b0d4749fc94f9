"""What every change of a station, its points, lines and posts does: lock, check the version, save, history, event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction

from audit import actions as audit
from branches.actions.versions import lock_row, require_version
from core.actors import Actor
from core.domain.cells import clean_text
from core.domain.freetext import find_numbers
from core.domain.names import clean_name
from core.domain.phones import parse_phones
from core.errors import NotAllowed, UserError
from core.permissions import Permission
from stations.models import Station

M = TypeVar("M", bound=Any)


def require(by: Actor, station: Station) -> None:
    """The record of a station is kept by the organisation that set it up. Raises NotAllowed."""
    if not by.reaches(station.keeper.path, Permission.ORGANISE):
        raise NotAllowed("驿站由管理它的党组织维护。需要改的请告诉他们。")


def text_of(model: type[models.Model], name: str, value: Any, *, required: bool = False) -> str:
    """A plain text as it is kept. Raises UserError."""
    column: Any = model._meta.get_field(name)
    text = clean_text(value or "")
    if required and not text:
        raise UserError(f"请填写{column.verbose_name}。", f"{name}_missing")
    if len(text) > column.max_length:
        raise UserError(f"{column.verbose_name}最多 {column.max_length} 个字，请缩短。", "too_long")
    if find_numbers(text):
        raise UserError(f"{column.verbose_name}里有电话或身份证号码。号码请填到“联系电话”里。", "number_in_text")
    return text


def name_of(value: Any) -> str:
    """A person's name. Raises UserError."""
    parsed = clean_name(value)
    if parsed.value is None:
        raise UserError(parsed.problem.text if parsed.problem else "请填写姓名。", "name_invalid")
    return parsed.value


def phone_of(value: Any) -> str:
    """One number, or "". Raises UserError."""
    parsed = parse_phones(str(value or ""))
    if parsed.problem is not None:
        raise UserError(parsed.problem.text, parsed.problem.code)
    return parsed.value.main if parsed.value else ""


def create(obj: M, kind: str, text: str, *, by: Actor, now: dt.datetime) -> M:
    """Insert a checked record with its history and event. Raises UserError where a unique name is taken."""
    _unique(obj, lambda: obj.save(force_insert=True))
    audit.created(obj, obj.HISTORY, by=by, now=now)
    _event(kind, text, obj, by, now)
    return obj


def change(
    obj: M, put: Callable[[M], None], kind: str, text: str, *, by: Actor, now: dt.datetime, version: int | None = None,
    typed: Mapping[str, Any] | None = None,
) -> M:  # fmt: skip
    """``put`` sets columns of the locked record; nothing is written where none differs. Raises StaleVersion, UserError."""
    locked = lock_row(obj)
    require_version(locked, version, typed or {}, by=by)
    before = audit.snapshot(locked, obj.HISTORY)
    put(locked)
    if audit.snapshot(locked, obj.HISTORY) == before:
        return locked
    locked.version += 1
    _unique(locked, locked.save)
    audit.changed(locked, before, by=by, now=now)
    _event(kind, text, locked, by, now)
    return locked


def _unique(obj: Any, save: Callable[..., Any]) -> None:
    try:
        with transaction.atomic():
            save()
    except IntegrityError as error:
        if "name" in str(error):
            raise UserError(f"已经有叫“{obj.name}”的{obj._meta.verbose_name}。", "name_taken") from error
        raise


def _event(kind: str, text: str, obj: Any, by: Actor, now: dt.datetime) -> None:
    station: Station = obj if isinstance(obj, Station) else obj.station
    audit.record(kind, text, by=by, subject=station, organisation_id=station.keeper_id, now=now)
