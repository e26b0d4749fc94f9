"""What is taken back elsewhere is asked again; who goes elsewhere blocks nobody; whom the county alone knows is no number below it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from branches.models import Organisation
from core import hooks
from core.actors import SYSTEM, Actor
from core.errors import Blocked
from core.ids import new_id
from inbox.models import Todo
from members.actions import answers, merging
from members.actions.belonging import join_mobile, quit_mobile
from members.actions.journeys import end_journey, open_journey
from members.actions.people import move_member
from members.actions.steps import undo_step
from members.enums import Source
from members.ledgers.records import Places
from members.ledgers.restoring import restore
from members.models import Freshness, Journey, JourneyStep, Member
from sweeps import balance
from sweeps.actions import answering, canvassing, opening, returns
from sweeps.blockers import blockers_to_submit
from sweeps.models import Item
from tests.sweeps.quarter import FRESH, LATER, NOW, item, opened, return_of

STALE = {**FRESH, "phone": 91}


def ended(member: Member, by: Actor) -> JourneyStep:
    stay = Journey.objects.unscoped().get(member=member)
    end_journey(journey=stay, outcome="returned", on="2026-10-03", by=by, now=LATER)
    return JourneyStep.objects.unscoped().get(journey=stay)


def test_an_ending_that_is_undone_is_asked_again(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    member = away(branch, **STALE)
    opened(county)
    step = ended(member, secretary_actor)
    assert item(member).answer == "returned"
    undo_step(step=step, by=secretary_actor, now=LATER)
    assert (item(member).state, item(member).answer, item(member).fields_to_ask) == ("open", "", ["phone"])


def test_a_departure_that_is_undone_leaves_the_sweep(
    make_member: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    member = make_member(branch)
    of = return_of(opened(county), branch)
    canvassing.note_finding(
        of=of, member=member, kind="out", values={"left_on": "2026-10"}, by=secretary_actor, now=LATER
    )
    assert item(member).answer == "new"
    undo_step(step=JourneyStep.objects.unscoped().get(), by=secretary_actor, now=LATER)
    assert not Item.objects.unscoped().exists()
    assert not of.findings.all().unscoped().exists()
    assert list(canvassing.at_home(of, secretary_actor)) == [member]
    assert canvassing.blockers_to_nil(of) == []


def test_proof_that_is_withdrawn_is_asked_again(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    member = away(branch, **STALE)
    opened(county)
    batch = new_id()
    answers.learn(
        member=member,
        stay=None,
        values={},
        confirmed=["phone"],
        by=secretary_actor,
        source=Source.LEDGER,
        deed=batch,
        now=LATER,
        places=Places(),
    )
    assert (item(member).state, item(member).way) == ("answered", "ledger")
    restore(batch, by=secretary_actor, now=LATER)
    assert (item(member).state, item(member).fields_to_ask) == ("open", ["phone"])
    assert Freshness.objects.unscoped().filter(member=member).exists() is False  # it had no evidence of its own


def test_a_mobile_branch_has_the_card_as_long_as_the_member(
    away: Any, county: Organisation, branch: Organisation, other_branch: Organisation, town_actor: Actor
) -> None:
    Organisation.objects.filter(pk=other_branch.pk).update(marks=["mobile"])
    other_branch.refresh_from_db()
    member = away(branch, **STALE)
    opened(county)
    join_mobile(member=member, branch=other_branch, by=town_actor, now=LATER)
    assert item(member).care_path == other_branch.path
    quit_mobile(member=Member.objects.unscoped().get(pk=member.pk), by=town_actor, now=LATER)
    assert item(member).care_path == ""


def test_a_merged_record_takes_its_question_along(
    away: Any, county: Organisation, branch: Organisation, other_branch: Organisation, town_actor: Actor
) -> None:
    gone, kept = away(branch, **STALE), away(other_branch, **STALE)
    sweep = opened(county)
    Item.objects.unscoped().filter(member=kept).delete()
    merging.merge(kept=kept, gone=gone, open_journey="kept", by=town_actor, now=LATER)
    assert Item.objects.unscoped().get(sweep=sweep).path == other_branch.path


def test_who_moves_out_of_the_scope_blocks_nobody(
    away: Any, town: Organisation, branch: Organisation, foreign_branch: Organisation, county_actor: Actor
) -> None:
    member = away(branch, **STALE)
    opened(town)
    move_member(member=member, to=foreign_branch, by=county_actor, now=LATER)
    assert (item(member).path, item(member).answer) == (branch.path, "transferred")


def test_whom_the_county_alone_knows_is_no_number_below_it(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    member = away(branch, **STALE)
    Member.objects.unscoped().filter(pk=member.pk).update(restricted=True)
    sweep = opened(county)
    of = return_of(sweep, branch)
    assert blockers_to_submit(of) == ["还没有确认在家党员的摸排"]
    assert not Todo.objects.unscoped().filter(organisation=branch, text__contains="核实 1 名").exists()
    canvassing.nil_return(of=of, by=secretary_actor, now=LATER)
    assert Item.objects.unscoped().unanswered().filter(sweep=sweep).count() == 1  # the county's to answer


def test_a_nil_return_taken_back_is_none_any_more(
    make_member: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    member = make_member(branch)
    of = return_of(opened(county), branch)
    canvassing.nil_return(of=of, by=secretary_actor, now=LATER)
    returns.take_back(of=of, by=secretary_actor, now=LATER)
    of.refresh_from_db()
    assert not of.is_nil
    canvassing.note_finding(
        of=of, member=member, kind="out", values={"left_on": "2026-10-02"}, by=secretary_actor, now=LATER
    )
    with pytest.raises(Blocked, match="不是零报告"):
        canvassing.nil_return(of=of, by=secretary_actor, now=LATER)


def test_a_next_quarter_that_is_still_opening_ends_nothing(
    away: Any, county: Organisation, branch: Organisation
) -> None:
    away(branch, **FRESH)
    old = opened(county)
    opening.open_sweep(organisation=county, by=SYSTEM, now=NOW + dt.timedelta(days=100))  # its job has not run
    assert dict(balance.sheet(old, branch.path).figures) == {"opening": 1, "closing": 1}


def test_whose_membership_is_suspended_stays_in_the_books(
    away: Any, county: Organisation, branch: Organisation
) -> None:
    member = away(branch, **FRESH)
    Member.objects.unscoped().filter(pk=member.pk).update(party_status="stopped")
    sweep = opened(county)
    assert not Item.objects.unscoped().filter(member=member).exists()
    assert dict(balance.sheet(sweep, branch.path).figures) == {"opening": 1, "closing": 1}


def test_an_import_that_brought_a_person_in_can_still_be_taken_back(
    make_member: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    sweep = opened(county)
    member = make_member(branch)
    open_journey(member=member, direction="out", values={"left_on": "2026-10-02"}, by=secretary_actor, now=LATER)
    assert item(member).answer == "new"
    Item.objects.unscoped().get(sweep=sweep, member=member)

    assert set().union(*hooks.members_bound.call(ids=[member.pk])) == set()
    hooks.members_removed.call(ids=[member.pk])
    assert not Item.objects.unscoped().filter(member=member).exists()


def test_what_was_confirmed_by_proxy_is_accepted_by_somebody_else(
    away: Any, county: Organisation, branch: Organisation, town_actor: Actor, secretary_actor: Actor
) -> None:
    away(branch, **FRESH)
    of = return_of(opened(county), branch)
    answering.confirm_all(of=of, by=town_actor, on_behalf="何建国", now=LATER)
    canvassing.confirm_canvass(of=of, by=secretary_actor, now=LATER)
    returns.submit(of=of, by=secretary_actor, now=LATER)
    with pytest.raises(Blocked, match="由别人接收"):
        returns.accept(of=of, by=town_actor, now=LATER)
