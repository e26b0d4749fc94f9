"""Who is among the people of which station.

:func:`choose` decides it for one person, from three things in this order: where the open stay was registered at a station,
the branch that a station leans on, and the place where the open journey out goes. :func:`refresh` writes it, for the few
persons that an act touched or for everybody; both ways go through the same lines.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import F, Q

from branches.models import Organisation
from branches.rules import value as rule_value
from core import bulk, clock
from core.domain.regions import ABROAD_CODE, city_prefix
from core.lookups import Among
from members.enums import AWAY_STATES, OPEN_STATES, Direction
from members.models import Journey, Member
from stations.enums import Why
from stations.models import CheckIn, Presence, Station
from stations.rules import NEAR

CHUNK = 2000
SETS = ", ".join(f"{name} = excluded.{name}" for name in ("station_id", "path", "why"))


def _city(code: str) -> str:
    """What the codes of one city begin with; "" for a province as a whole, and for abroad."""
    prefix = city_prefix(code)
    return "" if code == ABROAD_CODE or (len(prefix) == 4 and prefix.endswith("00")) else prefix


def same_city(one: str, other: str) -> bool:
    return bool(_city(one)) and _city(one) == _city(other)


@dataclass(frozen=True, order=True)
class Place:
    """An open station as the choice sees it; they sort in the official order."""

    number: int
    pk: int
    path: str = field(compare=False)
    region: str = field(compare=False)
    core: int | None = field(compare=False)
    core_is_home: bool = field(compare=False)  # the core is a mobile branch: its own members are the station's too


@dataclass
class Person:
    """``checked_in``: the station where the stay that goes on was registered. ``region``: where the journey out goes."""

    home: int | None
    care: int | None
    region: str = ""
    checked_in: int | None = None


class Directory:
    """The open stations, by what people are theirs for."""

    def __init__(self, places: Iterable[Place]) -> None:
        self.by_pk: dict[int, Place] = {}
        self.by_core: dict[int, list[Place]] = defaultdict(list)
        self.by_region: dict[str, list[Place]] = defaultdict(list)
        for one in sorted(places):
            self.by_pk[one.pk] = one
            if one.core is not None:
                self.by_core[one.core].append(one)
            city = _city(one.region)
            for key in {one.region, city} if city else ():
                self.by_region[key].append(one)

    @classmethod
    def load(cls) -> Directory:
        columns = ("number", "pk", "path", "region_code", "core_id", "core__marks")
        rows = Station.objects.open().values_list(*columns)
        return cls(Place(*row[:-1], "mobile" in (row[-1] or [])) for row in rows)

    @cached_property
    def near(self) -> str:
        """The county's rule; few people need it, so it is asked for when one does."""
        root = Organisation.objects.filter(parent__isnull=True).order_by("path").first()
        return str(rule_value(NEAR.key, root, clock.today()))

    @property
    def home_cores(self) -> list[int]:
        return [core for core, places in self.by_core.items() if places[0].core_is_home]

    def nearest(self, region: str, among: Iterable[Place] | None = None) -> Place | None:
        """In the same county, else (by the rule) in the same city; of several the first in order."""
        for key in filter(None, (region, _city(region))):
            here = self.by_region.get(key, ())
            found = next((one for one in here if among is None or one in among), None)
            if found:
                return found if key == region or self.near != "county" else None
        return None


def led_by(station: Station) -> Station | None:
    """The station to which those go whom the place alone brings here, where that is another one: of several at a place the first."""
    nearest = Directory.load().nearest(station.region_code) if station.is_open and station.region_code else None
    return Station.objects.get(pk=nearest.pk) if nearest is not None and nearest.pk != station.pk else None


def choose(person: Person, directory: Directory) -> tuple[Place, Why] | None:
    if person.checked_in in directory.by_pk:
        return directory.by_pk[person.checked_in], Why.CHECKED_IN
    of_core = directory.by_core.get(person.care or 0, [])
    if not of_core:
        of_core = [one for one in directory.by_core.get(person.home or 0, []) if one.core_is_home]
    if of_core:
        return directory.nearest(person.region, of_core) or of_core[0], Why.BRANCH
    nearest = directory.nearest(person.region)
    return (nearest, Why.PLACE) if nearest else None


