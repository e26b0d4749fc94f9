"""The overview: every figure is the number of people on the list that it leads to, for whoever looks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Grant
from branches.rules import set_rule
from core import clock
from core.actors import SYSTEM, acting_as
from core.paths import outpost
from inbox.models import Todo
from members.models import Journey
from members.views.lists import Asked
from reports.overview import people as overview
from reports.overview import presenters
from reports.overview.people import people
from stations.models import Station, StationKind
from sweeps.models import Erratum, Return, Sweep
from tests.members.test_lists import guest, lost, out
from tests.sweeps.quarter import opened

pytestmark = pytest.mark.django_db
# Each example opens some eighty lists: a few in CI, the more in make soak.
few = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
    max_examples=settings().max_examples // 4,
)
ADDRESSES = ("/overview/", "/overview/leaders/")

# A person: facts, whether and how away, whether searched for. Few values each, so that they meet at the edges.
persons = st.fixed_dictionaries(
    {
        "sex": st.sampled_from(["1", "2", "", "9"]),
        "birth_date": st.sampled_from([None, "1950", "1965-11-21", "1980-11-22", "1990-12", "2001-02-03"]),
        "joined_on": st.sampled_from([None, "1999", "2006-01", "2020-11-21", "2026-05-05"]),
        "education": st.sampled_from(["", "1A", "22", "47", "6", "8", "9"]),
        "party_status": st.sampled_from(["normal", "normal", "stopped", "moved"]),
        "restricted": st.sampled_from([False, False, False, True]),
    }
)
stays = st.none() | st.fixed_dictionaries(
    {
        "state": st.sampled_from(["away", "away", "arrived", "reported", "returned"]),
        "left_on": st.sampled_from([None, "2019", "2026-05-21", "2026-05-22", "2026-10-01"]),
        "expected_return_on": st.sampled_from([None, "2026-11-20", "2026-10", "2027"]),
        "region_code": st.sampled_from(["", "320583", "320500", "370211", "990000", "440000", "441900", "810000"]),
        "mobility": st.sampled_from(["", "province", "abroad", "city"]),
        "reason": st.sampled_from(["", "work", "study"]),
        "industry": st.sampled_from(["", "C", "I"]),
    }
)
spells = st.sampled_from([None, None, "counting", "lost", "stopped", "found"])
populations = st.lists(st.tuples(st.integers(0, 2), persons, stays, spells), max_size=12)
TODAY = dt.date(2026, 11, 21)


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def settle(homes: list[Any], make_member: Any, population: list[Any]) -> None:
    for place, facts, stay, spell in population:
        member = make_member(homes[place], **facts)
        if stay:
            out(member, **stay)
        if spell:
            lost(member, state=spell)


def links(counted: Any) -> Iterator[tuple[str, int, str]]:
    """Everything that the overview says of people: (what, how many, where they are listed)."""
    for one in [*presenters.figures(counted), *presenters.overdue(counted)]:
        yield one.label, one.value, one.url
    for chart in charts(counted):
        for name, *cells in chart.rows:
            for cell in cells:
                yield f"{chart.title} {name.text}", int(cell.text.replace(",", "")), cell.url


def charts(counted: Any) -> list[Any]:
    return [*presenters.destinations(counted), *presenters.work(counted), *presenters.persons(counted)]


def listed(url: str, actor: Any) -> int:
    """How many the list at an address shows, as its page counts them."""
    parts = urlsplit(url)
    view = resolve(parts.path).func.view_class
    asked = Asked.of(view.people, dict(parse_qsl(parts.query)))
    return asked.people.queryset(actor, asked.chosen).count()


def total(chart: Any) -> int:
    return sum(int(cell.text.replace(",", "")) for row in chart.rows for cell in row[1:])


@few
@given(
    population=populations, months=st.sampled_from([6, 6, 3]), by=st.sampled_from(["elapsed", "expected"]), who=st.integers(0, 2),
    many=st.sampled_from([0, 1_000_000]),
)  # fmt: skip
def test_sums_equal_the_lists_behind_them(
    population, months, by, who, many, branch, other_branch, foreign_branch, make_member, county_actor, town_actor, secretary_actor,
    monkeypatch,
):  # fmt: skip
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    monkeypatch.setattr(overview, "MANY", many)
    actor = (county_actor, town_actor, secretary_actor)[who]
    with rolled_back():
        settle([branch, other_branch, foreign_branch], make_member, population)
        set_rule(organisation=branch.parent, key="mobile_min_months", value=months, by=SYSTEM, starts_on=TODAY)
        set_rule(organisation=branch, key="mobile_by", value=by, by=SYSTEM, starts_on=TODAY)
        with acting_as(actor):
            counted = people(actor, TODAY)
            for label, number, url in links(counted):
                assert listed(url, actor) == number, (actor.unit, label, url)
            for chart in charts(counted):
                if chart.key != "counties":
                    assert total(chart) == counted.mobile, chart.title


def test_a_stay_kept_elsewhere_than_its_person_is_counted_all_the_same(branch, foreign_branch, make_member, town_actor):
    stay = out(make_member(foreign_branch, sex="2"))
    Journey.objects.unscoped().filter(pk=stay.pk).update(home=branch, home_path=branch.path)
    with acting_as(town_actor):
        counted = people(town_actor, clock.today())
    assert (counted.away, counted.person.by("sex")) == (1, {"2": 1})


@pytest.fixture
def quarter(county, branch, foreign_branch, make_member):
    """A sweep that runs over three people, and a quarter that was closed."""
    for home in (branch, branch, foreign_branch):
        out(make_member(home))
    sweep = opened(county, clock.now())
    closed = Sweep.objects.create(
        quarter="2020Q1", organisation=county, path=county.path, state="closed", on="2020-01-01", branch_due_on="2020-03-01",
        town_due_on="2020-03-10", county_due_on="2020-03-20", opened_at=clock.now(), opened_by=SYSTEM.ref,
        closed_at=clock.now(), closed_by=SYSTEM.ref,
    )  # fmt: skip
    for at, closing in ((county, 9), (branch.parent, 5), (branch, 4)):
        Return.objects.create(
            sweep=closed, organisation=at, path=at.path, is_branch=at.is_branch, state="accepted", submitted_at=clock.now(),
            submitted_by=SYSTEM.ref, accepted_at=clock.now(), accepted_by=SYSTEM.ref, figures={"out": 1, "closing": closing},
        )  # fmt: skip
    for at, closing in ((branch, 1), (foreign_branch, -1), (foreign_branch, -1)):
        Erratum.objects.create(
            sweep=closed, path=at.path, direction="out", term="late", closing=closing, text="后来才知道", known_at=clock.now(),
            known_by=SYSTEM.ref,
        )  # fmt: skip
    return sweep


class TestQuarters:
    def test_every_figure_of_the_sweep_is_the_length_of_its_list(
        self, quarter, client_for, county_user, town_user, secretary_user
    ):
        for user, asked in ((county_user, 3), (town_user, 2), (secretary_user, 2)):
            client = client_for(user)
            (sweep,) = client.get("/overview/").context["sweeps"]
            assert sweep.figures[0].value == asked
            cells = [(one.value, one.url) for one in [*sweep.figures, *sweep.papers]]
            cells += [(int(cell.text), cell.url) for chart in sweep.charts for row in chart.rows for cell in row[1:]]
            for value, url in dict.fromkeys(cells):
                assert client.get(url).context["total"] == value, url

    def test_a_closed_quarter_stands_as_reported_and_as_known(
        self, quarter, client_for, county_user, town_user, other_town_user
    ):
        for user, known in ((county_user, ["9", "8"]), (town_user, ["5", "6"])):
            page = client_for(user).get("/overview/")
            trend, closed = page.context["trend"], page.context["closed"]
            assert [[cell.text for cell in row] for row in trend.rows] == [["2020年第一季度", *known]]
            assert closed.own.path == user.organisation.path
            assert [(one.label, one.value) for one in page.context["changes"]] == [
                ("新流出", 1),
                ("本期末", int(known[0])),
            ]
        assert client_for(other_town_user).get("/overview/").context["trend"] is None, "it took no part"

    def test_two_towns_of_one_reader_are_added_up(self, quarter, county, branch, other_town, make_user, client_for):
        user = make_user(branch.parent, "committee")
        closed = Sweep.objects.unscoped().get(quarter="2020Q1")
        Return.objects.create(
            sweep=closed, organisation=other_town, path=other_town.path, is_branch=False, figures={"closing": 40}
        )
        Grant.objects.create(
            user=user, role="committee", organisation=other_town, starts_on=dt.date(2020, 1, 1), granted_by=SYSTEM.ref,
            granted_at=clock.now(),
        )  # fmt: skip
        page = client_for(user).get("/overview/")
        assert page.context["closed"].reported == 45
        assert page.context["closed"].url == closed.get_absolute_url()


class TestPages:
    @pytest.mark.parametrize("address", ADDRESSES)
    def test_each_sees_the_own_scope_and_its_name(
        self,
        address,
        branch,
        foreign_branch,
        make_member,
        client_for,
        county_user,
        town_user,
        secretary_user,
        other_town_user,
    ):
        for home in (branch, foreign_branch, foreign_branch):
            out(make_member(home))
        guest(branch)
        for user, title, members in (
            (county_user, "全县概况", 3), (town_user, "本单位概况", 1), (secretary_user, "本单位概况", 1), (other_town_user, "本单位概况", 2),
        ):  # fmt: skip
            page = client_for(user).get(address)
            assert page.context["title"] == title
            assert page.context["figures"][0].value == members
            assert "截至" in page.content.decode()

    def test_what_waits_for_the_reader_stands_there_the_most_urgent_first(self, branch, client_for, town_user):
        for number in range(10):
            Todo.objects.create(
                cause=f"test:{number}", organisation=branch.parent, organisation_path=branch.parent.path, text=f"第{number}件",
                level="red" if number == 7 else "info", raised_by=SYSTEM.ref, raised_at=clock.now(),
            )  # fmt: skip
        found = client_for(town_user).get("/overview/").context["exceptions"]
        assert (found.todos[0].label, len(found.todos), found.more) == ("第7件", 8, 2)

    def test_stations_stand_by_province_and_lead_to_their_list(self, county, client_for, town_user):
        kind = StationKind.objects.usual()
        for number, code in enumerate(("320583", "320506", "110105"), start=1):
            Station.objects.create(
                number=number, name=f"第{number}驿站", kind=kind, keeper=county, path=outpost(number), region_code=code
            )
        client = client_for(town_user)
        chart = client.get("/overview/").context["stations"]
        assert [(row[0].text, row[1].text) for row in chart.rows] == [("北京市", "1"), ("江苏省", "2")]
        for row in chart.rows:
            assert client.get(row[1].url).context["total"] == int(row[1].text)

    def test_home_and_overview_say_the_same(self, branch, make_member, client_for, town_user):
        out(make_member(branch))
        out(make_member(branch), left_on=clock.today().isoformat(), region_code="")
        lost(make_member(branch))
        lost(make_member(branch), state="lost")
        guest(branch)
        client = client_for(town_user)
        home = {one.label: one.value for one in client.get("/").context["figures"]}
        page = client.get("/overview/").context
        here = {one.label: one.value for one in [*page["figures"], *page["overdue"]]}
        here["联系不上与失联"] = here["联系不上"] + here["失联"] + here["停止党籍"]
        assert home == {label: here[label] for label in home}

    def test_more_people_cost_no_more_queries(self, quarter, branch, make_member, client_for, county_user):
        client = client_for(county_user)
        client.get("/overview/")
        with CaptureQueriesContext(connection) as few:
            client.get("/overview/")
        for number in range(30):
            out(make_member(branch), region_code=f"3205{number % 9:02d}", industry="CEF"[number % 3])
        with CaptureQueriesContext(connection) as many:
            client.get("/overview/")
        assert len(few) == len(many) <= 25, [one["sql"][:100] for one in many]
