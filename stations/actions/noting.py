"""An arrival as it is typed, and its note in the book of a station."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from branches.models import Organisation
from core.actors import Actor
from core.domain.identity import parse_identity
from core.domain.phones import parse_phones
from core.errors import UserError
from members.models import Journey
from stations import presence
from stations.models import CheckIn, ServicePoint, Station


@dataclass(frozen=True)
class Arrival:
    """What the clerk typed. ``number``: identity number or phone. ``receiver``: the organisation of ours that the member wishes
    to take part in. ``home_text``: where the membership is, of somebody who is not found."""

    name: str
    number: str
    phone: str = ""
    address: str = ""
    employer: str = ""
    wish: str = ""
    wish_text: str = ""
    receiver: Organisation | None = None
    point: ServicePoint | None = None
    home_text: str = ""

    @property
    def identity(self) -> str:
        return parse_identity(self.number).value or "" if len(self.number.strip()) >= 15 else ""

    @property
    def phone_given(self) -> str:
        """The number to reach the member by: typed as such, or what was searched by."""
        parsed = parse_phones(self.phone or ("" if self.identity else self.number))
        return parsed.value.main if parsed.value else ""


def note(
    station: Station,
    journey: Journey,
    point: ServicePoint | None,
    by: Actor,
    now: dt.datetime,
    on: dt.date | None = None,
) -> CheckIn:
    """``on``: the day of the arrival, where it is not noted on that day. Raises UserError."""
    require_own(point, station)
    made = CheckIn.objects.create(
        station=station, point=point, member_id=journey.member_id, journey=journey, region_code=journey.region_code,
        on=on or timezone.localdate(now), wish=journey.wish, wish_text=journey.wish_text, by=by.ref, at=now,
    )  # fmt: skip
    presence.refresh([journey.member_id])
    return made


def require_own(point: ServicePoint | None, station: Station) -> None:
    if point is not None and point.station_id != station.pk:
        raise UserError("请选本站的服务点。", "point_unknown")
