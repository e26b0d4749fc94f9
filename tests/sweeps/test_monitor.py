"""The weekly monitor: each cause on its boundary days, to-dos that close themselves, one run a week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Grant
from branches.models import Organisation
from core import clock
from core.actors import SYSTEM, Actor
from core.errors import NotAllowed
from inbox.actions import raise_todo
from inbox.models import Message, Todo
from jobs.models import Job
from jobs.runner import run_waiting
from members.models import Freshness, Journey, LostContact, Member
from sweeps.models import MonitorRun
from sweeps.monitor import running

NOW = dt.datetime(2026, 8, 31, 9, tzinfo=dt.timezone(dt.timedelta(hours=8)))
TODAY = NOW.date()
WHOLE = {"left_on": "2026-08-20", "region_code": "320583", "industry": "C"}


@pytest.fixture
def person(make_member: Callable[..., Member], branch: Organisation) -> Callable[..., Member]:
    """``person(heard=days ago, journey={...}, **member)``: complete and fresh unless told otherwise."""

    def make(heard: int = 0, journey: dict[str, Any] | None = None, **member: Any) -> Member:
        known = {"sex": "1", "birth_date": "1980-05-01", "education": "21"}
        one = make_member(branch, **{**known, "joined_on": "2010", "dues_paid_to": "2026-08", **member})
        stay = {**WHOLE, **(journey or {})}
        Journey.objects.create(
            member=one, direction="out", state="away", home=branch, home_path=branch.path, created_at=NOW, updated_at=NOW,
            **stay,
        )  # fmt: skip
        day = TODAY - dt.timedelta(days=heard)
        Freshness.objects.create(member=one, phone_on=day, place_on=day)
        return one

    return make


def level_of(cause: str, organisation: Organisation) -> str:
    found = Todo.objects.unscoped().open().filter(cause__endswith=f":{cause}:{organisation.public_id}").first()
    return found.level if found else ""


@pytest.mark.parametrize(
    ("cause", "given", "level"),
    [
        ("contact", {"heard": 90}, ""),
        ("contact", {"heard": 91}, "blue"),
        ("contact", {"heard": 121}, "yellow"),
        ("contact", {"heard": 181}, "red"),
        ("return", {"journey": {"expected_return_on": "2026-08-31"}}, ""),
        ("return", {"journey": {"expected_return_on": "2026-08-30"}}, "blue"),
        ("return", {"journey": {"expected_return_on": "2026-08"}}, ""),
        ("return", {"journey": {"expected_return_on": "2026-07"}}, "yellow"),
        ("return", {"journey": {"expected_return_on": "2026-05"}}, "red"),
        ("incomplete", {}, ""),
        ("incomplete", {"education": ""}, "blue"),
        ("incomplete", {"journey": {"left_on": None}}, "blue"),
        ("incomplete", {"journey": {"industry": "", "reason": "work"}}, "blue"),
        ("incomplete", {"journey": {"industry": "", "reason": "study"}}, ""),
        ("soon", {"journey": {"left_on": "2026-03-28"}}, "blue"),
        ("soon", {"journey": {"left_on": "2026-04-01"}}, ""),
        ("transfer", {"journey": {"left_on": "2026-03-01"}}, ""),
        ("transfer", {"journey": {"left_on": "2026-02-28"}}, "blue"),
        ("transfer", {"journey": {"left_on": "2025-08-28"}}, "yellow"),
        ("dues", {"dues_paid_to": "2026-03"}, ""),
        ("dues", {"dues_paid_to": "2026-02"}, "blue"),
        ("dues", {"dues_paid_to": "2025-11"}, "yellow"),
        ("probation", {"kind": "2", "joined_on": "2025-10-01"}, ""),
        ("probation", {"kind": "2", "joined_on": "2025-09-30"}, "blue"),
        ("probation", {"kind": "2", "joined_on": "2025-08-31"}, "yellow"),
        ("probation", {"kind": "2", "joined_on": "2025-05-31"}, "red"),
        ("probation", {"kind": "1", "joined_on": "2025-05-31"}, ""),
    ],
)
def test_each_cause_on_its_days(
    person: Any, branch: Organisation, cause: str, given: dict[str, Any], level: str
) -> None:
    person(**given)
    running.run(now=NOW)
    assert level_of(cause, branch) == level


@pytest.mark.parametrize(
    ("state", "since", "cause", "level"),
    [
        ("counting", "2026-03-01", "confirm", ""),
        ("counting", "2026-02-28", "confirm", "yellow"),
        ("counting", "2026-01-31", "confirm", "red"),
        ("lost", "2026-01", "stop", "yellow"),
    ],
)
def test_clocks_of_lost_contact(
    make_member: Any, town: Organisation, branch: Organisation, state: str, since: str, cause: str, level: str
) -> None:
    member = make_member(branch)
    LostContact.objects.create(
        member=member, state=state, since=since, home_path=branch.path, created_at=NOW, updated_at=NOW
    )
    running.run(now=NOW)
    assert level_of(cause, town if cause == "confirm" else branch) == level


def test_a_to_do_counts_its_people_takes_the_worst_level_and_closes_itself(person: Any, branch: Organisation) -> None:
    person(heard=91), person(heard=200)
    running.run(now=NOW)
    todo = Todo.objects.unscoped().open().get(cause=f"monitor:journeys:contact:{branch.public_id}")
    assert (todo.text[:3], todo.level, todo.url_name) == ("2 人", "red", "monitor-list")
    Freshness.objects.unscoped().update(phone_on=TODAY)
    running.run(now=NOW)
    assert level_of("contact", branch) == ""
    todo.refresh_from_db()
    assert todo.closed_at is not None


def test_they_come_a_few_at_a_time(
    person: Any, make_member: Any, branch: Organisation, other_branch: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "AT_ONCE", 1)
    person(heard=91, education="")
    make_member(other_branch, kind="2", joined_on="2025-05-31")
    running.run(now=NOW)
    assert [level_of(cause, branch) for cause in ("contact", "incomplete")] == ["blue", "blue"]
    assert level_of("probation", other_branch) == "red"
    Member.objects.unscoped().update(education="21", kind="1")
    running.run(now=NOW)
    assert [level_of(cause, branch) for cause in ("contact", "incomplete")] == ["blue", ""]
    assert level_of("probation", other_branch) == ""


def test_running_again_changes_nothing(person: Any) -> None:
    person(heard=91)
    running.run(now=NOW)
    before = list(Todo.objects.unscoped().order_by("pk").values())
    running.run(now=NOW)
    assert list(Todo.objects.unscoped().order_by("pk").values()) == before


def test_one_digest_a_person(
    person: Any, make_member: Any, branch: Organisation, other_branch: Organisation, secretary_user: Any, town_user: Any
) -> None:
    person(heard=91, education="")
    make_member(other_branch, kind="2", joined_on="2025-05-31")
    for role, organisation in (("committee", branch), ("auditor", branch), ("secretary", other_branch)):
        Grant.objects.create(
            user=secretary_user, role=role, organisation=organisation, starts_on=TODAY, granted_by=SYSTEM.ref, granted_at=NOW
        )  # fmt: skip
    running.run(now=NOW)
    assert running.tell_week(TODAY, NOW) == 1
    digests = Message.objects.unscoped().filter(title__contains="待办")
    said = [(one.to, one.title, one.text) for one in digests]
    assert said == [(secretary_user.public_id, "本周有 3 项待办", "红 1，蓝 2")], "two offices at one place count once"


@pytest.mark.parametrize(
    ("monday", "hours", "told"),
    [
        (dt.date(2026, 8, 31), [0, 7, 8, 9, 32], [8]),  # looked at midnight, told in the morning, and not again
        (dt.date(2026, 8, 31), [20, 23], []),
        (dt.date(2026, 8, 31), [20, 31, 32], [32]),
        (dt.date(2026, 9, 28), [12 + 24 * day for day in range(1, 7)], [12 + 24]),
        (dt.date(2026, 10, 5), [12, 36, 60, 84], [84]),  # the National Day is over on Thursday
    ],
)
def test_a_weeks_digest_comes_once_and_by_day(
    county: Organisation, town_user: Any, town: Organisation, monday: dt.date, hours: list[int], told: list[int]
) -> None:
    raise_todo("a", town, "别的事")
    midnight = dt.datetime.combine(monday, dt.time(), NOW.tzinfo)
    running.run(now=midnight)
    seen = []
    for hour in hours:
        before = Message.objects.unscoped().count()
        running.run_due(midnight + dt.timedelta(hours=hour))
        running.run(now=midnight + dt.timedelta(hours=hour))  # and somebody looks by hand
        if Message.objects.unscoped().count() > before:
            seen.append(hour)
    assert seen == told


def test_what_waits_past_its_day_grows_more_urgent(branch: Organisation) -> None:
    raise_todo("a", branch, "别的事", due_on=TODAY - dt.timedelta(days=1))
    raise_todo("b", branch, "别的事", due_on=TODAY - dt.timedelta(days=15))
    raise_todo("c", branch, "别的事", due_on=TODAY)
    running.run(now=NOW)
    levels = dict(Todo.objects.unscoped().values_list("cause", "level"))
    assert levels == {"a": "yellow", "b": "red", "c": "info"}


def test_by_the_clock_it_runs_once_a_week(county: Organisation) -> None:
    monday = NOW - dt.timedelta(days=TODAY.weekday())
    for now in (monday, monday + dt.timedelta(hours=1), monday + dt.timedelta(days=2)):
        running.run_due(now)
        run_waiting()
    assert Job.objects.unscoped().filter(kind="sweeps.monitor").count() == 1


def test_who_is_known_to_the_county_alone_waits_for_the_county(
    person: Any, county: Organisation, branch: Organisation
) -> None:
    person(heard=91, restricted=True)
    running.run(now=NOW)
    assert (level_of("contact", branch), level_of("contact", county)) == ("", "blue")


def test_every_number_of_the_overview_is_its_list(
    person: Any, town: Organisation, branch: Organisation, foreign_branch: Organisation, town_user: Any, client_for: Any
) -> None:
    person(heard=91), person(heard=400)
    for number, (cause, days) in enumerate((("journey-arrival:a", 1), ("transfer:b", 1), ("transfer-late:c", 20))):
        raise_todo(cause, (branch, town, branch)[number], "请办", due_on=clock.today() - dt.timedelta(days=days))
    raise_todo("journey-arrival:d", branch, "请办", due_on=clock.today())
    raise_todo("transfer-late:e", foreign_branch, "请办", due_on=TODAY)
    Organisation.objects.filter(pk=branch.pk).update(elected_on="2010-01")
    running.run(now=NOW)
    mine = client_for(town_user)
    lines = {line.title: line for line in mine.get(reverse("monitor")).context["lines"]}
    found = {title: (line.waiting, line.red) for title, line in lines.items() if line.waiting}
    assert found == {"久未联系": (1, 1), "换届": (1, 0), "报到过期没有确认": (1, 0), "转接过期没有回执": (2, 0)}
    for line in lines.values():
        for address, number in ((line.url, line.waiting), (f"{line.url}?level=red", line.red)):
            assert mine.get(address).context["total"] == number
    assert mine.get(f"{line.url}?level=blue").status_code == 404
    assert mine.get(reverse("monitor-todos", args=["nothing"])).status_code == 404


def test_pages(
    person: Any, county: Organisation, branch: Organisation, foreign_branch: Organisation, secretary_user: Any,
    county_user: Any, client_for: Callable[..., Client], secretary_actor: Actor,
) -> None:  # fmt: skip
    person(heard=400, name="何久远")
    running.run(now=NOW)
    mine = client_for(secretary_user)
    assert "久未联系" in mine.get(reverse("monitor")).content.decode()
    page = mine.get(reverse("monitor-list", args=["contact", branch.public_id]))
    assert "何久远" in page.content.decode()
    assert mine.get(reverse("monitor-list", args=["contact", foreign_branch.public_id])).status_code == 404
    assert mine.get(reverse("monitor-list", args=["nothing", branch.public_id])).status_code == 404
    with pytest.raises(NotAllowed):
        running.run_now(by=secretary_actor)
    assert client_for(county_user).post(reverse("monitor-run")).status_code == 302
    assert MonitorRun.objects.count() == 1
