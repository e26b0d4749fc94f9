"""Merging two records of one person, and taking it back."""

from __future__ import annotations

import pytest

from audit.models import Change
from core.actors import acting_as
from core.errors import Blocked, NotAllowed, UserError
from members.actions import journeys, lost, merging, people
from members.actions.undoing import blockers_to_undo, undo_merge
from members.models import Evidence, Journey, LostContact, Member, Membership
from tests.conftest import next_identity
from tests.members.test_ledgers import state

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(branch, other_branch, make_member):
    kept = make_member(branch, name="何晓明", education="")
    gone = make_member(other_branch, name="何小明", education="7", home_address="吕楼村")
    return kept, gone


def undo(gone, by):
    gone.refresh_from_db()
    with acting_as(by):
        return undo_merge(gone=gone, event=merging.merge_event(gone), by=by)


def scene(pair, by):
    kept, gone = pair
    with acting_as(by):
        journeys.open_journey(member=kept, direction="out", values={"left_on": "2020", "employer": "甲厂"}, by=by)
        journeys.open_journey(member=gone, direction="out", values={"left_on": "2024", "region_code": "370211"}, by=by)
        lost.open_lost(member=gone, values={"since": "2026-01"}, by=by)
        people.edit_member(member=gone, values={}, by=by, confirmed=["phone"])
    kept.refresh_from_db()
    gone.refresh_from_db()


def test_merge_keeps_everything(pair, branch, town_actor):
    kept, gone = pair
    scene(pair, town_actor)
    phones = {kept.reveal("phone"), gone.reveal("phone")}
    number = gone.reveal("identity")
    with acting_as(town_actor):
        with pytest.raises(UserError, match="保留哪一段"):
            merging.merge(kept=kept, gone=gone, by=town_actor)
        after = merging.merge(
            kept=kept, gone=gone, by=town_actor, choose={"identity": "gone", "name": "gone"}, open_journey="gone"
        )
    assert (after.name, after.reveal("identity"), after.home, after.education) == ("何小明", number, branch, "7")
    assert {after.reveal("phone"), after.reveal("other_phones")} == phones
    assert Member.objects.get(pk=gone.pk).merged_into == after
    assert set(Journey.objects.values_list("member", "state", "employer")) == {
        (kept.pk, "closed", "甲厂"),
        (kept.pk, "away", ""),
    }
    assert set(Journey.objects.values_list("home_path", flat=True)) == {branch.path}
    assert LostContact.objects.get().member == kept
    assert not Evidence.objects.filter(member=gone).exists()
    assert Membership.objects.filter(member=kept, ends_on=None).get().organisation == branch
    assert Member.objects.visible_to(town_actor).at_old_address(gone.public_id).get() == kept


@pytest.mark.parametrize("side", ["kept", "gone"])
def test_undo_brings_both_back(pair, town_actor, side):
    kept, gone = pair
    scene(pair, town_actor)
    before = state()
    with acting_as(town_actor):
        merging.merge(
            kept=kept, gone=gone, by=town_actor, open_journey=side,
            choose=dict.fromkeys(("identity", "phone", "place", "name"), side),
        )  # fmt: skip
    assert state() != before
    undo(gone, town_actor)
    assert state() == before


def test_undo_ends_with_a_later_change(pair, town_actor):
    kept, gone = pair
    with acting_as(town_actor):
        merging.merge(kept=kept, gone=gone, by=town_actor)
        people.edit_member(member=kept, values={"home_address": "别处"}, by=town_actor)
    gone.refresh_from_db()
    assert "又有改动" in blockers_to_undo(gone, merging.merge_event(gone))[0]
    with pytest.raises(Blocked):
        undo(gone, town_actor)


def test_merge_twice_and_with_oneself_is_blocked(pair, town_actor):
    kept, gone = pair
    with acting_as(town_actor):
        merging.merge(kept=kept, gone=gone, by=town_actor)
        kept.refresh_from_db()
        gone.refresh_from_db()
        with pytest.raises(Blocked):
            merging.merge(kept=kept, gone=gone, by=town_actor)
        with pytest.raises(Blocked):
            merging.merge(kept=kept, gone=kept, by=town_actor)
        with pytest.raises(UserError, match="已经合并"):
            people.edit_member(member=gone, values={"note": "x"}, by=town_actor)


def test_merge_needs_both_in_scope(branch, foreign_branch, make_member, town_actor, county_actor):
    kept, gone = make_member(branch), make_member(foreign_branch)
    with acting_as(town_actor), pytest.raises(NotAllowed):
        merging.merge(kept=kept, gone=gone, by=town_actor)
    with acting_as(county_actor):
        merging.merge(kept=kept, gone=gone, by=county_actor)
    assert Member.objects.visible_to(town_actor).current().count() == 1


def test_merging_a_guest_with_the_member_keeps_the_home(branch, other_branch, make_member, town_actor):
    member = make_member(branch, name="顾江")
    with acting_as(town_actor):
        guest = people.register_member(
            values={"name": "顾江", "identity": next_identity()}, care=other_branch, by=town_actor
        )
    before = state()
    with acting_as(town_actor):
        after = merging.merge(kept=guest, gone=member, by=town_actor)
    assert (after.home, after.care) == (branch, None)
    assert Membership.objects.filter(member=after, ends_on=None).get().organisation == branch
    undo(member, town_actor)
    assert state() == before


def test_history_of_both_is_there(pair, town_actor):
    kept, gone = pair
    with acting_as(town_actor):
        merging.merge(kept=kept, gone=gone, by=town_actor)
    assert Change.objects.get(object_id=gone.public_id).fields == {"merged_into": [None, kept.pk]}
    assert Change.objects.get(object_id=kept.public_id).fields["home_address"] == ["", "吕楼村"]


def test_two_open_spells_become_one_on_the_lists(pair, town_actor):
    kept, gone = pair
    with acting_as(town_actor):
        for one in pair:
            lost.open_lost(member=one, values={"since": "2026-01"}, by=town_actor)
    before = state()
    with acting_as(town_actor):
        merging.merge(kept=kept, gone=gone, by=town_actor)
        assert LostContact.objects.visible_to(town_actor).get().member == kept
    undo(gone, town_actor)
    assert state() == before
    assert LostContact.objects.visible_to(town_actor).count() == 2
