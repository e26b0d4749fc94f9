"""The people of the overview, counted: three readings of the journeys out, one small count for each other list.

Each reading is a plain GROUP BY over columns that one index holds (``journey_traits``, ``member_home``), by traits with few values
together; the sums of each trait are made of the combinations (:class:`Tally`). Nothing is stored: the figures are as of now.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, Value, When

from core import counting
from core.actors import Actor
from core.permissions import Permission
from core.scoping import in_ranges
from members import bands, standing
from members.clears import OF_JOURNEY
from members.enums import Direction
from reports.overview.lists import AWAY, EVERYBODY, HERE, SEARCHED

ONE = Value(1)  # counts rows; a column would have to be read
PLACES = 8  # more than a kind of bands has
SEXES = ("1", "2", "", bands.NONE)  # the last: stated as not known


@dataclass(frozen=True)
class Tally:
    """How many there are of each combination of ``traits``."""

    traits: tuple[str, ...]
    numbers: Mapping[tuple[Any, ...], int]

    def by(self, *traits: str) -> Counter[Any]:
        """Summed up by some traits: by the value of one, by the tuple of several."""
        places = [self.traits.index(one) for one in traits]
        found: Counter[Any] = Counter()
        for key, number in self.numbers.items():
            found[key[places[0]] if len(places) == 1 else tuple(key[place] for place in places)] += number
        return found


@dataclass(frozen=True)
class People:
    """``away``: everybody away, of whom ``mobile`` are 流动党员 and the others away for a short time. ``late``: past their
    expected return; ``due``: to be transferred; ``gaps``: 四清 not complete. The tallies are of the mobile ones. ``spells``: open
    ones of lost contact, by state."""

    members: int
    inward: int
    spells: Counter[str]
    away: int
    late: int
    due: int
    gaps: int
    places: Tally
    work: Tally
    person: Tally

    @property
    def mobile(self) -> int:
        return sum(self.places.numbers.values())

    @property
    def short(self) -> int:
        return self.away - self.mobile


def people(actor: Actor, today: dt.date) -> People:
    """Six queries, and those for the rules."""
    with counting.hashed():
        return _counted(actor, today)


def _counted(actor: Actor, today: dt.date) -> People:
    spells = SEARCHED.queryset(actor).order_by().values_list("state").annotate(number=Count(ONE))
    is_mobile = standing.mobile("", today)  # asks for the rules: once for all three
    regions = _regions(actor, today, is_mobile)
    away = sum(row["away"] for row in regions)
    person, gaps = _persons(actor, today, is_mobile, away)
    return People(
        members=EVERYBODY.queryset(actor).count(),
        inward=HERE.queryset(actor).count(),
        spells=Counter(dict(spells)),
        away=away,
        late=sum(row["late"] for row in regions),
        due=sum(row["long"] for row in regions if standing.is_one_place(row["region_code"], row["mobility"])),
        gaps=gaps,
        places=_places(regions),
        work=_work(actor, is_mobile),
        person=person,
    )


def _regions(actor: Actor, today: dt.date, is_mobile: Q) -> list[dict[str, Any]]:
    """Where they are, and how they stand: :mod:`members.standing`, as the lists ask it. ``long``: in that place for long."""
    rows = AWAY.queryset(actor).order_by().values("region_code", "mobility")
    return list(
        rows.annotate(
            away=Count(ONE),
            mobile=Count(ONE, filter=is_mobile),
            late=Count(ONE, filter=standing.return_passed("", today)),
            long=Count(ONE, filter=standing.long_there("", today)),
        )
    )


def _places(regions: list[dict[str, Any]]) -> Tally:
    found = {(row["region_code"], row["mobility"]): row["mobile"] for row in regions if row["mobile"]}
    return Tally(("region", "mobility"), found)


def _work(actor: Actor, is_mobile: Q) -> Tally:
    traits = ("industry", "reason")
    rows = AWAY.queryset(actor).filter(is_mobile).order_by().values_list(*traits)
    return Tally(traits, {tuple(key): number for *key, number in rows.annotate(number=Count(ONE))})


def _persons(actor: Actor, today: dt.date, is_mobile: Q, away: int) -> tuple[Tally, int]:
    """Who they are, and how many of all those away lack one of the four clears."""
    rows = AWAY.queryset(actor)
    found = _by_person(_beside(rows, actor), today, is_mobile)
    if sum(row["away"] for row in found) != away:
        # A stay that is not kept where its person is: a mend of the data is due, the figures must be right all the same.
        found = _by_person(rows, today, is_mobile)
    numbers: Counter[tuple[Any, ...]] = Counter()
    gaps = 0
    for row in found:
        kinds, sex = divmod(row["traits"], PLACES)
        kinds, schooling = divmod(kinds, PLACES)
        age, party_age = divmod(kinds, PLACES)
        key = (
            SEXES[sex],
            bands.key_at(bands.AGES, age),
            bands.key_at(bands.PARTY_AGES, party_age),
            bands.schooling_at(schooling),
        )
        numbers[key] += row["mobile"]
        gaps += row["away"] if "" in key or bands.NONE in key[1:] else row["unclear"]
    return Tally(("sex", "age", "party_age", "schooling"), numbers), gaps


def _beside(rows: Any, actor: Actor) -> Any:
    """The same rows, the scope said of both tables: a stay is kept where its person's membership is, and each is read by its own
    index instead of person by person."""
    return rows if actor.everything else rows.filter(in_ranges(["member__home_path"], actor.ranges(Permission.VIEW)))


def _by_person(rows: Any, today: dt.date, is_mobile: Q) -> list[dict[str, Any]]:
    """``traits``: age, Party age, schooling and sex as one number, which is hashed at once where columns are sorted.

    ``unclear``: away since, to or for what is not known. The other clear, the person's own facts, is in the traits.
    """
    unclear = OF_JOURNEY["time"]("") | OF_JOURNEY["trade"]("") | Q(direction=Direction.OUT, region_code="")
    age = bands.number_of("member__birth_date", bands.AGES, today)
    party_age = bands.number_of("member__joined_on", bands.PARTY_AGES, today)
    schooling = bands.schooling_number("member__education")
    whens = [When(member__sex=value, then=Value(place)) for place, value in enumerate(SEXES[:-1])]
    sex = Case(*whens, default=Value(len(SEXES) - 1), output_field=IntegerField())
    grouped = rows.order_by().annotate(traits=((age * PLACES + party_age) * PLACES + schooling) * PLACES + sex)
    return list(
        grouped.values("traits").annotate(
            away=Count(ONE), mobile=Count(ONE, filter=is_mobile), unclear=Count(ONE, filter=unclear)
        )
    )
