"""Journeys by hand."""

from __future__ import annotations

import pytest

from audit.models import Change
from core.actors import acting_as
from core.errors import Blocked, NotAllowed, StaleVersion, UserError
from members.actions import journeys, stages
from members.models import Evidence, Journey

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(branch, make_member):
    return make_member(branch, name="何小明")


@pytest.fixture
def journey(member, town_actor):
    with acting_as(town_actor):
        return journeys.open_journey(
            member=member, direction="out", values={"left_on": "2024-07", "region_code": "370211"}, by=town_actor
        )


def test_open_journey_stands_at_the_branch(journey, branch):
    assert (journey.state, journey.home, journey.home_path, journey.imported) == ("away", branch, branch.path, False)
    assert Evidence.objects.get().fields == "place"
    assert Change.objects.get(object_id=journey.public_id).fields["left_on"] == [None, "2024-07"]


def test_open_journey_once(journey, member, town_actor):
    with acting_as(town_actor), pytest.raises(Blocked, match="没有结束"):
        journeys.open_journey(member=member, direction="out", values={}, by=town_actor)
    with acting_as(town_actor), pytest.raises(Blocked, match="不是外来"):
        journeys.open_journey(member=member, direction="in", values={}, by=town_actor)


def test_open_journey_with_one_key_makes_one(member, town_actor):
    with acting_as(town_actor):
        made = [
            journeys.open_journey(member=member, direction="out", values={}, by=town_actor, key="same").pk
            for _ in range(2)
        ]
    assert made[0] == made[1]
    assert Journey.objects.count() == 1


def test_edit_journey_changes_seals_and_refuses_stale(journey, town_actor):
    with acting_as(town_actor):
        edited = journeys.edit_journey(
            journey=journey,
            values={"contact_phone": "19900333444", "region_code": "330110", "left_on": "2024-07"},
            by=town_actor,
            version=1,
        )
        with pytest.raises(StaleVersion):
            journeys.edit_journey(journey=journey, values={"employer": "某厂"}, by=town_actor, version=1)
    assert edited.version == 2
    assert edited.reveal("contact_phone") == "19900333444"
    assert set(Change.objects.filter(object_id=journey.public_id).last().fields) <= {
        "contact_phone", "region_code", "mobility",
    }  # fmt: skip


def test_the_kind_of_unit_is_not_that_of_the_next(journey, town_actor):
    with acting_as(town_actor):
        edit = {"journey": journey, "by": town_actor}
        journeys.edit_journey(values={"employer": "某厂", "unit_kind": "private_firm"}, **edit)
        renamed = journeys.edit_journey(values={"employer": "某制衣厂", "unit_kind": "private_firm"}, **edit)
        assert renamed.unit_kind == "private_firm", "said again"
        left = stages.record_change(values={"employer": "某医院"}, on="2026-09", **edit)
        assert (left.employer, left.unit_kind) == ("某医院", "")


@pytest.mark.parametrize(
    "values", [{"left_on": "2025", "expected_return_on": "2024"}, {"reason": "x"}, {"left_on": "二零"}]
)
def test_edit_journey_refuses_what_cannot_be(journey, town_actor, values):
    with acting_as(town_actor), pytest.raises(UserError):
        journeys.edit_journey(journey=journey, values=values, by=town_actor)
    journey.refresh_from_db()
    assert journey.version == 1


def test_end_journey(journey, member, town_actor, other_town_actor):
    with acting_as(town_actor):
        with pytest.raises(UserError, match="早于外出"):
            journeys.end_journey(journey=journey, outcome="returned", on="2024-06", by=town_actor)
        with pytest.raises(UserError, match="怎样结束"):
            journeys.end_journey(journey=journey, outcome="away", on="2025", by=town_actor)
        ended = journeys.end_journey(journey=journey, outcome="returned", on="2025-01", by=town_actor)
        again = journeys.end_journey(journey=journey, outcome="returned", on="2025-01", by=town_actor, version=1)
        with pytest.raises(Blocked):
            journeys.end_journey(journey=journey, outcome="closed", on="2025-01", by=town_actor)
    assert (ended.state, ended.ended_on.iso(), again.version) == ("returned", "2025-01", 2)
    with acting_as(other_town_actor), pytest.raises(NotAllowed):
        journeys.end_journey(journey=journey, outcome="closed", on="2025", by=other_town_actor)
