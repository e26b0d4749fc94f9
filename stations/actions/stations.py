"""Setting up, changing and closing a station."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max

from branches.models import Organisation
from core import clock
from core.actors import Actor
from core.bulk import lock
from core.domain.regions import region_label
from core.errors import Blocked, NotAllowed, UserError
from core.idempotency import once
from core.paths import OUTPOSTS, WIDTH, outpost
from core.permissions import Permission
from stations import presence
from stations.actions import records
from stations.models import Station, StationKind

TEXTS = ("name", "core_text", "address", "host_unit", "hours", "facilities")
PLAIN = ("kind", "core", "opened_on", "stated_members", "number")
EDITABLE = (*TEXTS, *PLAIN, "region_code", "phone")
DECIDES = ("region_code", "core_id", "closed_on")  # whose people they are


def create(
    *, keeper: Organisation, values: Mapping[str, Any], by: Actor, key: str = "", now: dt.datetime | None = None
) -> Station:
    """A new station of ``keeper``, last in the order. ``values``: columns of :data:`EDITABLE`, the name required.

    The same ``key`` sent twice makes one. Raises NotAllowed, UserError.
    """
    now = now or clock.now()
    if not by.reaches(keeper.path, Permission.ORGANISE):
        raise NotAllowed

    def build() -> str:
        station = Station(keeper=keeper, kind=values.get("kind") or StationKind.objects.usual())
        station.number, station.path = next_place()
        _put(station, {"name": "", **values})
        records.create(station, "station_opened", f"新建驿站：{station.name}", by=by, now=now)
        presence.refresh_around([station])
        return station.public_id

    with transaction.atomic():
        public_id, _made = once(key, by=by, now=now, create=build)
    return Station.objects.select_related("keeper", "core", "kind").get(public_id=public_id)


def next_place() -> tuple[int, str]:
    """Number in the order and path of the next station; a path is never used again. Held until the transaction ends."""
    lock("stations.places")
    last = Station.objects.aggregate(number=Max("number"), path=Max("path"))
    own = int(last["path"][len(OUTPOSTS) :][:WIDTH]) if last["path"] else 0
    try:
        return (last["number"] or 0) + 1, outpost(own + 1)
    except ValueError as error:
        raise UserError("驿站太多了，不能再新建。", "too_many") from error


def edit(
    station: Station,
    *,
    values: Mapping[str, Any],
    by: Actor,
    version: int | None = None,
    now: dt.datetime | None = None,
) -> Station:
    """Change columns of :data:`EDITABLE`. Raises StaleVersion, NotAllowed, UserError."""
    now = now or clock.now()
    if unknown := set(values) - set(EDITABLE):
        raise ValueError(f"not editable: {sorted(unknown)}")
    records.require(by, station)
    typed = {name: getattr(value, "pk", value) for name, value in values.items() if name != "phone"}
    with transaction.atomic():
        return _followed(station, lambda one: _put(one, values), "station_edited", "修改驿站", by, now, version, typed)


def _followed(
    station: Station, put: Any, kind: str, verb: str, by: Actor, now: dt.datetime, version: int | None,
    typed: Mapping[str, Any],
) -> Station:  # fmt: skip
    """The change, and whoever becomes or is no longer among its people."""
    before = Station.objects.get(pk=station.pk)
    text = f"{verb}：{before.name}"
    changed = records.change(station, put, kind, text, by=by, now=now, version=version, typed=typed)
    if any(getattr(before, name) != getattr(changed, name) for name in (*DECIDES, "number")):
        cores = [before.core_id] if before.core_id is not None else []
        presence.refresh_around([changed], regions=[before.region_code], cores=cores)
    return changed


def _put(station: Station, values: Mapping[str, Any]) -> None:
    """Set checked values. Raises UserError."""
    for name, value in values.items():
        if name in TEXTS:
            setattr(station, name, records.text_of(Station, name, value, required=name == "name"))
        elif name == "phone":
            station.put_sealed("phone", records.phone_of(value))
        elif name == "region_code":
            if value and not region_label(value):
                raise UserError("请从列出的省、市、县里选所在地。", "region_unknown")
            station.region_code = value or ""
        elif name == "kind":
            station.kind = value or StationKind.objects.usual()
        else:
            setattr(station, name, value)
    if station.core is not None:
        station.core_text = ""
        if not station.core.is_open:
            raise UserError(f"{station.core.short_name}已经撤销，不能依托它。", "core_closed")


def blockers_to_close(station: Station) -> list[str]:
    return [] if station.is_open else ["这个驿站已经停用"]


def close(
    station: Station,
    *,
    by: Actor,
    on: dt.date | None = None,
    version: int | None = None,
    now: dt.datetime | None = None,
) -> Station:
    """It stays in the record with its history; its people are other stations' from now on. Raises Blocked, NotAllowed."""
    now = now or clock.now()
    records.require(by, station)

    def put(locked: Station) -> None:
        if blockers := blockers_to_close(locked):
            raise Blocked(blockers)
        locked.closed_on = on or clock.today()

    with transaction.atomic():
        return _followed(station, put, "station_closed", "停用驿站", by, now, version, {})


def blockers_to_reopen(station: Station) -> list[str]:
    if station.is_open:
        return ["这个驿站没有停用"]
    if Station.objects.open().filter(name=station.name).exists():
        return [f"已经有叫“{station.name}”的驿站"]
    return []


def reopen(station: Station, *, by: Actor, version: int | None = None, now: dt.datetime | None = None) -> Station:
    """Take a closing back. Raises Blocked, NotAllowed."""
    now = now or clock.now()
    records.require(by, station)

    def put(locked: Station) -> None:
        if blockers := blockers_to_reopen(locked):
            raise Blocked(blockers)
        locked.closed_on = None

    with transaction.atomic():
        return _followed(station, put, "station_reopened", "恢复驿站", by, now, version, {})
