"""Where our people gather: how many are away where, in which trade and why, and what of ours is near (U16).

One query counts them, exactly as the list of those who are away has them, so that every figure here is the list it leads to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Count, Value, When
from django.urls import reverse

from branches.models import Organisation
from core.actors import Actor
from core.domain.codes import INDUSTRY
from core.domain.regions import city_prefix, parse_place, prefixes
from members.filters import Chosen
from members.listing import OUT
from stations.models import Station

OUTSIDE = ("71", "81", "82", "99")  # abroad other rules hold: nothing is proposed there
FULL = "1"  # 正式党员
TRADES = dict(INDUSTRY.choices())
KINDS = {"retired": "退休异地居住", "graduate": "毕业待就业"}  # those who gather by what they are, not by what they do
CITY = 4  # digits; counties have six


@dataclass(frozen=True)
class Cell:
    """People away at one place, of one trade and kind of people (of :data:`KINDS`, else ""). ``care``: the mobile organisation
    that they are in; None: none."""

    code: str
    trade: str
    kind: str
    is_full: bool
    care: int | None
    number: int


@dataclass
class Cluster:
    """People at one place (``place``: the beginning of a code), of one trade or kind of people where these are set."""

    place: str
    trade: str = ""
    kind: str = ""
    members: int = 0
    free: int = 0  # of them in no mobile branch or group yet
    free_full: int = 0  # of these full members
    placed: dict[int, int] = field(default_factory=dict)  # organisation -> members of the cluster in it

    def add(self, cell: Cell) -> None:
        self.members += cell.number
        if cell.care is not None:
            self.placed[cell.care] = self.placed.get(cell.care, 0) + cell.number
            return
        self.free += cell.number
        self.free_full += cell.number if cell.is_full else 0

    @property
    def where(self) -> str:
        return place_name(self.place)

    @property
    def who(self) -> str:
        """What its people have in common besides the place; "" for nothing."""
        return TRADES.get(self.trade, "") or KINDS.get(self.kind, "")

    @property
    def name(self) -> str:
        return " · ".join(filter(None, (self.where, self.who)))

    @property
    def is_exact(self) -> bool:
        """The city is known, and it is one where our rules hold."""
        return bool(self.place) and self.place[:2] not in OUTSIDE and not self.place.endswith("00")

    @property
    def filters(self) -> dict[str, str]:
        """Of the list of those who are away: the same people."""
        where = {"region": self.place} if self.place else {"province": "none"}
        found = {**where, "industry": self.trade, "reason": self.kind}
        return {key: value for key, value in found.items() if value}

    def list_url(self, organisation: str = "", care: str = "") -> str:
        """``care``: "in" or "none", only those who are in a mobile branch or group, or in none."""
        chosen = {"organisation": organisation, **self.filters, "care": care}
        return f"{reverse(OUT.url_name)}?{urlencode({key: value for key, value in chosen.items() if value})}"


def people(actor: Actor, path: str, filters: dict[str, str] | None = None) -> Any:
    """The journeys of those who are away, under ``path``, as their list has them."""
    return OUT.queryset(actor, Chosen(OUT.filters, filters or {}), path=path)


def cells(actor: Actor, path: str) -> list[Cell]:
    """Everybody who is away, counted by the database. One query."""
    kind = Case(When(reason__in=KINDS, then="reason"), default=Value(""))
    full = Case(When(member__kind=FULL, then=True), default=False)
    rows = people(actor, path).order_by().annotate(kind_of=kind, full=full)
    columns = ("region_code", "industry", "kind_of", "full", "member__care")
    return [Cell(*row) for row in rows.values_list(*columns).annotate(number=Count("pk"))]


def clusters(found: Iterable[Cell], key: Callable[[Cell], tuple[str, str, str] | None]) -> list[Cluster]:
    """The largest place first. ``key``: (place, trade, kind) of a cell; None leaves it out."""
    made: dict[tuple[str, str, str], Cluster] = {}
    for cell in found:
        if (name := key(cell)) is not None:
            made.setdefault(name, Cluster(*name)).add(cell)
    return sorted(made.values(), key=lambda one: (-one.members, one.place, one.trade, one.kind))


def by_province(cell: Cell) -> tuple[str, str, str]:
    return cell.code[:2], "", ""


def by_city(cell: Cell) -> tuple[str, str, str]:
    return known_place(cell.code), "", ""


def by_county(cell: Cell) -> tuple[str, str, str]:
    return cell.code if cell.code in prefixes() else known_place(cell.code), "", ""


def by_trade(cell: Cell) -> tuple[str, str, str] | None:
    return (known_place(cell.code), cell.trade, "") if cell.trade else None


def by_kind(cell: Cell) -> tuple[str, str, str] | None:
    return (known_place(cell.code), "", cell.kind) if cell.kind else None


def known_place(code: str) -> str:
    """The city; of a code that is no longer in use the province."""
    city = city_prefix(code)
    return city if city in prefixes() else code[:2]


def place_name(place: str) -> str:
    return prefixes().get(place, "") if place else "去向不明"


# -- what of ours is near -----------------------------------------------------------------------


@dataclass(frozen=True)
class Near:
    """Stations and mobile organisations, each with the code of its place."""

    stations: Sequence[tuple[str, Station]]
    organisations: Sequence[tuple[str, Organisation]]

    @classmethod
    def read(cls) -> Near:
        """The directories of both may be read by everybody. Two queries."""
        marked = Organisation.objects.open().exclude(marks=[]).official()
        mobile = [one for one in marked if "mobile" in one.marks]
        return cls(
            [(one.region_code, one) for one in Station.objects.open().official() if one.region_code],
            [(code, one) for one in mobile if (code := code_of(one))],
        )

    def stations_in(self, place: str) -> list[Station]:
        return [one for code, one in self.stations if place and code.startswith(place)]

    def organisations_in(self, place: str) -> list[Organisation]:
        return [one for code, one in self.organisations if place and code.startswith(place)]

    def nearest(self, place: str) -> tuple[str, list[Station]]:
        """(which place around, its stations): the place itself, else its city, else its province; ("", []) where none is."""
        for part in dict.fromkeys((place, city_prefix(place.ljust(6, "0")), place[:2])):
            if place.startswith(part) and (found := self.stations_in(part)):
                return part, found
        return "", []

    def is_empty(self, place: str) -> bool:
        """Neither a station nor a mobile branch or group of ours."""
        return not self.stations_in(place) and not self.organisations_in(place)


def code_of(one: Organisation) -> str:
    """Where a mobile organisation is: its code, else what its place or its name says."""
    if one.region_code:
        return one.region_code
    parsed = parse_place(one.place).value if one.place else None
    return parsed.code if parsed else ""
