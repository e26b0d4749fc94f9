"""What hangs on a station: service points, the three service lines, and who holds which post."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from core import clock
from core.actors import Actor
from core.bulk import lock
from core.errors import UserError
from core.idempotency import once
from stations.actions import records
from stations.models import ServiceLine, ServicePoint, Station, StationKind, StationPost


def add_point(
    *, station: Station, values: Mapping[str, Any], by: Actor, key: str = "", now: dt.datetime | None = None
) -> ServicePoint:
    """A further door of the station. ``values``: name, kind, address, hours. Raises NotAllowed, UserError."""
    now = now or clock.now()
    records.require(by, station)

    def build() -> str:
        point = ServicePoint(station=station, kind=values.get("kind") or StationKind.objects.usual())
        _put_point(point, {"name": "", **values})
        return records.create(
            point, "station_point", f"{station.name}增加服务点：{point.name}", by=by, now=now
        ).public_id

    with transaction.atomic():
        public_id, _made = once(key, by=by, now=now, create=build)
    return ServicePoint.objects.get(public_id=public_id)


def _put_point(point: ServicePoint, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name == "kind":
            point.kind = value or StationKind.objects.usual()
        else:
            setattr(point, name, records.text_of(ServicePoint, name, value, required=name == "name"))


def edit_point(
    point: ServicePoint, *, values: Mapping[str, Any], by: Actor, version: int | None = None,
    now: dt.datetime | None = None,
) -> ServicePoint:  # fmt: skip
    now = now or clock.now()
    records.require(by, point.station)
    with transaction.atomic():
        text = f"{point.station.name}修改服务点：{point.name}"
        return records.change(
            point,
            lambda one: _put_point(one, values),
            "station_point",
            text,
            by=by,
            now=now,
            version=version,
            typed={name: getattr(value, "pk", value) for name, value in values.items()},
        )


def close_point(
    point: ServicePoint, *, by: Actor, on: dt.date | None = None, now: dt.datetime | None = None
) -> ServicePoint:
    now = now or clock.now()
    records.require(by, point.station)

    def put(locked: ServicePoint) -> None:
        locked.closed_on = locked.closed_on or on or clock.today()

    with transaction.atomic():
        return records.change(
            point, put, "station_point", f"{point.station.name}停用服务点：{point.name}", by=by, now=now
        )


def set_line_head(
    *, station: Station, line: str, head_name: str, by: Actor, now: dt.datetime | None = None
) -> ServiceLine:
    """Who heads one of the three service lines; "" = nobody. Raises NotAllowed, UserError."""
    now = now or clock.now()
    records.require(by, station)
    name = records.name_of(head_name) if head_name.strip() else ""
    with transaction.atomic():
        lock(f"stations.lines:{station.pk}")
        found = ServiceLine.objects.filter(station=station, line=line).first()
        text = f"{station.name}{ServiceLine(line=line).get_line_display()}负责人：{name or '空缺'}"
        if found is None:
            made = ServiceLine(station=station, line=line, head_name=name)
            return records.create(made, "station_line", text, by=by, now=now)
        return records.change(found, lambda one: setattr(one, "head_name", name), "station_line", text, by=by, now=now)


# -- posts ---------------------------------------------------------------------------------------


def appoint(
    *, station: Station, values: Mapping[str, Any], by: Actor, key: str = "", now: dt.datetime | None = None
) -> StationPost:
    """Somebody takes an office; the same person may hold others too. ``values``: title, holder_name, phone, starts_on, member.

    A second head at the same time is refused. Raises NotAllowed, UserError.
    """
    now = now or clock.now()
    records.require(by, station)

    def build() -> str:
        post = StationPost(station=station)
        _put_post(post, {"holder_name": "", **values})
        _one_head(post)
        text = f"{station.name}{post.get_title_display()}任职：{post.holder_name}"
        return records.create(post, "station_post", text, by=by, now=now).public_id

    with transaction.atomic():
        lock(f"stations.posts:{station.pk}")
        public_id, _made = once(key, by=by, now=now, create=build)
    return StationPost.objects.visible_to(by).get(public_id=public_id)


def edit_post(
    post: StationPost,
    *,
    values: Mapping[str, Any],
    by: Actor,
    version: int | None = None,
    now: dt.datetime | None = None,
) -> StationPost:
    now = now or clock.now()
    records.require(by, post.station)
    typed = {name: value for name, value in values.items() if name not in ("phone", "member")}

    def put(locked: StationPost) -> None:
        _put_post(locked, values)
        _one_head(locked)

    with transaction.atomic():
        lock(f"stations.posts:{post.station_id}")
        text = f"{post.station.name}修改职务：{post.get_title_display()}{post.holder_name}"
        return records.change(post, put, "station_post", text, by=by, now=now, version=version, typed=typed)


def end_post(
    post: StationPost,
    *,
    by: Actor,
    on: dt.date | None = None,
    version: int | None = None,
    now: dt.datetime | None = None,
) -> StationPost:
    now = now or clock.now()
    records.require(by, post.station)

    def put(locked: StationPost) -> None:
        if locked.ends_on is not None:
            raise UserError(f"这个职务已于 {locked.ends_on:%Y-%m-%d} 卸任。", "post_ended")
        locked.ends_on = on or clock.today()
        _check_dates(locked)

    with transaction.atomic():
        text = f"{post.station.name}{post.get_title_display()}卸任：{post.holder_name}"
        return records.change(post, put, "station_post", text, by=by, now=now, version=version)


def _put_post(post: StationPost, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name == "holder_name":
            post.holder_name = records.name_of(value)
        elif name == "phone":
            post.put_sealed("phone", records.phone_of(value))
        else:
            setattr(post, name, value)
    _check_dates(post)


def _check_dates(post: StationPost) -> None:
    if post.starts_on and post.ends_on and post.ends_on < post.starts_on:
        raise UserError("卸任日期不能早于任职日期。", "dates_reversed")


def _one_head(post: StationPost) -> None:
    heads = StationPost.objects.unscoped().in_office().filter(station=post.station, title="head").exclude(pk=post.pk)
    if post.title == "head" and post.ends_on is None and heads.exists():
        raise UserError("现任站长还没有卸任，请先办卸任。", "office_taken")
