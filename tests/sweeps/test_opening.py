"""Opening: who is asked, by which route, with which fields; once a quarter, safe to repeat."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from branches.models import Organisation, RuleSetting
from branches.rules import set_rule
from core.actors import SYSTEM, Actor
from core.domain.dates import Quarter
from core.errors import Blocked, NotAllowed
from members.actions.journeys import open_journey
from members.freshness import BITS, fields_in, shelves
from members.models import Journey, LostContact, Member
from sweeps.actions import opening
from sweeps.enums import Route, SweepState
from sweeps.models import Item, Return, Sweep
from tests.sweeps.quarter import DAY, FRESH, NOW, item, opened


@pytest.mark.parametrize(
    ("verified", "route", "asked"),
    [
        (FRESH, Route.FRESH, []),
        ({**FRESH, "phone": 90}, Route.FRESH, []),
        ({**FRESH, "phone": 91}, Route.PARTLY, ["phone"]),
        ({**FRESH, "employer": 180}, Route.FRESH, []),
        ({**FRESH, "employer": 181}, Route.PARTLY, ["employer"]),
        ({**FRESH, "place": 91, "phone": 400, "employer": 180}, Route.PARTLY, ["phone", "place"]),
        ({**FRESH, "place": 91, "phone": 91, "employer": 181}, Route.SILENT, ["phone", "place", "employer"]),
        ({}, Route.SILENT, ["phone", "address", "place", "employer", "reason", "dues"]),
    ],
)
def test_a_route_follows_from_what_has_run_out(
    away: Any, county: Organisation, branch: Organisation, verified: dict[str, int], route: Route, asked: list[str]
) -> None:
    member = away(branch, **verified)
    opened(county)
    assert (item(member).route, fields_in(item(member).ask)) == (route, asked)
    assert item(member).asked == item(member).ask


def test_a_town_may_set_another_shelf_life(
    away: Any, county: Organisation, town: Organisation, branch: Organisation, foreign_branch: Organisation
) -> None:
    RuleSetting.objects.create(
        organisation=town,
        key="shelf_phone_days",
        value=120,
        starts_on=dt.date(2026, 1, 1),
        set_by=SYSTEM.ref,
        set_at=NOW,
    )
    here, there = away(branch, **{**FRESH, "phone": 100}), away(foreign_branch, **{**FRESH, "phone": 100})
    opened(county)
    assert (item(here).ask, item(there).ask) == (0, BITS["phone"])


def test_a_shelf_life_may_be_that_of_a_kind_of_organisation(
    away: Any, county: Organisation, branch: Organisation, other_branch: Organisation
) -> None:
    Organisation.objects.filter(pk=other_branch.pk).update(kind="632")
    set_rule(
        organisation=county, key="shelf_phone_days", value=60, kind="632", starts_on=dt.date(2026, 1, 1), by=SYSTEM
    )
    days = (60, 61, 90)
    plain = [away(branch, **{**FRESH, "phone": ago}) for ago in days]
    joint = [away(other_branch, **{**FRESH, "phone": ago}) for ago in days]
    opened(county)
    assert [item(one).ask for one in plain] == [0, 0, 0]
    assert [item(one).ask for one in joint] == [0, BITS["phone"], BITS["phone"]]


def test_who_cannot_be_reached_is_silent_and_asked_without_a_journey(
    make_member: Any, county: Organisation, branch: Organisation
) -> None:
    member = make_member(branch)
    LostContact.objects.create(
        member=member, state="counting", since="2026-07", home_path=branch.path, created_at=NOW, updated_at=NOW
    )
    at_home = make_member(branch)
    opened(county)
    assert item(member).route == Route.SILENT
    assert not Item.objects.unscoped().filter(member=at_home).exists()


def test_every_organisation_has_its_return_and_repeating_adds_only_who_is_missing(
    away: Any, county: Organisation, branch: Organisation, other_branch: Organisation
) -> None:
    away(branch)
    sweep = opened(county)
    assert sweep.state == SweepState.OPEN
    assert Return.objects.unscoped().filter(sweep=sweep).count() == 4  # county, town, two branches
    assert opening.fill(sweep=sweep) == {"returns": 0, "items": 0}
    away(other_branch)
    assert opening.fill(sweep=sweep) == {"returns": 0, "items": 1}


def test_the_same_quarter_again_is_the_same_sweep(county: Organisation, town: Organisation) -> None:
    first = opening.open_sweep(organisation=county, by=SYSTEM, now=NOW)
    assert opening.open_sweep(organisation=county, by=SYSTEM, now=NOW).pk == first.pk
    with pytest.raises(Blocked, match="已经开启"):
        opening.open_sweep(organisation=town, by=SYSTEM, now=NOW)


@pytest.mark.parametrize(
    ("day", "quarters"),
    [
        (dt.date(2026, 9, 30), ["2026Q3"]),
        (dt.date(2026, 10, 1), ["2026Q4"]),
        (dt.date(2026, 12, 31), ["2026Q4"]),  # the machine was down: late is better than never
        (dt.date(2028, 2, 29), ["2028Q1"]),
    ],
)
def test_the_clock_opens_the_quarter_it_is_in(county: Organisation, day: dt.date, quarters: list[str]) -> None:
    now = timezone.make_aware(dt.datetime.combine(day, dt.time(0, 30)))
    opening.open_due(now)
    opening.open_due(now + dt.timedelta(hours=1))
    assert list(Sweep.objects.unscoped().values_list("quarter", flat=True)) == quarters


def test_a_clock_set_back_across_the_end_of_a_quarter_opens_nothing(county: Organisation) -> None:
    opening.open_due(NOW)
    opening.open_due(NOW - dt.timedelta(days=2))
    assert Sweep.objects.unscoped().count() == 1


def test_only_the_county_opens(county: Organisation, town: Organisation, town_actor: Actor) -> None:
    with pytest.raises(NotAllowed):
        opening.open_sweep(organisation=town, by=town_actor, now=NOW)
    with pytest.raises(NotAllowed):
        opening.dry_run(organisation=town, by=town_actor, now=NOW)


def test_a_dry_run_says_what_would_be_asked_and_writes_nothing(
    away: Any, county: Organisation, branch: Organisation, county_actor: Actor
) -> None:
    away(branch, **FRESH)
    away(branch, **{**FRESH, "phone": 91})
    found = opening.dry_run(organisation=county, by=county_actor, now=NOW)
    assert (found.people, found.routes, found.cells) == (2, {1: 1, 2: 1, 3: 0}, {"phone": 1})
    assert not Sweep.objects.unscoped().exists()


def test_a_guest_is_asked_by_the_receiving_branch(make_member: Any, county: Organisation, branch: Organisation) -> None:
    guest = make_member(branch)
    Member.objects.unscoped().filter(pk=guest.pk).update(home=None, home_path="", care=branch, care_path=branch.path)
    guest.refresh_from_db()
    open_journey(member=guest, direction="in", values={"home_text": "外县党支部"}, by=SYSTEM, now=NOW)
    Journey.objects.unscoped().update(host=branch)
    opened(county)
    found = item(guest)
    assert (found.path, found.care_path, found.direction) == (branch.path, "", "in")


def test_quarters_have_their_days() -> None:
    assert Quarter(2026, 4).start == DAY


@pytest.mark.parametrize(
    ("field", "ago", "term"),
    [
        ("phone", 90, "有效到 2026-10-01"),
        ("phone", 91, "有效 90 天，已过期"),
        ("employer", 180, "有效到 2026-10-01"),
        ("facts", 4000, "长期有效"),
    ],
)
def test_the_person_file_says_until_when_a_field_is_good(
    away: Any, branch: Organisation, field: str, ago: int, term: str
) -> None:
    member = away(branch, **{field: ago})
    (shelf,) = shelves(member.freshness, branch, DAY, [field])
    assert (shelf.term, shelf.is_stale) == (term, "过期" in term)
