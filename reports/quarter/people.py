"""The people of a quarter as plain values: who is out, who has come, who is lost; read once, with one query a kind.

While the sweep is open, or where there is none, they are those of the register now. Once it is closed the names are the
frozen ones, and what is known of them is what was known at the closing (:mod:`reports.quarter.as_of`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from branches import rules
from branches.models import Organisation
from core.domain.dates import PartialDate
from core.domain.regions import parse_place
from core.paths import subtree
from core.scoping import in_ranges
from members.enums import AWAY_STATES, CONFIRMED_LOST_STATES, Direction, JourneyState
from members.models import Journey, LostContact, Member
from members.rules import MOBILE_BY, MOBILE_MIN_MONTHS, TRANSFER_DUE_MONTHS
from members.standing import Thresholds, is_mobile
from reports.quarter import as_of
from sweeps.enums import Term

if TYPE_CHECKING:
    from reports.quarter.edition import Edition

PERSON = ("name", "sex", "nation", "birth_date", "education", "kind", "joined_on", "care")
JOURNEY = (
    "member_id", "direction", "state", "home_path", "host_path", "region_code", "destination_text", "mobility", "left_on",
    "expected_return_on", "reason", "industry", "employer", "unit_kind", "former_work", "contact_name", "certificate",
    "home_text", "host_text", "host",
)  # fmt: skip
SPELL = ("member_id", "state", "since", "reason", "category", "home_path")
CHUNK = 5000


@dataclass(slots=True)
class Person:
    """What the statistics ask of somebody. ``path``: where he counts."""

    member_id: int
    public_id: str
    path: str
    name: str
    sex: str
    nation: str
    education: str
    kind: str
    born: dt.date | None
    joined: dt.date | None


@dataclass(slots=True)
class Stay(Person):
    """Somebody who is out, or has come. ``short``: away, but not yet 流动党员 by the rule of the place."""

    direction: str
    short: bool
    mobility: str
    region: str
    place: str
    arrived: bool
    placed: bool
    certificate: bool
    contact: str
    reason: str
    industry: str
    employer: str
    unit_kind: str
    former_work: str
    from_province: str
    left_on: PartialDate | None
    host: int | None

    @property
    def is_out(self) -> bool:
        return self.direction == Direction.OUT


@dataclass(slots=True)
class Spell(Person):
    """Somebody whom the committee has confirmed lost."""

    state: str
    reason: str
    category: str
    since: PartialDate | None


def stays(edition: Edition) -> list[Stay]:
    """Everybody who is out or has come, in the order of the branches."""
    chosen = _closing(edition) if edition.is_final else _open_now(edition)
    persons = _persons([row["member_id"] for _path, row in chosen], edition.moment)
    places = _places(path for path, _row in chosen)
    limits = _thresholds(places.values(), edition.on)
    found = [
        _stay(path, row, persons[row["member_id"]], limits.get(path), edition)
        for path, row in chosen
        if row["member_id"] in persons and row["member_id"] not in edition.restricted
    ]
    order = {path: one.order_path for path, one in places.items()}
    return sorted(found, key=lambda one: (order.get(one.path, ""), one.direction != Direction.OUT, one.member_id))


def _open_now(edition: Edition) -> list[tuple[str, as_of.Row]]:
    """As the balance sheet counts them: out at home, in where they were received."""
    whole = [subtree(edition.organisation.path)]
    found = []
    for direction, column in ((Direction.OUT, "home_path"), (Direction.IN, "host_path")):
        rows = Journey.objects.visible_to(edition.reader).filter(in_ranges([column], whole), direction=direction)
        rows = rows.filter(state__in=AWAY_STATES, member__merged_into__isnull=True)
        found += [(row[column], row) for row in as_of.read(rows.order_by("pk"), JOURNEY)]
    return found


def _closing(edition: Edition) -> list[tuple[str, as_of.Row]]:
    """The frozen names, each with the stay that was the latest when the sweep was closed. Unscoped: the names are the
    reader's, and the stay may have gone on to another branch since."""
    assert edition.moment is not None
    at = {(one.member_id, one.direction): one.path for one in edition.names if one.term == Term.CLOSING}
    latest: dict[tuple[int, str], as_of.Row] = {}
    for ids in _chunks(sorted({member for member, _direction in at})):
        rows = Journey.objects.unscoped().filter(member_id__in=ids, created_at__lte=edition.moment)
        for row in as_of.read(rows.order_by("pk"), JOURNEY):
            latest[(row["member_id"], row["direction"])] = row
    missing = [key for key in at if key not in latest]
    latest.update({key: _nothing_known(key) for key in missing})
    as_of.undo_later((row for key, row in latest.items() if row["updated_at"]), Journey, edition.moment)
    return [(path, latest[key]) for key, path in at.items()]


