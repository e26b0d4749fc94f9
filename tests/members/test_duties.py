"""Duty lists: the county's words, who has confirmed, and the four clears by organisation and person."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.actors import acting_as
from core.domain.dates import PartialDate
from core.errors import NotAllowed, StaleVersion, UserError
from members import clears, duties
from members.actions import duties as actions
from members.filters import FILTERS, Around
from members.models import DutyConfirmation, Journey

pytestmark = pytest.mark.django_db


def test_the_lists_have_seven_six_and_five():
    assert {side: len(one.lines) for side, one in duties.lists().items()} == {"home": 7, "host": 6, "member": 5}


def test_the_county_puts_its_own_words(county_actor, town_actor):
    with pytest.raises(NotAllowed):
        actions.edit_duties(side="host", lines=["一"], by=town_actor)
    actions.edit_duties(side="host", lines=["来了就登记", " ", "就近编入支部"], by=county_actor, version=0)
    assert duties.lists()["host"].lines == ("来了就登记", "就近编入支部")
    with pytest.raises(StaleVersion):
        actions.edit_duties(side="host", lines=["别的"], by=county_actor, version=0)
    again = actions.edit_duties(side="host", lines=["来了就登记", "就近编入支部"], by=county_actor, version=0)
    assert again.version == 1


@pytest.mark.parametrize("lines", [[], [" "], ["x" * 121], ["有事打19900123456"], ["一"] * 21])
def test_what_cannot_be_a_duty(county_actor, lines):
    with pytest.raises(UserError):
        actions.edit_duties(side="home", lines=lines, by=county_actor)


def test_an_organisation_confirms_once_a_year(branch, secretary_actor, other_town_actor):
    with acting_as(secretary_actor):
        first = actions.confirm_duties(organisation=branch, by=secretary_actor)
        assert actions.confirm_duties(organisation=branch, by=secretary_actor).pk == first.pk
    with acting_as(other_town_actor), pytest.raises(NotAllowed):
        actions.confirm_duties(organisation=branch, by=other_town_actor)
    assert duties.confirmed([branch.pk, None], clock.today().year).keys() == {branch.pk}
    assert duties.confirmed([branch.pk], clock.today().year + 1) == {}


def test_the_page_confirms_and_counts(client_for, secretary_user, town_user, town, branch, other_branch):
    secretary = client_for(secretary_user)
    assert "看过了，确认" in secretary.get(reverse("duty-lists")).content.decode()
    secretary.post(reverse("duty-confirm", args=[branch.public_id]))
    assert DutyConfirmation.objects.unscoped().count() == 1
    page = client_for(town_user).get(reverse("duty-lists")).content.decode()
    assert "1 / 2" in page
    assert reverse("duty-edit", args=["home"]) not in page


def test_the_county_edits_on_its_page(client_for, county_user):
    client = client_for(county_user)
    address = reverse("duty-edit", args=["member"])
    assert "外出前向支部报告" in client.get(address).content.decode()
    client.post(address, {"text": "走前说一声\n到了报个到", "version": "0"})
    assert "走前说一声" in client.get(reverse("duty-lists")).content.decode()
    assert "刚才" not in client.post(address, {"text": "晚了", "version": "0"}).content.decode()
    assert client.get(reverse("duty-edit", args=["nobody"])).status_code == 404


# -- the four clears ----------------------------------------------------------------------------

FULL = {
    "sex": "1",
    "birth_date": PartialDate.from_iso("1985-03"),
    "education": "6",
    "joined_on": PartialDate.from_iso("2010"),
}
STAY = {"left_on": PartialDate.from_iso("2024-07"), "region_code": "370211", "industry": "C", "reason": "work"}


@pytest.fixture
def away(branch, make_member):
    def make(home=branch, person=None, **stay):
        now = clock.now()
        member = make_member(home, **{**FULL, **(person or {})})
        values = {"direction": "out", "state": "away", "home": home, "home_path": home.path, **STAY, **stay}
        return Journey.objects.create(member=member, created_at=now, updated_at=now, **values)

    return make


@pytest.mark.parametrize(
    ("person", "stay", "gaps"),
    [
        ({}, {}, []),
        ({"education": ""}, {}, ["学历"]),
        ({"sex": "", "birth_date": None, "joined_on": None}, {}, ["性别", "出生日期", "入党日期"]),
        ({}, {"left_on": None}, ["外出时间"]),
        ({}, {"region_code": ""}, ["去向"]),
        ({}, {"industry": ""}, ["行业"]),
        ({}, {"industry": "", "reason": "study"}, []),
        ({}, {"direction": "in", "region_code": "", "destination_text": "某小区"}, []),
        ({}, {"direction": "in", "destination_text": ""}, ["现居住地"]),
        ({"education": ""}, {"left_on": None, "region_code": "", "industry": "", "reason": ""}, ["学历", "外出时间", "去向", "行业"]),
    ],
)  # fmt: skip
def test_what_is_missing_is_what_the_filter_finds(away, person, stay, gaps):
    journey = away(person=person, **stay)
    found = clears.missing(journey.member, journey)
    assert [one.label for one in found] == gaps
    assert all("#id_" in one.url for one in found)
    around = Around("member__", "", clock.today())
    for key, label in clears.CLEARS.items():
        listed = Journey.objects.filter(FILTERS["gap"].condition(key, around)).exists()
        assert listed is any(one.clear == label for one in found), key
    assert Journey.objects.filter(FILTERS["gap"].condition("any", around)).exists() is bool(gaps)


def test_each_figure_is_its_list(away, client_for, town_user, branch, other_branch, foreign_branch):
    away()
    away(person={"education": "", "dues_paid_to": PartialDate.from_iso("2024")})
    away(home=other_branch, left_on=None)
    away(home=foreign_branch, left_on=None)
    away(state="reported", left_on=None)
    client = client_for(town_user)
    page = client.get(reverse("clears"))
    lines = {line.organisation.short_name: [one.number for one in line.figures] for line in page.context["lines"]}
    assert lines == {
        "马店镇党委": [3, 1, 1, 0, 0, 2, 1],
        "何寨村党支部": [2, 1, 0, 0, 0, 1, 1],
        "吕楼村党支部": [1, 0, 1, 0, 0, 1, 0],
    }
    for line in page.context["lines"]:
        for one in line.figures:
            assert client.get(one.url).context["total"] == one.number, one.url


def test_the_page_costs_the_same_however_many(away, client_for, town_user):
    client = client_for(town_user)

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("clears"))
        return len(asked)

    away()
    cost()  # the session of the first visit
    first = cost()
    for _ in range(20):
        away()
    assert cost() == first
