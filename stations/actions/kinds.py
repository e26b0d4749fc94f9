"""The kinds of stations and service points: words of the county, without people."""

from __future__ import annotations

from audit import actions as audit
from core.actors import Actor
from core.domain.cells import clean_text
from core.errors import NotAllowed, UserError
from core.permissions import Permission
from stations.models import StationKind


def save_kind(kind: StationKind, by: Actor) -> None:
    """Raises NotAllowed, UserError."""
    if not by.can(Permission.SYSTEM):
        raise NotAllowed
    kind.title = clean_text(kind.title)
    if not kind.title:
        raise UserError("请填写类型的名称。", "title_missing")
    kind.save()
    audit.record("station_kind", f"驿站类型：{kind.title}", by=by, data={"position": kind.position})
