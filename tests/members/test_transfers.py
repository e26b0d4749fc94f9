"""Transfers of membership between two of ours and to the outside; mobile branch beside the home; guests."""

from __future__ import annotations

import datetime as dt

import pytest

from branches.rules import set_rule
from core import clock
from core.actors import SYSTEM, acting_as
from core.errors import Blocked, NotAllowed, UserError
from inbox.models import Message, Todo
from members.actions import belonging, check_in, journeys, steps, transfers, waiting
from members.filters import Chosen
from members.listing import LISTS
from members.models import Evidence, Journey, JourneyStep, Member, Membership, Transfer
from members.views.transfers import transfer_facts
from tests.conftest import next_identity

pytestmark = pytest.mark.django_db
TODAY = clock.today()


@pytest.fixture
def member(branch, make_member):
    return make_member(branch, name="何小明")


@pytest.fixture
def mobile(foreign_branch):
    foreign_branch.marks = ["mobile"]
    foreign_branch.save()
    return foreign_branch


@pytest.fixture
def journey(member, secretary_actor):
    with acting_as(secretary_actor):
        return journeys.open_journey(member=member, direction="out", values={"left_on": "2024-07"}, by=secretary_actor)


@pytest.fixture
def asked(journey, foreign_branch, secretary_actor):
    with acting_as(secretary_actor):
        return transfers.ask_transfer(
            member=journey.member, to=foreign_branch, letter_on=TODAY, by=secretary_actor, key="k"
        )


def causes():
    return {todo.cause.partition(":")[0]: todo.organisation.short_name for todo in Todo.objects.unscoped().open()}


def homes():
    return list(
        Membership.objects.unscoped()
        .filter(ends_on=None)
        .values_list("kind", "organisation__short_name")
        .order_by("kind")
    )


def last():
    return JourneyStep.objects.unscoped().filter(undone_at__isnull=True).order_by("pk").last()


def test_asking_leaves_the_member_at_home(asked, member, branch, foreign_branch, secretary_actor):
    member.refresh_from_db()
    assert (member.home, asked.state) == (branch, "asked")
    assert (asked.due_on, asked.valid_until) == (TODAY + dt.timedelta(days=30), TODAY + dt.timedelta(days=90))
    assert causes() == {"transfer": foreign_branch.short_name}
    with acting_as(secretary_actor):
        with pytest.raises(Blocked, match="正在转接"):
            transfers.ask_transfer(member=member, to=foreign_branch, letter_on=TODAY, by=secretary_actor)
        with pytest.raises(Blocked, match="正在转接"):
            journeys.end_journey(journey=asked.journey, outcome="returned", on="2026", by=secretary_actor)
        again = transfers.ask_transfer(member=member, to=foreign_branch, letter_on=TODAY, by=secretary_actor, key="k")
        assert again.pk == asked.pk
        with pytest.raises(NotAllowed):
            transfers.receive_transfer(transfer=asked, on=TODAY, by=secretary_actor)


def test_receiving_moves_the_member_and_ends_the_journey(asked, foreign_branch, other_town_actor, secretary_actor):
    with acting_as(other_town_actor):
        seen = Transfer.objects.visible_to(other_town_actor).get()
        done = transfers.receive_transfer(transfer=seen, on=TODAY, by=other_town_actor, version=seen.version)
        again = transfers.receive_transfer(transfer=seen, on=TODAY, by=other_town_actor, version=seen.version)
        moved = Member.objects.visible_to(other_town_actor).get()
        journey = Journey.objects.visible_to(other_town_actor).get()
    assert (done.state, done.received_on, again.version) == ("received", TODAY, 2)
    assert (moved.home, journey.state, journey.home_path) == (foreign_branch, "transferred", foreign_branch.path)
    assert homes() == [("home", foreign_branch.short_name)]
    assert causes() == {}
    assert Message.objects.unscoped().get().title == f"{foreign_branch.short_name}已接收何小明的组织关系"
    with acting_as(secretary_actor):
        assert not Member.objects.visible_to(secretary_actor).exists()
        assert Transfer.objects.visible_to(secretary_actor).get().state == "received", "the sender sees the receipt"


def test_the_receipt_can_be_taken_back_within_a_day(asked, branch, foreign_branch, other_town_actor, secretary_actor):
    with acting_as(other_town_actor):
        transfers.receive_transfer(transfer=asked, on=TODAY, by=other_town_actor)
        steps.undo_step(step=last(), by=other_town_actor)
    asked.refresh_from_db()
    assert (asked.state, asked.answered_at, asked.received_on) == ("asked", None, None)
    assert homes() == [("home", branch.short_name)]
    assert causes() == {"transfer": foreign_branch.short_name}
    with acting_as(secretary_actor):
        assert Journey.objects.visible_to(secretary_actor).get().state == "away"
        steps.undo_step(step=last(), by=secretary_actor)
    assert not Transfer.objects.unscoped().exists()
    assert causes() == {}