def refresh(member_ids: Collection[int]) -> int:
    """Work out anew for these persons; the number of rows that are others now."""
    directory = Directory.load()
    ids = sorted(set(member_ids))
    return sum(_refresh_part(ids[start : start + CHUNK], directory) for start in range(0, len(ids), CHUNK))


def refresh_all(_now: dt.datetime | None = None) -> int:
    """For everybody: a new rule, or many stations at once."""
    return refresh(set(_everybody(Q(), Q(), Q())))


def refresh_around(stations: Collection[Station], *, regions: Collection[str] = (), cores: Collection[int] = ()) -> int:
    """For those whom these stations concern, as they are now and (``regions``, ``cores``) as they were."""
    places = {*regions, *(one.region_code for one in stations)} - {""}
    near = Q(pk__in=())
    for code in places:
        near |= Q(region_code=code) | Q(region_code__startswith=_city(code) or code)
    branches = {*cores, *(one.core_id for one in stations if one.core_id is not None)}
    inside = Q(care__in=branches) | Q(home__in=branches)
    return refresh(set(_everybody(near, inside, Q(station__in=[one.pk for one in stations]))))


def _everybody(near: Q, inside: Q, there: Q) -> Iterator[int]:
    """Whoever can be among the people of a station, as far as the conditions allow."""
    cores = Station.objects.filter(core__isnull=False).values("core")
    journeys = Journey.objects.unscoped().out().filter(near, state__in=AWAY_STATES)
    yield from journeys.order_by().values_list("member_id", flat=True).iterator(chunk_size=CHUNK)
    belonging = Member.objects.unscoped().current().filter(Q(care__in=cores) | Q(home__in=cores)).filter(inside)
    yield from belonging.order_by().values_list("pk", flat=True).iterator(chunk_size=CHUNK)
    for model in (Presence, CheckIn):
        rows: Any = model.objects.unscoped().filter(there)
        yield from rows.order_by().values_list("member_id", flat=True).iterator(chunk_size=CHUNK)


def _refresh_part(ids: list[int], directory: Directory) -> int:
    chosen = {pk: choose(person, directory) for pk, person in _persons(ids).items()} if directory.by_pk else {}
    wanted = {pk: (place.pk, place.path, why) for pk, found in chosen.items() if found for place, why in [found]}
    rows = Presence.objects.unscoped().filter(Among(F("member_id"), ids))
    known = {
        pk: (station, path, Why(why)) for pk, station, path, why in rows.values_list("pk", "station", "path", "why")
    }
    gone = [pk for pk in known if pk not in wanted]
    if gone:
        Presence.objects.unscoped().filter(pk__in=gone).delete()
    new: dict[tuple[int, str, Why], list[int]] = defaultdict(list)
    for pk, value in wanted.items():
        if known.get(pk) != value:
            new[value].append(pk)
    for (station, path, why), members in new.items():
        bulk.upsert_same(Presence, members, {"station_id": station, "path": path, "why": why.value}, SETS)
    return len(gone) + sum(map(len, new.values()))


def _persons(ids: list[int]) -> dict[int, Person]:
    """Merged and restricted persons are nobody's: 限制知悉 is known to the county alone."""
    members = Member.objects.unscoped().current().filter(Among(F("id"), ids), restricted=False)
    persons = {pk: Person(home, care) for pk, home, care in members.values_list("pk", "home_id", "care_id")}
    stays = Journey.objects.unscoped().filter(Among(F("member_id"), ids), state__in=OPEN_STATES)
    open_stays: dict[int, tuple[int, str]] = {}
    for pk, member, direction, state, region in stays.values_list(
        "pk", "member_id", "direction", "state", "region_code"
    ):
        open_stays[pk] = (member, region)
        if member in persons and direction == Direction.OUT and state in AWAY_STATES:
            persons[member].region = region
    registered = CheckIn.objects.unscoped().filter(Among(F("member_id"), ids)).order_by("at", "pk")
    for journey, region, station in registered.values_list("journey_id", "region_code", "station_id"):
        member, goes_to = open_stays.get(journey, (0, ""))
        if member in persons and goes_to == region:
            persons[member].checked_in = station  # the last one counts
    return persons
