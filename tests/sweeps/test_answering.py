"""Answers: what each writes in the register, once; who may; undone; put off; and what ordinary work answers by itself."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from audit.models import Change, Event
from branches.models import Organisation
from core.actors import SYSTEM, Actor
from core.errors import Blocked, NotAllowed, UserError
from members.actions.journeys import edit_journey, end_journey, open_journey
from members.actions.people import edit_member, move_member
from members.enums import EVIDENCE
from members.models import Evidence, Freshness, Journey, LostContact, Member
from sweeps.actions import answering
from sweeps.actions.answering import Given, Taken
from sweeps.enums import Answer, ItemState, Way
from sweeps.models import Item
from tests.conftest import plant
from tests.sweeps.quarter import DAY, FRESH, LATER, NOW, item, opened, return_of

STALE = {**FRESH, "phone": 91, "employer": 181}


def know(member: Member, by: Actor, *, now: dt.datetime = LATER, version: int | None = None, **given: Any) -> Item:
    return answering.answer(
        sweep=item(member).sweep, member=member, given=Given(**given), by=by, version=version, now=now
    )


def test_unchanged_proves_exactly_what_was_confirmed(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    member = away(branch, **STALE)
    opened(county)
    know(member, secretary_actor, confirmed=["phone", "employer"])
    found = item(member)
    assert (found.state, found.answer, found.way) == ("answered", "unchanged", "phone")
    fresh = Freshness.objects.unscoped().get(member=member)
    assert (fresh.phone_on, fresh.employer_on, fresh.phone_from) == (LATER.date(), LATER.date(), "sweep")
    assert fresh.place_on == DAY - dt.timedelta(days=10)
    assert not Change.objects.unscoped().filter(object_id=member.public_id).exists()
    assert Event.objects.unscoped().filter(kind="sweep_answered").count() == 1


def test_every_field_that_is_asked_needs_its_answer(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    member = away(branch, **STALE)
    opened(county)
    with pytest.raises(UserError, match="单位与行业"):
        know(member, secretary_actor, confirmed=["phone"])
    assert item(member).state == ItemState.OPEN


def test_changed_writes_the_register_and_undo_gives_it_back(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    member = away(branch, **STALE)
    phone = member.reveal("phone")
    opened(county)
    know(member, secretary_actor, values={"phone": "19900123456", "employer": "某物流站"}, way=Way.WECHAT)
    member.refresh_from_db()
    journey = Journey.objects.unscoped().get(member=member)
    assert (item(member).answer, member.reveal("phone"), journey.employer) == ("changed", "19900123456", "某物流站")
    answering.undo(sweep=item(member).sweep, member=member, by=secretary_actor, now=LATER)
    member.refresh_from_db()
    journey.refresh_from_db()
    assert (item(member).state, item(member).ask, member.reveal("phone"), journey.employer) == (
        "open",
        item(member).asked,
        phone,
        "",
    )
    assert not Evidence.objects.unscoped().filter(member=member, source="sweep").exists()


def test_a_second_answer_takes_the_place_of_the_first(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    member = away(branch, **STALE)
    phone = member.reveal("phone")
    opened(county)
    know(member, secretary_actor, values={"phone": "19900123456"}, confirmed=["employer"])
    know(member, secretary_actor, values={"phone": phone}, confirmed=["employer"])
    member.refresh_from_db()
    assert (item(member).answer, member.reveal("phone")) == ("unchanged", phone)
    assert Evidence.objects.unscoped().get(member=member, source="sweep").fields == "phone,employer"


def test_an_answer_changed_since_in_the_register_is_not_taken_back(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    member = away(branch, **STALE)
    opened(county)
    know(member, secretary_actor, values={"phone": "19900123456"}, confirmed=["employer"])
    edit_member(member=member, values={"home_address": "何寨村 12 号"}, by=secretary_actor, now=LATER)
    with pytest.raises(Blocked, match="又有改动"):
        answering.undo(sweep=item(member).sweep, member=member, by=secretary_actor, now=LATER)
    assert item(member).state == ItemState.ANSWERED


@pytest.mark.parametrize(("given", "state"), [("returned", "returned"), ("transferred", "transferred")])
def test_an_ending_ends_the_journey(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor, given: str, state: str
) -> None:
    member = away(branch)
    opened(county)
    know(member, secretary_actor, answer=Answer(given), on="2026-10-05")
    stay = Journey.objects.unscoped().get(member=member)
    assert (stay.state, stay.ended_on.iso(), item(member).answer) == (state, "2026-10-05", given)
    answering.undo(sweep=item(member).sweep, member=member, by=secretary_actor, now=LATER)
    stay.refresh_from_db()
    assert (stay.state, stay.ended_on) == ("away", None)


def test_unreachable_begins_to_count_and_death_closes_the_record(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    member, dead = away(branch), away(branch)
    opened(county)
    know(member, secretary_actor, answer=Answer.UNREACHABLE, since="2026-06")
    spell = LostContact.objects.unscoped().get(member=member)
    assert (spell.state, spell.since.iso()) == ("counting", "2026-06")
    know(dead, secretary_actor, answer=Answer.DECEASED, on="2026-09-30")
    dead.refresh_from_db()
    assert (dead.party_status, Journey.objects.unscoped().get(member=dead).state) == ("deceased", "closed")
    with pytest.raises(Blocked, match="档案"):
        answering.undo(sweep=item(dead).sweep, member=dead, by=secretary_actor, now=LATER)


def test_not_reached_comes_back_in_three_days(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    member = away(branch)
    sweep = opened(county)
    answering.not_reached(sweep=sweep, member=member, reason="off", by=secretary_actor, version=1, now=LATER)
    again = answering.not_reached(sweep=sweep, member=member, reason="off", by=secretary_actor, version=1, now=LATER)
    assert (again.state, again.tries, again.next_on) == ("trying", 1, LATER.date() + dt.timedelta(days=3))
    mine = Item.objects.unscoped()
    assert not mine.due(LATER.date() + dt.timedelta(days=2)).exists()
    assert mine.due(LATER.date() + dt.timedelta(days=3)).exists()


def test_the_same_answer_ten_times_is_one_and_another_hand_is_told(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor, town_actor: Actor
) -> None:
    member = away(branch, **STALE)
    opened(county)
    for _ in range(10):
        know(member, secretary_actor, confirmed=["phone", "employer"], version=1)
    assert Evidence.objects.unscoped().filter(member=member).count() == 1
    with pytest.raises(Taken, match="何建国"):
        know(member, town_actor, answer=Answer.RETURNED, on="2026-10-05", version=1, on_behalf="何建国")
    assert Journey.objects.unscoped().get(member=member).state == "away"


@pytest.mark.parametrize(
    "mended",
    [
        {"values": {"phone": "19900123457"}, "confirmed": ["employer"]},
        {"values": {"phone": "19900123456"}, "unknown": ["employer"]},
        {"values": {"phone": "19900123456"}, "confirmed": ["employer"], "note": "换了"},
    ],
)
def test_a_mended_answer_from_an_old_page_is_not_taken_for_the_first(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor, mended: dict[str, Any]
) -> None:
    member = away(branch, **STALE)
    opened(county)
    first = {"values": {"phone": "19900123456"}, "confirmed": ["employer"]}
    know(member, secretary_actor, version=1, **first)
    with pytest.raises(Taken):
        know(member, secretary_actor, version=1, **mended)
    assert know(member, secretary_actor, version=1, **first).version == item(member).version == 2
    assert "123456" not in item(member).deed


def test_the_level_above_says_from_whom_it_has_this(
    away: Any, county: Organisation, branch: Organisation, town_actor: Actor
) -> None:
    member = away(branch, **STALE)
    opened(county)
    with pytest.raises(UserError, match="谁提供"):
        know(member, town_actor, confirmed=["phone", "employer"])
    know(member, town_actor, confirmed=["phone", "employer"], on_behalf="何建国（支部书记）", way=Way.PAPER)
    assert (item(member).on_behalf, item(member).answered_by.id) == ("何建国（支部书记）", town_actor.id)


def test_nobody_answers_for_another_town(
    away: Any, county: Organisation, branch: Organisation, other_town_actor: Actor, auditor_actor: Actor
) -> None:
    member = away(branch, **STALE)
    opened(county)
    for by in (other_town_actor, auditor_actor):
        with pytest.raises(NotAllowed):
            know(member, by, confirmed=["phone", "employer"])


def test_all_as_they_were_is_for_fresh_records_only_and_proves_nothing(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    fresh, stale = away(branch, **FRESH), away(branch, **STALE)
    sweep = opened(county)
    of = return_of(sweep, branch)
    assert answering.confirm_all(of=of, by=secretary_actor, now=LATER) == 1
    assert answering.confirm_all(of=of, by=secretary_actor, now=LATER) == 0
    assert (item(fresh).answer, item(stale).state) == ("unchanged", "open")
    assert not Evidence.objects.unscoped().filter(member=fresh).exists()


# -- what ordinary work answers -----------------------------------------------------------------


def test_proof_from_elsewhere_is_not_asked_again(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    member = away(branch, **STALE)
    opened(county)
    edit_member(member=member, values={"phone": "19900654321"}, by=secretary_actor, now=LATER)
    assert (item(member).state, item(member).fields_to_ask) == ("open", ["employer"])
    journey = Journey.objects.unscoped().get(member=member)
    edit_journey(journey=journey, values={"employer": "某厂"}, by=secretary_actor, now=LATER)
    assert (item(member).state, item(member).answer, item(member).way) == ("answered", "changed", "record")


def test_what_one_quarter_learns_the_one_before_asks_no_more(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    later = NOW + dt.timedelta(days=95)
    member, other = away(branch, **STALE), away(branch, **STALE)
    before, sweep = opened(county), opened(county, now=later)
    asked = {(one.sweep_id, one.member_id): one for one in Item.objects.unscoped()}
    assert {one.fields_to_ask[0] for one in asked.values()} == {"phone"}
    fields = asked[sweep.pk, member.pk].fields_to_ask
    by: dict[str, Any] = {"sweep": sweep, "by": secretary_actor, "now": later}
    answering.answer(member=member, given=Given(confirmed=fields), **by)
    answering.answer(member=other, given=Given(answer=Answer.RETURNED, on="2026-12-30"), **by)
    old = {one.member_id: one for one in Item.objects.unscoped().filter(sweep=before)}
    assert [(old[one.pk].state, old[one.pk].answer, old[one.pk].way) for one in (member, other)] == [
        ("answered", "unchanged", "record"), ("answered", "returned", "record"),
    ]  # fmt: skip
    answering.undo(member=member, **by)
    assert Item.objects.unscoped().get(sweep=before, member=member).state == "open"


def test_saving_another_field_proves_nothing(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    member = away(branch, **STALE)
    opened(county)
    edit_member(member=member, values={"note": "喜欢下棋"}, by=secretary_actor, now=LATER)
    assert (item(member).state, item(member).ask) == ("open", item(member).asked)


def test_who_leaves_or_returns_meanwhile_is_answered(
    away: Any, make_member: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    returns, leaves = away(branch), make_member(branch)
    opened(county)
    end_journey(
        journey=Journey.objects.unscoped().get(member=returns),
        outcome="returned",
        on="2026-10-03",
        by=secretary_actor,
        now=LATER,
    )
    assert (item(returns).state, item(returns).answer) == ("answered", "returned")
    open_journey(member=leaves, direction="out", values={"left_on": "2026-10-02"}, by=secretary_actor, now=LATER)
    assert (item(leaves).answer, item(leaves).asked, item(leaves).origin) == ("new", 0, 2)


def test_an_open_question_moves_with_the_person(
    away: Any, county: Organisation, branch: Organisation, other_branch: Organisation, town_actor: Actor
) -> None:
    member = away(branch)
    opened(county)
    move_member(member=member, to=other_branch, by=town_actor, now=LATER)
    assert item(member).path == other_branch.path


def test_a_branch_founded_meanwhile_gets_its_return_with_its_first_person(
    away: Any, county: Organisation, town: Organisation, branch: Organisation, town_actor: Actor
) -> None:
    member = away(branch, **STALE)
    opened(county)
    founded = plant("中共云湖县马店镇新村支部委员会", "新村党支部", "631", town, 9)
    move_member(member=member, to=founded, by=town_actor, now=LATER)
    know(member, town_actor, confirmed=["phone", "employer"], on_behalf="新书记")
    assert (item(member).state, item(member).path) == ("answered", founded.path)


def test_restricted_people_are_known_to_the_county_only(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor, county_actor: Actor
) -> None:
    member = away(branch)
    opened(county)
    edit_member(member=member, values={"restricted": True}, by=county_actor, now=LATER)
    assert not Item.objects.visible_to(secretary_actor).exists()
    assert Item.objects.visible_to(county_actor).count() == 1


def test_the_system_answers_like_anybody(away: Any, county: Organisation, branch: Organisation) -> None:
    member = away(branch)
    opened(county)
    know(member, SYSTEM, confirmed=list(EVIDENCE), now=NOW)
    assert item(member).is_answered


def test_somebody_without_a_stay_is_shown_like_anybody(
    make_member: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    member = make_member(branch)
    LostContact.objects.create(
        member=member, state="counting", since="2026-01", home_path=branch.path, created_at=NOW, updated_at=NOW
    )
    opened(county)
    assert Item.objects.visible_to(secretary_actor).with_facts().get().stay is None
