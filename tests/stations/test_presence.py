"""Who is among the people of which station: the three reasons in their order, and single acts = working it all out anew."""

import random
from dataclasses import replace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.actors import SYSTEM
from core.permissions import Permission
from members.actions import belonging, journeys, merging, people
from members.enums import JourneyState
from members.models import Evidence, Freshness, Journey, Member
from stations import presence
from stations.actions import stations
from stations.models import CheckIn, Presence
from tests.stations.conftest import CHAOYANG, HAIDIAN, HUQIU, KUNSHAN

pytestmark = pytest.mark.django_db


def people_of(station=None):
    rows = Presence.objects.visible_to(SYSTEM).order_by("member")
    rows = rows.filter(station=station) if station else rows
    return [(one.member.name, one.station_id, one.path, one.why) for one in rows.select_related("member")]


def away(member, region, by, **values):
    return journeys.open_journey(member=member, direction="out", values={"region_code": region, **values}, by=by)


def register_at(station, journey):
    return CheckIn.objects.create(
        station=station, member=journey.member, journey=journey, region_code=journey.region_code, on=clock.today(),
        by=SYSTEM.ref, at=clock.now(),
    )  # fmt: skip


def test_the_nearest_station_by_place(make_station, make_member, branch, county_actor):
    kunshan, huqiu, second = (
        make_station(region_code=KUNSHAN),
        make_station(region_code=HUQIU),
        make_station(region_code=KUNSHAN),
    )
    for name, region in (
        ("昆山人", KUNSHAN),
        ("吴江人", "320509"),
        ("苏州人", "320500"),
        ("南京人", "320102"),
        ("境外人", "990000"),
    ):
        away(make_member(branch, name=name), region, county_actor)
    found = {name: (station, why) for name, station, _path, why in people_of()}
    assert found == {"昆山人": (kunshan.pk, "place"), "吴江人": (kunshan.pk, "place"), "苏州人": (kunshan.pk, "place")}
    stations.close(kunshan, by=county_actor)
    assert {name: station for name, station, *_ in people_of()} == {
        "昆山人": second.pk, "吴江人": huqiu.pk, "苏州人": huqiu.pk,
    }  # fmt: skip


def test_the_branch_comes_before_the_place_and_a_check_in_before_both(
    station, mobile_branch, make_station, make_member, branch, county_actor
):
    suzhou = make_station(region_code=HUQIU)
    member = make_member(branch, name="何小明")
    journey = away(member, HUQIU, county_actor)
    assert people_of() == [("何小明", suzhou.pk, suzhou.path, "place")]
    belonging.join_mobile(member=member, branch=mobile_branch, by=county_actor)
    assert people_of() == [("何小明", station.pk, station.path, "branch")]
    register_at(suzhou, journey)
    presence.refresh([member.pk])
    assert people_of() == [("何小明", suzhou.pk, suzhou.path, "checked_in")]
    journeys.edit_journey(journey=journey, values={"region_code": HAIDIAN}, by=county_actor)
    assert people_of() == [("何小明", station.pk, station.path, "branch")], "somewhere else now: the check-in is over"
    journeys.end_journey(journey=Journey.objects.get(), outcome="returned", on="2026-11", by=county_actor)
    assert people_of() == [("何小明", station.pk, station.path, "branch")]
    belonging.quit_mobile(member=Member.objects.get(), by=county_actor)
    assert people_of() == []


def test_who_has_only_reported_a_departure_is_still_at_home(station, make_member, branch, county_actor):
    journeys.report_departure(
        member=make_member(branch), values={"left_on": "2027-01", "region_code": CHAOYANG}, by=county_actor
    )
    assert people_of() == []


def test_restricted_and_merged_people_are_nobody_s(station, make_member, branch, county_actor):
    member, double = make_member(branch, name="何小明"), make_member(branch, name="何小明", identity="")
    away(member, CHAOYANG, county_actor)
    people.edit_member(member=member, values={"restricted": True}, by=county_actor)
    assert people_of() == []
    people.edit_member(member=Member.objects.get(pk=member.pk), values={"restricted": False}, by=county_actor)
    assert len(people_of()) == 1
    away(double, HAIDIAN, county_actor)
    register_at(station, Journey.objects.get(member=double))
    journeys.end_journey(journey=Journey.objects.get(member=member), outcome="returned", on="2026-11", by=county_actor)
    merging.merge(kept=Member.objects.get(pk=member.pk), gone=Member.objects.get(pk=double.pk), by=county_actor)
    assert [(name, why) for name, _station, _path, why in people_of()] == [("何小明", "checked_in")]
    assert CheckIn.objects.visible_to(county_actor).get().member_id == member.pk


