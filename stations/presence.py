"""Who is among the people of which station.

:func:`choose` decides it for one person, from three things in this order: where the open stay was registered at a station,
the branch that a station leans on, and the place where the open journey out goes. :func:`refresh` writes it, for the few
persons that an act touched or for everybody; both ways go through the same lines.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
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
    """``checked_in``: the station where the stay that goes on was registered. ``region``: where the journey out goes.
    ``is_anybodys``: neither merged nor 限制知悉, which is known to the county alone. ``known``: the row that stands."""

    home: int | None
    care: int | None
    is_anybodys: bool = True
    known: tuple[int, str, str] | None = None
    region: str = ""
    checked_in: int | None = None
    registered: set[int] = field(default_factory=set)  # stays that have a check-in


class Directory:
    """The open stations, by what people are theirs for. ``none_yet``: nor has there ever been one."""

    def __init__(self, places: Iterable[Place], *, none_yet: bool = False) -> None:
        self.none_yet = none_yet
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
        columns = ("closed_on", "number", "pk", "path", "region_code", "core_id", "core__marks")
        rows = Station.objects.values_list(*columns)
        open_ones = (Place(*row, "mobile" in (marks or [])) for closed_on, *row, marks in rows if closed_on is None)
        return cls(open_ones, none_yet=not rows)

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
    return sum(_write(_persons(Q(Among(F("id"), part))), directory) for part in _parts(member_ids))


def follow(journey_ids: Sequence[int]) -> list[int]:
    """Work out anew for the persons of these stays; of the stays those that were registered at a station."""
    directory = Directory.load()
    if directory.none_yet:
        return []
    registered: set[int] = set()
    for part in _parts(journey_ids):
        stays = Journey.objects.unscoped().filter(Among(F("id"), part))
        persons = _persons(Q(pk__in=stays.values("member")))
        _write(persons, directory)
        registered.update(*(one.registered for one in persons.values()))
    return sorted(registered.intersection(journey_ids))


def _parts(ids: Collection[int]) -> Iterator[list[int]]:
    each = sorted(set(ids))
    return (each[start : start + CHUNK] for start in range(0, len(each), CHUNK))


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


def _write(persons: dict[int, Person], directory: Directory) -> int:
    gone: list[int] = []
    new: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    for pk, person in persons.items():
        found = choose(person, directory) if person.is_anybodys else None
        wanted = (found[0].pk, found[0].path, found[1].value) if found else None
        if wanted is None and person.known:
            gone.append(pk)
        elif wanted and wanted != person.known:
            new[wanted].append(pk)
    if gone:
        Presence.objects.unscoped().filter(pk__in=gone).delete()
    for (station, path, why), members in new.items():
        bulk.upsert_same(Presence, members, {"station_id": station, "path": path, "why": why}, SETS)
    return len(gone) + sum(map(len, new.values()))


STAY = ("pk", "direction", "state", "region_code", "check_in__region_code", "check_in__station")
COLUMNS = (
    "pk",
    "home",
    "care",
    "restricted",
    "merged_into",
    *(f"presence__{one}" for one in ("station", "path", "why")),
)


def _persons(condition: Q) -> dict[int, Person]:
    """Persons with their stays and check-ins, by one statement: a row for each check-in, or stay without one."""
    persons: dict[int, Person] = {}
    rows = Member.objects.unscoped().filter(condition).order_by("journeys__check_in__at", "journeys__check_in__pk")
    columns = (*COLUMNS, *(f"journeys__{one}" for one in STAY))
    for pk, home, care, restricted, merged, station, path, why, *stay in rows.values_list(*columns):
        person = persons.get(pk)
        if person is None:
            known = None if station is None else (station, path, why)
            person = persons[pk] = Person(home, care, not restricted and merged is None, known)
        journey, direction, state, goes_to, went_to, registered_at = stay
        if registered_at is not None:
            person.registered.add(journey)
        if state in OPEN_STATES:
            if direction == Direction.OUT and state in AWAY_STATES:
                person.region = goes_to
            if registered_at is not None and goes_to == went_to:
                person.checked_in = registered_at  # the last one counts
    return persons
