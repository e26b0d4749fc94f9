"""How a person appears in a list: cells, the chip that says how well we know, when it was last verified."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from branches import rules
from branches.models import Organisation
from core.crypto import CannotOpen
from core.domain.codes import INDUSTRY
from core.domain.dates import PartialDate, months_between
from core.domain.identity import mask_identity
from core.domain.phones import mask_phone
from core.domain.region_table import city_of, divisions, is_pseudo, province_of, short_name
from core.domain.regions import region_label
from members import lost_presenters
from members.enums import Source
from members.freshness import good_since
from members.freshness import key as shelf_key
from members.listing import Column, PeopleList
from members.models import Journey, LostContact, Member

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
    """A row of any list taken apart: the member, and the open journey or spell that is there. ``good_for``: days by rule."""

    member: Member
    journey: Journey | None
    lost: LostContact | None
    today: dt.date
    good_for: Mapping[str, int] = field(default_factory=dict)

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
    keepers = {one.pk: one for person in shown if (one := keeper(person.member))}
    good_for = rules.values_at([shelf_key(name) for name, _doubt in DOUBTS], keepers.values(), today)
    shown = [replace(one, good_for=good_for[place.pk]) if (place := keeper(one.member)) else one for one in shown]
    return [
        Row(
            person.member.name,
            record.get_absolute_url() if people.shows_stay else person.member.get_absolute_url(),
            person.member.get_sex_display() if person.member.sex in ("1", "2") else "",
            [cell(people, person, column, under) for column in columns],
        )
        for record, person in zip(records, shown, strict=True)
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
        return lost_presenters.chip(person.lost, person.today)
    if person.member.party_status not in Member.COUNTED:
        return person.member.get_party_status_display(), "neutral"
    if not person.member.phone:
        return "没有电话", "warn"
    if person.journey is None:
        return "流入" if person.member.is_guest else "在册", "neutral"
    fresh = getattr(person.member, "freshness", None)
    for name, doubt in DOUBTS:
        if name == "employer" and not person.journey.employer:
            continue
        on = getattr(fresh, f"{name}_on", None)
        if on is None or on < good_since(person.good_for[shelf_key(name)], person.today):
            return doubt, "info"
    return "已核实", "ok"


def keeper(member: Member) -> Organisation | None:
    """The organisation whose rules count for a person."""
    return member.home or member.care


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


def _search(lost: LostContact) -> str:
    """What a ledger told, and when somebody last searched; each step stands on the page."""
    last = f"最近查找 {lost.searched_on:%Y-%m-%d}" if lost.searched_on else ""
    return "；".join(part for part in (lost.steps, last) if part)


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
    "from_home": _of_journey(lambda journey: journey.home.short_name if journey.home else journey.home_text),
    "arrival": _of_journey(lambda journey: "已退回" if journey.refusal else journey.get_state_display()),
    "since": lambda person: _iso(person.lost.since) if person.lost else "",
    "steps": lambda person: _search(person.lost) if person.lost else "",
}