def test_a_clerk_sees_the_people_of_the_station_and_nobody_else(
    station, clerk, make_station, make_member, branch, county_actor
):
    here, elsewhere = make_member(branch, name="在京"), make_member(branch, name="在苏")
    home = make_member(branch, name="在家")
    for member, region in ((here, CHAOYANG), (elsewhere, KUNSHAN)):
        away(member, region, county_actor, employer="某公司")
    make_station(region_code=KUNSHAN)
    assert [one.name for one in Member.objects.visible_to(clerk)] == ["在京"]
    assert [one.member.name for one in Journey.objects.visible_to(clerk)] == ["在京"]
    for model in (Evidence, Freshness):
        assert set(model.objects.visible_to(clerk).values_list("member", flat=True)) == {here.pk}
    for permission in set(Permission) - {Permission.VIEW, Permission.CHECK_IN}:
        assert not Member.objects.visible_to(clerk, permission).exists()
    assert home not in Member.objects.visible_to(clerk)
    assert Member.objects.visible_to(county_actor).count() == 3


def test_whoever_works_for_the_county_and_a_station_sees_what_both_see(
    station, clerk, county_actor, make_member, branch
):
    make_member(branch, restricted=True)
    both = replace(
        county_actor, grants={key: (*ranges, *clerk.ranges(key)) for key, ranges in county_actor.grants.items()}
    )
    assert Member.objects.visible_to(both).count() == 1, "restricted persons are the county's to know"
    assert not Member.objects.visible_to(clerk).exists()


ACTS = ("away", "edit", "back", "join", "quit", "restrict", "check_in", "open", "close", "move", "core")
REGIONS = (CHAOYANG, HAIDIAN, KUNSHAN, HUQIU, "320500", "110000", "")


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 2**20)), min_size=3, max_size=14))
def test_single_acts_equal_working_it_out_for_everybody(
    make_station, make_member, branch, mobile_branch, county_actor, acts
):
    with transaction.atomic():
        members = [make_member(branch, name=f"何小{letter}") for letter in "甲乙丙丁"]
        places = [make_station(region_code=CHAOYANG), make_station(region_code=KUNSHAN, core=mobile_branch)]
        for act, seed in acts:
            one = random.Random(seed)
            perform(
                act, Member.objects.get(pk=one.choice(members).pk), one.choice(places), one, mobile_branch, county_actor
            )
        known = people_of()
        presence.refresh_all()
        assert people_of() == known
        Presence.objects.visible_to(SYSTEM).delete()
        presence.refresh_all()
        assert people_of() == known
        transaction.set_rollback(True)


def perform(act, member, station, one, mobile_branch, by):
    """One act where it is possible, by the action that people use."""
    station.refresh_from_db()
    stay = Journey.objects.filter(member=member).open().first()
    region = one.choice(REGIONS)
    if act == "away" and stay is None:
        away(member, region, by)
    elif act == "edit" and stay is not None:
        journeys.edit_journey(journey=stay, values={"region_code": region}, by=by)
    elif act == "back" and stay is not None and stay.state == JourneyState.AWAY:
        journeys.end_journey(journey=stay, outcome="returned", on="2026-11", by=by)
    elif act == "join" and member.care_id is None:
        belonging.join_mobile(member=member, branch=mobile_branch, by=by)
    elif act == "quit":
        belonging.quit_mobile(member=member, by=by)
    elif act == "restrict":
        people.edit_member(member=member, values={"restricted": not member.restricted}, by=by)
    elif act == "check_in" and stay is not None:
        register_at(station, stay)
        presence.refresh([member.pk])
    elif act == "close" and station.is_open:
        stations.close(station, by=by)
    elif act == "open" and not station.is_open:
        stations.reopen(station, by=by)
    elif act == "move":
        stations.edit(station, values={"region_code": region}, by=by)
    elif act == "core":
        stations.edit(station, values={"core": one.choice([None, mobile_branch])}, by=by)