def test_the_other_side_sends_back_or_the_home_takes_back(
    asked, member, branch, foreign_branch, other_town_actor, secretary_actor
):
    with acting_as(other_town_actor):
        with pytest.raises(UserError, match="原因"):
            transfers.refuse_transfer(transfer=asked, reason="", by=other_town_actor)
        with pytest.raises(NotAllowed):
            transfers.withdraw_transfer(transfer=asked, reason="不转了", by=other_town_actor)
        transfers.refuse_transfer(transfer=asked, reason="介绍信写错了支部", by=other_town_actor)
        with pytest.raises(Blocked, match="已退回"):
            transfers.receive_transfer(transfer=asked, on=TODAY, by=other_town_actor)
    with acting_as(secretary_actor):
        second = transfers.ask_transfer(member=member, to=foreign_branch, letter_on=TODAY, by=secretary_actor)
        back = transfers.withdraw_transfer(transfer=second, reason="本人不转了", by=secretary_actor)
    member.refresh_from_db()
    assert (back.state, member.home, causes()) == ("withdrawn", branch, {})


def test_the_sender_is_told_when_the_receipt_is_late(asked, branch, foreign_branch):
    clocked = dt.datetime.combine(asked.due_on, dt.time(1), dt.UTC)
    waiting.bring_up_to_date(clocked)
    assert set(causes()) == {"transfer"}
    waiting.bring_up_to_date(clocked + dt.timedelta(days=1))
    waiting.bring_up_to_date(clocked + dt.timedelta(days=2))
    assert causes() == {"transfer": foreign_branch.short_name, "transfer-late": branch.short_name}


@pytest.mark.parametrize(
    ("days", "said"),
    [(30, []), (31, ["超期 1 天"]), (90, ["超期 60 天"]), (91, ["已过期", "超期 61 天"])],
)
def test_letter_and_receipt_are_over_the_day_after_their_last(asked, days, said):
    facts = transfer_facts(asked, TODAY + dt.timedelta(days=days))
    assert [fact.note for fact in facts if fact.note] == said


def test_the_days_of_letter_and_receipt_are_the_senders_rule(journey, town, foreign_branch, secretary_actor):
    for key, days in (("letter_days", 45), ("receipt_days", 20)):
        set_rule(organisation=town, key=key, value=days, starts_on=TODAY, by=SYSTEM)
    with acting_as(secretary_actor):
        letter = TODAY - dt.timedelta(days=3)
        sent = transfers.ask_transfer(
            member=journey.member, to=foreign_branch, letter_on=letter, by=secretary_actor, key="k"
        )
    assert (sent.valid_until - letter, sent.due_on - letter) == (dt.timedelta(days=45), dt.timedelta(days=20))


def test_to_the_outside_the_receipt_is_noted_by_the_home(journey, member, branch, secretary_actor):
    with acting_as(secretary_actor):
        with pytest.raises(UserError, match="哪个党组织"):
            transfers.ask_transfer(member=member, letter_on=TODAY, by=secretary_actor)
        with pytest.raises(UserError, match="还没有到"):
            transfers.ask_transfer(
                member=member, to_text="某支部", letter_on=TODAY + dt.timedelta(days=1), by=secretary_actor
            )
        sent = transfers.ask_transfer(member=member, to_text="昆山某社区支部", letter_on=TODAY, by=secretary_actor)
        assert causes() == {"transfer-late": branch.short_name}
        transfers.receive_transfer(transfer=sent, on=TODAY, by=secretary_actor)
        gone = Member.objects.visible_to(secretary_actor).get()
        assert (gone.party_status, homes()) == ("moved", [])
        assert not Member.objects.visible_to(secretary_actor).registered().exists()
        steps.undo_step(step=last(), by=secretary_actor)
    member.refresh_from_db()
    assert (member.party_status, homes()) == ("normal", [("home", branch.short_name)])


def test_the_mobile_branch_may_become_the_home(journey, member, mobile, county_actor):
    with acting_as(county_actor):
        belonging.join_mobile(member=member, branch=mobile, by=county_actor)
        assert homes() == [("home", "何寨村党支部"), ("mobile", mobile.short_name)]
        sent = transfers.ask_transfer(member=member, to=mobile, letter_on=TODAY, by=county_actor)
        transfers.receive_transfer(transfer=sent, on=TODAY, by=county_actor)
        assert homes() == [("home", mobile.short_name)]
        steps.undo_step(step=last(), by=county_actor)
    member.refresh_from_db()
    assert (member.care, homes()) == (mobile, [("home", "何寨村党支部"), ("mobile", mobile.short_name)])


