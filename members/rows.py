"""How a person appears in a list: cells, the chip that says how well we know, when it was last verified."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.crypto import CannotOpen
from core.domain.codes import INDUSTRY
from core.domain.dates import PartialDate, months_between
from core.domain.identity import mask_identity
from core.domain.phones import mask_phone
from core.domain.region_table import city_of, divisions, is_pseudo, province_of, short_name
from core.domain.regions import region_label
from members.enums import LostState, Source
from members.listing import Column, PeopleList
from members.models import Journey, LostContact, Member

# Days for which a verified field may be relied on (domain: phone and place a quarter, employer half a year).
SHELF_DAYS = {"place": 90, "employer": 180, "phone": 90}
DOUBTS = (("place", "去向待核实"), ("employer", "单位待核实"), ("phone", "电话待核实"))
FRESH = ("facts", "phone", "address", "place", "employer", "reason", "dues")


@dataclass(frozen=True)
class Cell:
    """``tone``: shown as a chip; ``sub``: a smaller line beside the text."""

    key: str
    label: str
    text: str
    tone: str = ""
    sub: str = ""


@dataclass(frozen=True)
class Row:
    name: str
    url: str
    sub: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Person:
    """A row of any list taken apart: the member, and the open journey or spell that is there."""

    member: Member
    journey: Journey | None
    lost: LostContact | None
    today: dt.date

    @classmethod
    def of(cls, record: Any, today: dt.date) -> Person:
        # A joined record that is not there leaves no attribute behind.
        if isinstance(record, Member):
            return cls(record, getattr(record, "open_out", None), getattr(record, "open_lost", None), today)
        if isinstance(record, Journey):
            return cls(record.member, record, getattr(record, "open_lost", None), today)
        return cls(record.member, None, record, today)


def rows(
    people: PeopleList, records: Sequence[Any], columns: Sequence[Column], today: dt.date, *, under: str = ""
) -> list[Row]:
    """Numbers are opened for these rows only, and shown masked. ``under``: the organisation that the page is about:
    nobody needs its name beside each of its branches."""
    shown = [Person.of(record, today) for record in records]
    return [
        Row(
            person.member.name,
            person.member.get_absolute_url(),
            person.member.get_sex_display() if person.member.sex in ("1", "2") else "",
            [cell(people, person, column, under) for column in columns],
        )
        for person in shown
    ]


def cell(people: PeopleList, person: Person, column: Column, under: str) -> Cell:
    if column.key == "branch":
        text, sub = branch(person, people, under)
        return Cell(column.key, column.label, text, sub=sub)
    if column.key == "state":
        text, tone = state(person)
        return Cell(column.key, column.label, text, tone)
    return Cell(column.key, column.label, _TEXTS[column.key](person))


def branch(person: Person, people: PeopleList, under: str) -> tuple[str, str]:
    """The organisation that puts the person on this list, and the one above it."""
    if people.organisation == "host" and person.journey:
        organisation = person.journey.host
    else:
        own = person.member.care if people.organisation == "care" else person.member.home
        organisation = own or person.member.care
    if organisation is None:
        return "", ""
    above = organisation.parent
    return organisation.short_name, above.short_name if above and above.path != under else ""


def state(person: Person) -> tuple[str, str]:
    """The one thing to know first, and how urgent it is."""
    if person.lost:
        return lost_state(person.lost, person.today)
    if person.member.party_status not in Member.COUNTED:
        return person.member.get_party_status_display(), "neutral"
    if not person.member.phone:
        return "没有电话", "warn"
    if person.journey is None:
        return "流入" if person.member.is_guest else "在册", "neutral"
    fresh = getattr(person.member, "freshness", None)
    for field, doubt in DOUBTS:
        if field == "employer" and not person.journey.employer:
            continue
        on = getattr(fresh, f"{field}_on", None)
        if on is None or (person.today - on).days > SHELF_DAYS[field]:
            return doubt, "info"
    return "已核实", "ok"


def lost_state(lost: LostContact, today: dt.date) -> tuple[str, str]:
    label = LostState(lost.state).label
    if lost.state == LostState.COUNTING and lost.since:
        months = months_between(lost.since.day, today)
        return f"{label} {months} 个月" if months > 0 else label, "bad"
    return label, "bad"


def verified(person: Person) -> str:
    """When anything about the person was last verified, and from what: 11-12 台账."""
    fresh = getattr(person.member, "freshness", None)
    known = [(on, getattr(fresh, f"{field}_from")) for field in FRESH if (on := getattr(fresh, f"{field}_on", None))]
    if not known:
        return ""
    on, source = max(known)
    day = f"{on:%m-%d}" if on.year == person.today.year else on.isoformat()
    return f"{day} {Source(source).label if source in Source.values else ''}".strip()


def phone(member: Member) -> str:
    try:
        return mask_phone(member.reveal("phone"))
    except CannotOpen:  # one damaged value must not take the whole list away; the person file says more
        return f"*******{member.phone_tail}"


def masked_identity(member: Member) -> str:
    try:
        return mask_identity(member.reveal("identity"))
    except CannotOpen:
        return ""


def _age(person: Person) -> str:
    born = person.member.birth_date
    return str(months_between(born.day, person.today) // 12) if born else ""


def _iso(value: PartialDate | None) -> str:
    return value.iso() if value else ""


def _of_journey(text: Callable[[Journey], str]) -> Callable[[Person], str]:
    return lambda person: text(person.journey) if person.journey else ""


def place(journey: Journey) -> str:
    """江苏 苏州 昆山: enough to know it in a list; the file has it in full. What has no code stays as it was typed."""
    code = journey.region_code
    if not code or code not in divisions().names:
        return journey.destination_text or (region_label(code) if code else "")
    names = (divisions().names.get(part) for part in dict.fromkeys((province_of(code), city_of(code), code)))
    return " ".join(short_name(name) for name in names if name and not is_pseudo(name))


def work(journey: Journey) -> str:
    """某物流站点 · 交通运输: of a long trade its first word, which is enough beside the employer."""
    trade = INDUSTRY.label(journey.industry)
    first = trade.partition("、")[0]
    return " · ".join(part for part in (journey.employer, first if len(first) > 1 else trade) if part)


_TEXTS: dict[str, Callable[[Person], str]] = {
    "age": _age,
    "education": lambda person: person.member.get_education_display(),
    "kind": lambda person: person.member.get_kind_display(),
    "joined_on": lambda person: _iso(person.member.joined_on),
    "phone": lambda person: phone(person.member),
    "verified": verified,
    "place": _of_journey(place),
    "left_on": _of_journey(lambda journey: _iso(journey.left_on)[:7]),  # the month is enough in a list
    "work": _of_journey(work),
    "reason": _of_journey(lambda journey: journey.get_reason_display() or journey.reason_text),
    "mobility": _of_journey(lambda journey: journey.get_mobility_display()),
    "from": _of_journey(lambda journey: journey.home_text),
    "since": lambda person: _iso(person.lost.since) if person.lost else "",
    "steps": lambda person: person.lost.steps if person.lost else "",
}
