"""The people of the overview, counted: one reading of the journeys out, one small count for each other list.

The reading is a plain GROUP BY over columns that two indexes hold (``journey_away``, ``member_home``), by traits with few values
together; the sums of each trait are made of the combinations (:class:`Tally`). Nothing is stored: the figures are as of now.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import BooleanField, Case, Count, ExpressionWrapper, F, IntegerField, Q, Value, When
from django.db.models.functions import Length

from branches.models import Organisation
from core import counting
from core.actors import Actor
from core.paths import WIDTH
from core.permissions import Permission
from core.scoping import in_ranges
from members import bands, standing
from members.clears import OF_JOURNEY
from reports.overview.lists import AWAY, EVERYBODY, HERE, SEARCHED

ONE = Value(1)  # counts rows; a column would have to be read
MANY = 100_000  # rows; fewer are counted before further processes have begun
PARTS = 8  # more than there are processes: they are not of one size
LEVELS = 2  # of the tree, at whose organisations a part may begin
PLACES = 8  # more than a kind of bands has
SEXES = ("1", "2", "", bands.NONE)  # the last: stated as not known
SETS = (("region_code", "mobility"), ("industry", "reason"), ("bands", "schooling"))
FLAGS = ("is_mobile", "is_late", "is_long", "is_unclear")


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
    """Five queries (of very many people one more; on SQLite, which reads the stays once for each tally, seven), and those for
    the rules."""
    with counting.hashed():
        spells = SEARCHED.queryset(actor).order_by().values_list("state").annotate(number=Count(ONE))
        stays = _stays(actor, today)
        return People(
            members=EVERYBODY.queryset(actor).count(),
            inward=HERE.queryset(actor).count(),
            spells=Counter(dict(spells)),
            away=sum(number.away for number in stays.places.values()),
            late=sum(number.late for number in stays.places.values()),
            due=sum(number.long for where, number in stays.places.items() if standing.is_one_place(*where)),
            gaps=_gaps(stays.person),
            places=_mobile(("region", "mobility"), stays.places),
            work=_mobile(("industry", "reason"), stays.work),
            person=_mobile(("sex", "age", "party_age", "schooling"), stays.person),
        )


class Number(NamedTuple):
    """Of those away, as :data:`FLAGS`: mobile, past their return, where they are for long, away since, to or for what is not known."""

    away: int = 0
    mobile: int = 0
    late: int = 0
    long: int = 0
    unclear: int = 0


Numbers = Mapping[tuple[str, ...], Number]


@dataclass(frozen=True)
class Stays:
    """By region and mobility; by trade and reason; by sex, bands of age and Party age, and schooling."""

    places: Numbers
    work: Numbers
    person: Numbers


def _stays(actor: Actor, today: dt.date) -> Stays:
    rows, traits = AWAY.queryset(actor).order_by(), _traits(today)
    number = rows.count()
    beside = _beside(rows, actor)
    parts = _parts(beside, actor) if number > MANY else [beside]
    with counting.side_by_side():
        found = _read(parts, traits)
    if sum(number.away for number in found.work.values()) != number:
        # A stay that is not kept where its person is: a mend of the data is due, the figures must be right all the same.
        found = _read([rows], traits)
    return found


def _beside(rows: Any, actor: Actor) -> Any:
    """The same rows: a stay is kept where its person's membership is, and an index of each table has them in the order of place
    and person. The scope is said of both, so that both are read from where it begins."""
    beside = rows.filter(member__home_path=F("home_path"))
    return (
        beside if actor.everything else beside.filter(in_ranges(["member__home_path"], actor.ranges(Permission.VIEW)))
    )


def _parts(beside: Any, actor: Actor) -> list[Any]:
    """The rows in parts of neighbouring organisations, none of them in two, so that several processes count at a time."""
    upper = Organisation.objects.within(actor).alias(length=Length("path")).filter(length__lte=LEVELS * WIDTH)
    paths = list(upper.order_by("path").values_list("path", flat=True))
    cuts = sorted({paths[len(paths) * place // PARTS] for place in range(1, PARTS)}) if paths else []
    ranges = zip([None, *cuts], [*cuts, None], strict=True)
    return [beside.filter(_between("home_path", *one), _between("member__home_path", *one)) for one in ranges]


def _between(column: str, low: str | None, high: str | None) -> Q:
    return (Q(**{f"{column}__gte": low}) if low else Q()) & (Q(**{f"{column}__lt": high}) if high else Q())


def _traits(today: dt.date) -> dict[str, Any]:
    """How they stand is asked as the lists ask it. ``bands``: age, Party age and sex as one number."""
    flags = (
        standing.mobile("", today),
        standing.return_passed("", today),
        standing.long_there("", today),
        OF_JOURNEY["time"]("") | OF_JOURNEY["trade"]("") | Q(region_code=""),  # the person's own facts are in the bands
    )
    age = bands.number_of("member__birth_date", bands.AGES, today)
    party_age = bands.number_of("member__joined_on", bands.PARTY_AGES, today)
    whens = [When(member__sex=value, then=Value(place)) for place, value in enumerate(SEXES[:-1])]
    sex = Case(*whens, default=Value(len(SEXES) - 1), output_field=IntegerField())
    return {
        **{name: ExpressionWrapper(flag, BooleanField()) for name, flag in zip(FLAGS, flags, strict=True)},
        "bands": (age * PLACES + party_age) * PLACES + sex,
        "schooling": F("member__education"),
    }


def _read(parts: list[Any], traits: Mapping[str, Any]) -> Stays:
    found = counting.by_sets([rows.values(*SETS[0], *SETS[1], **traits) for rows in parts], SETS, FLAGS)
    places, work, banded = ({key: Number(*one) for key, one in numbers.items()} for numbers in found)
    person: dict[tuple[str, ...], Number] = {}
    for (place, code), number in banded.items():
        ages, sex = divmod(place, PLACES)
        age, party_age = divmod(ages, PLACES)
        key = (
            SEXES[sex],
            bands.key_at(bands.AGES, age),
            bands.key_at(bands.PARTY_AGES, party_age),
            bands.schooling_of(code),
        )
        person[key] = Number(*map(sum, zip(number, person.get(key, Number()), strict=True)))
    return Stays(places, work, person)


def _gaps(person: Numbers) -> int:
    """How many of those away lack one of the four clears."""
    return sum(number.away if "" in key or bands.NONE in key[1:] else number.unclear for key, number in person.items())


def _mobile(traits: tuple[str, ...], numbers: Numbers) -> Tally:
    return Tally(traits, {key: number.mobile for key, number in numbers.items() if number.mobile})
