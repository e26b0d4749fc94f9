"""Reminders: to the silent alone, on the days that the rules say, never at night or on a day off; then the level above."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.urls import reverse

from branches.models import Organisation
from branches.rules import set_rule
from core.actors import SYSTEM, Actor
from core.errors import Blocked, NotAllowed, UserError
from core.paths import subtree
from core.permissions import Permission
from inbox.models import Message, Todo
from sweeps import reminding
from sweeps.actions import answering, asking_again, canvassing, opening, returns
from sweeps.actions.opening import Due
from sweeps.models import Item, Sweep
from tests.conftest import plant
from tests.sweeps.quarter import opened, return_of

BEIJING = dt.timezone(dt.timedelta(hours=8))


def at(day: str, clock: str = "10:00") -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=BEIJING)


def told(organisation: Organisation) -> list[str]:
    found = Message.objects.unscoped().filter(organisation_path=organisation.path).order_by("pk")
    return [one.text for one in found]


def waiting(organisation: Organisation) -> list[tuple[str, str]]:
    """(text, level) of what waits for the staff of an organisation."""
    todos = Todo.objects.unscoped().open().filter(organisation=organisation, cause__startswith="sweep-")
    return [(one.text, one.level) for one in todos.order_by("pk")]


@pytest.fixture
def sweep(away: Any, county: Organisation, branch: Organisation, other_branch: Organisation) -> Sweep:
    """Opened on 1 October; branches are due on Thursday 26 November, towns on Thursday 10 December."""
    away(branch)
    return opened(county)


@pytest.mark.parametrize(
    ("day", "clock", "good"),
    [
        ("2026-11-12", "07:59", False),
        ("2026-11-12", "08:00", True),
        ("2026-11-12", "19:59", True),
        ("2026-11-12", "20:00", False),
        ("2026-11-12", "23:30", False),
        ("2026-11-14", "10:00", False),  # Saturday
        ("2026-10-01", "10:00", False),  # 国庆
        ("2026-10-07", "10:00", False),
        ("2026-10-10", "10:00", True),  # a Saturday made up for it
        ("2026-09-20", "10:00", True),  # a Sunday made up for it
    ],
)
def test_when_anybody_may_be_told(county: Organisation, day: str, clock: str, good: bool) -> None:
    assert reminding.is_good_time(county, at(day, clock)) is good


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-11-11", None),
        ("2026-11-12", "2026-11-12"),
        ("2026-11-18", "2026-11-12"),
        ("2026-11-19", "2026-11-19"),
        ("2026-11-24", "2026-11-19"),
        ("2026-11-25", "2026-11-25"),
        ("2026-11-28", "2026-11-25"),
        ("2026-11-29", "2026-11-29"),
        ("2026-12-20", "2026-11-29"),
    ],
)
def test_offsets(sweep: Sweep, day: str, expected: str | None) -> None:
    found = reminding.last_offset(sweep, sweep.branch_due_on, dt.date.fromisoformat(day))
    assert found == (dt.date.fromisoformat(expected) if expected else None)


def test_everybody_has_a_to_do_from_the_opening(
    sweep: Sweep, county: Organisation, town: Organisation, branch: Organisation, other_branch: Organisation
) -> None:
    assert waiting(branch) == [("2026年第四季度排查：核实 1 名党员，确认摸排，再上报", "info")]
    assert waiting(other_branch) == [("2026年第四季度排查：确认在家党员的摸排，再上报", "info")]
    assert waiting(town) == [("2026年第四季度排查：审核下级的报表，再上报", "info")]
    assert waiting(county) == [("2026年第四季度排查：核对汇总，关闭排查", "info")]


def test_the_silent_are_reminded_once_an_offset(
    sweep: Sweep, town: Organisation, branch: Organisation, other_branch: Organisation
) -> None:
    canvassing.nil_return(of=return_of(sweep, other_branch), by=SYSTEM, now=at("2026-10-20"))
    for moment in (
        at("2026-11-11"),
        at("2026-11-12", "21:00"),
        at("2026-11-12"),
        at("2026-11-12", "15:00"),
        at("2026-11-13"),
    ):
        reminding.run_due(moment)
    assert told(branch) == ["期限 11 月 26 日，还有 14 天"]
    assert told(other_branch) == []
    reminding.run_due(at("2026-11-19"))
    reminding.run_due(at("2026-11-25"))
    assert waiting(branch)[0][1] == "yellow"
    for day in ("2026-11-28", "2026-11-29", "2026-11-30"):  # the third day after is a Sunday
        reminding.run_due(at(day))
    assert told(branch)[-1] == "期限 11 月 26 日，已过 4 天"
    assert len(told(branch)) == 4
    assert waiting(branch)[0][1] == "red"


def test_an_offset_may_be_switched_off(sweep: Sweep, county: Organisation, branch: Organisation) -> None:
    for name in ("first", "second", "last"):
        set_rule(
            organisation=county,
            key=f"sweep_remind_{name}",
            value=0,
            by=_system_of(county),
            starts_on=dt.date(2026, 10, 1),
        )
    reminding.run_due(at("2026-11-25"))
    assert told(branch) == []


def _system_of(county: Organisation) -> Actor:
    return Actor("x", "赵敏", grants={Permission.SETTINGS: (subtree(county.path),)})


def test_the_level_above_is_asked_to_help_until_the_last_is_in(
    sweep: Sweep, county: Organisation, town: Organisation, branch: Organisation, other_branch: Organisation,
) -> None:  # fmt: skip
    reminding.run_due(at("2026-11-30"))
    assert len(waiting(town)) == 1
    reminding.run_due(at("2026-12-01"))
    assert waiting(town)[-1] == ("2026年第四季度排查：下级有 2 份报表过了期限还没有上报，请催办或代录", "red")
    canvassing.nil_return(of=return_of(sweep, other_branch), by=SYSTEM, now=at("2026-12-01", "22:00"))
    assert "下级有 1 份" in waiting(town)[-2][0]
    of = return_of(sweep, branch)
    of.state = "accepted"
    of.save()
    reminding.run_due(at("2026-12-02"))
    assert [text for text, _ in waiting(town) if "过了期限" in text] == []


def test_the_unanswered_are_asked_once_more_until_new_dates(
    sweep: Sweep, town: Organisation, branch: Organisation, other_branch: Organisation, county_actor: Actor, town_actor: Actor
) -> None:  # fmt: skip
    late = at("2026-12-01")
    canvassing.nil_return(of=return_of(sweep, other_branch), by=SYSTEM, now=at("2026-10-20"))
    put_off = Item.objects.unscoped().filter(path=branch.path).first()
    answering.not_reached(sweep=sweep, member=put_off.member, reason="off", by=SYSTEM, now=late)
    reminding.run_due(late)
    assert waiting(town)[-1][1] == "red"
    due = Due(dt.date(2026, 12, 15), dt.date(2026, 12, 20), dt.date(2026, 12, 28))
    with pytest.raises(NotAllowed):
        asking_again.ask_again(sweep=sweep, due=due, by=town_actor, now=late)
    for wrong in (replace(due, branch=dt.date(2026, 11, 30)), replace(due, branch=dt.date(2026, 12, 21))):
        with pytest.raises(UserError, match="期限"):
            asking_again.ask_again(sweep=sweep, due=wrong, by=county_actor, now=late)
    number = Item.objects.unscoped().unanswered().count()
    assert asking_again.ask_again(sweep=sweep, due=due, by=county_actor, now=late) == number
    put_off.refresh_from_db()
    assert (put_off.next_on, put_off.tries) == (late.date(), 1)
    assert [level for text, level in waiting(town) if "过了期限" in text] == []
    assert (waiting(branch)[0][1], waiting(other_branch)) == ("info", [])
    assert return_of(sweep, other_branch).state == "submitted"
    before = len(told(branch))
    reminding.run_due(at("2026-12-08"))
    assert told(branch)[-1] == "期限 12 月 15 日，还有 7 天"
    assert len(told(branch)) == before + 1


def test_the_county_gives_new_dates_on_its_page(
    sweep: Sweep, client_for: Any, county_user: Any, town_user: Any
) -> None:
    address = reverse("sweep-again", args=[sweep.public_id])
    county = client_for(county_user)
    assert address in county.get(sweep.get_absolute_url()).content.decode()
    assert address not in client_for(town_user).get(sweep.get_absolute_url()).content.decode()
    shown = county.get(address)
    for key in ("people", "returns"):
        assert county.get(shown.context[f"{key}_url"]).context["total"] == shown.context[key]
    assert (
        "不能早于今天"
        in county.post(address, dict.fromkeys(("branch", "town", "county"), "2020-01-01")).content.decode()
    )
    assert county.post(address, dict.fromkeys(("branch", "town", "county"), "2036-01-01")).status_code == 302
    sweep.refresh_from_db()
    assert sweep.branch_due_on == dt.date(2036, 1, 1)


def test_a_return_taken_back_waits_again(sweep: Sweep, other_branch: Organisation) -> None:
    of = return_of(sweep, other_branch)
    canvassing.nil_return(of=of, by=SYSTEM, now=at("2026-10-20"))
    assert waiting(other_branch) == []
    returns.take_back(of=of, by=SYSTEM, now=at("2026-11-26"))
    assert waiting(other_branch) == [("2026年第四季度排查：确认在家党员的摸排，再上报", "yellow")]


def test_the_town_reminds_by_hand_once_a_day_and_not_at_night(
    sweep: Sweep, town: Organisation, branch: Organisation, other_town: Organisation, foreign_branch: Organisation,
    town_actor: Actor, secretary_actor: Actor,
) -> None:  # fmt: skip
    with pytest.raises(Blocked, match="不打扰"):
        reminding.remind_now(sweep=sweep, organisation=town, by=town_actor, now=at("2026-11-10", "22:00"))
    with pytest.raises(NotAllowed):
        reminding.remind_now(sweep=sweep, organisation=other_town, by=town_actor, now=at("2026-11-10"))
    with pytest.raises(NotAllowed):
        reminding.remind_now(sweep=sweep, organisation=branch, by=secretary_actor, now=at("2026-11-10"))
    assert reminding.remind_now(sweep=sweep, organisation=town, by=town_actor, now=at("2026-11-10")) == 2
    assert reminding.remind_now(sweep=sweep, organisation=town, by=town_actor, now=at("2026-11-10", "11:00")) == 0
    assert (len(told(branch)), told(foreign_branch), told(town)) == (1, [], [])


def test_many_cost_what_few_cost(
    sweep: Sweep, town: Organisation, django_assert_max_num_queries: Any, branch: Organisation
) -> None:
    for number in range(50, 90):
        plant(f"中共云湖县马店镇新{number}村支部委员会", f"新{number}村党支部", "631", town, number)
    opening.fill(sweep=sweep)
    with django_assert_max_num_queries(40):
        reminding.run_due(at("2026-11-25"))
    assert Message.objects.unscoped().count() >= 40