def _nothing_known(key: tuple[int, str]) -> as_of.Row:
    """A frozen name whose stay is no longer to be seen: counted, with nothing known of it."""
    empty: as_of.Row = dict.fromkeys((*JOURNEY, *as_of.KEYS), "")
    return empty | {
        "member_id": key[0], "direction": key[1], "left_on": None, "expected_return_on": None, "updated_at": None, "host": None,
    }  # fmt: skip


def _persons(ids: Iterable[int], moment: dt.datetime | None) -> dict[int, as_of.Row]:
    """Unscoped by the member's own place: who counts here by a stay or a frozen name is in the figures wherever he is now."""
    found: dict[int, as_of.Row] = {}
    for part in _chunks(sorted(set(ids))):
        rows = Member.objects.unscoped().filter(pk__in=part, restricted=False).order_by("pk")
        read = as_of.read(rows, ("id", *PERSON))
        found.update({row["id"]: row for row in read})
    as_of.undo_later(found.values(), Member, moment)
    return found


def _stay(path: str, row: as_of.Row, person: as_of.Row, limits: Thresholds | None, edition: Edition) -> Stay:
    left, expected = _date(row["left_on"]), _date(row["expected_return_on"])
    out = row["direction"] == Direction.OUT
    return Stay(
        **_person(path, person),
        direction=row["direction"],
        short=out and limits is not None and not is_mobile(left, expected, edition.on, limits),
        mobility=row["mobility"] if out else "",
        region=row["region_code"],
        place=row["destination_text"],
        arrived=row["state"] == JourneyState.ARRIVED,
        placed=person["care"] is not None,
        certificate=bool(row["certificate"]),
        contact=row["contact_name"],
        reason=row["reason"],
        industry=row["industry"],
        employer=row["employer"],
        unit_kind=row["unit_kind"],
        former_work=row["former_work"],
        from_province="" if out else _province(row["home_text"]),
        left_on=left,
        host=row["host"],
    )


def _person(path: str, row: as_of.Row) -> dict[str, Any]:
    born, joined = _date(row["birth_date"]), _date(row["joined_on"])
    return {
        "member_id": row["id"], "public_id": row["public_id"], "path": path, "name": row["name"], "sex": row["sex"],
        "nation": row["nation"], "education": row["education"], "kind": row["kind"],
        "born": born.day if born else None, "joined": joined.day if joined else None,
    }  # fmt: skip


def spells(edition: Edition) -> list[Spell]:
    """Those confirmed lost (失联, 停止党籍) who have not been found."""
    moment = edition.moment
    held = Q(state__in=CONFIRMED_LOST_STATES)
    if moment is not None:
        held = (held | Q(updated_at__gt=moment)) & Q(created_at__lte=moment)
    rows = LostContact.objects.visible_to(edition.reader).filter(
        held, in_ranges(["home_path"], [subtree(edition.organisation.path)]), member__merged_into__isnull=True
    )
    read = as_of.read(rows.order_by("home_path", "pk"), SPELL)
    as_of.undo_later(read, LostContact, moment)
    read = [row for row in read if row["state"] in CONFIRMED_LOST_STATES]
    persons = _persons([row["member_id"] for row in read], moment)
    return [
        Spell(
            **_person(row["home_path"], persons[row["member_id"]]), state=row["state"], reason=row["reason"],
            category=row["category"], since=_date(row["since"]),
        )
        for row in read
        if row["member_id"] in persons
    ]  # fmt: skip


def _places(paths: Iterable[str]) -> dict[str, Organisation]:
    wanted = sorted(set(paths))
    found = (one for part in _chunks(wanted) for one in Organisation.objects.filter(path__in=part))
    return {one.path: one for one in found}


def _thresholds(places: Iterable[Organisation], on: dt.date) -> dict[str, Thresholds]:
    """What counts as 流动党员 at each place on a day: one query."""
    listed = list(places)
    keys = (MOBILE_MIN_MONTHS.key, MOBILE_BY.key, TRANSFER_DUE_MONTHS.key)
    values = rules.values_at(keys, listed, on)
    return {
        one.path: Thresholds(int(values[one.pk][keys[0]]), str(values[one.pk][keys[1]]), int(values[one.pk][keys[2]]))
        for one in listed
    }


def _chunks(values: list[Any]) -> Iterable[list[Any]]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))


def _date(iso: str | None) -> PartialDate | None:
    return PartialDate.from_iso(iso) if iso else None


def _province(text: str) -> str:
    """The province that the name of a home organisation begins with; "" where it says none."""
    place = parse_place(text.removeprefix("中国共产党").removeprefix("中共")).value if text else None
    return place.code[:2] if place else ""