# -- two branches at once -----------------------------------------------------------------------


def test_both_secretaries_see_the_person_and_nobody_counts_twice(
    member, branch, mobile, county_actor, other_town_actor, secretary_actor
):
    with acting_as(secretary_actor), pytest.raises(NotAllowed, match="由对方确认"):
        belonging.join_mobile(member=member, branch=mobile, by=secretary_actor)
    with acting_as(county_actor):
        with pytest.raises(Blocked, match="不是流动党员党组织"):
            belonging.join_mobile(member=member, branch=branch, by=county_actor)
        for _ in range(2):
            belonging.join_mobile(member=member, branch=mobile, by=county_actor)
    for actor in (secretary_actor, other_town_actor, county_actor):
        with acting_as(actor):
            assert Member.objects.visible_to(actor).count() == 1
    counted = {
        key: [
            LISTS[key].queryset(actor, Chosen(())).count()
            for actor in (secretary_actor, other_town_actor, county_actor)
        ]
        for key in ("members", "mobile", "in")
    }
    assert counted == {"members": [1, 0, 1], "mobile": [0, 1, 1], "in": [0, 0, 0]}, "at home, and nowhere else"
    with acting_as(other_town_actor):
        belonging.quit_mobile(member=member, by=other_town_actor)
        assert not Member.objects.visible_to(other_town_actor).exists()
    assert homes() == [("home", branch.short_name)]


# -- arrivals -----------------------------------------------------------------------------------


PERSON = {"name": "吕大勇", "phone": "19900123123"}
STAY = {"home_text": "外县某村党支部", "left_on": "2026-03", "employer": "某快递站", "wish": "host"}


def test_check_in_makes_person_and_stay(branch, secretary_actor, other_town_actor):
    with acting_as(secretary_actor):
        stays = [
            check_in.check_in(branch=branch, person=PERSON, stay=STAY, by=secretary_actor, key="k") for _ in range(2)
        ]
        with pytest.raises(UserError, match="同名同电话"):
            check_in.check_in(branch=branch, person=PERSON, stay=STAY, by=secretary_actor)
        with pytest.raises(UserError, match="联系电话"):
            check_in.check_in(branch=branch, person={"name": "吕小勇"}, stay=STAY, by=secretary_actor)
    guest = stays[0].member
    assert stays[0].pk == stays[1].pk
    assert (guest.home, guest.care, stays[0].host_path, stays[0].state) == (None, branch, branch.path, "arrived")
    assert {proof.source for proof in Evidence.objects.unscoped()} == {"check_in"}
    with acting_as(other_town_actor), pytest.raises(NotAllowed):
        check_in.check_in(branch=branch, person=PERSON, stay=STAY, by=other_town_actor)


def test_check_in_can_be_taken_back(branch, secretary_actor):
    with acting_as(secretary_actor):
        check_in.check_in(branch=branch, person=PERSON, stay=STAY, by=secretary_actor)
        steps.undo_step(step=last(), by=secretary_actor)
    for model in (Journey, Member, Membership, Evidence):
        assert not model.objects.unscoped().exists(), model


def test_a_known_number_gets_the_neutral_sentence(branch, foreign_branch, make_member, secretary_actor):
    identity = next_identity()
    make_member(foreign_branch, identity=identity)
    with acting_as(secretary_actor), pytest.raises(UserError, match="暂时不能登记"):
        check_in.check_in(branch=branch, person={**PERSON, "identity": identity}, stay=STAY, by=secretary_actor)


def test_a_guest_becomes_one_of_ours(branch, other_branch, town_actor, secretary_actor):
    with acting_as(town_actor):
        stay = check_in.check_in(branch=branch, person=PERSON, stay=STAY, by=town_actor)
        with pytest.raises(Blocked, match="身份证号"):
            belonging.admit_guest(member=stay.member, home=branch, by=town_actor)
        stay.member.put_sealed("identity", next_identity())
        stay.member.save()
        ours = belonging.admit_guest(member=stay.member, home=other_branch, by=town_actor)
        again = belonging.admit_guest(member=stay.member, home=other_branch, by=town_actor)
        assert not Member.objects.visible_to(town_actor).guests().exists()
    stay.refresh_from_db()
    assert (ours.home, ours.care, again.pk, stay.state) == (other_branch, None, ours.pk, "transferred")
    assert homes() == [("home", other_branch.short_name)]
