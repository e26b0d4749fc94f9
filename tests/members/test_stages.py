"""The steps of a journey by hand: departure, arrival at a host of ours, changes, talks, endings, and taking them back."""

from __future__ import annotations

import datetime as dt

import pytest

from branches.rules import set_rule
from core import clock
from core.actors import SYSTEM, acting_as
from core.domain.dates import PartialDate
from core.errors import Blocked, NotAllowed, StaleVersion, UserError
from exchange.actions.applies import apply
from exchange.actions.batches import upload
from exchange.actions.checks import check
from inbox.models import Todo
from members.actions import journeys, stages, steps
from members.actions import waiting as waiting_now
from members.models import Evidence, Journey, JourneyStep, Member, Membership

pytestmark = pytest.mark.django_db
SOON = (clock.today() + dt.timedelta(days=10)).isoformat()
REPORT = {"left_on": SOON, "region_code": "320583", "reason": "work", "wish": "mobile"}


@pytest.fixture
def member(branch, make_member):
    return make_member(branch, name="何小明")


@pytest.fixture
def mobile(foreign_branch):
    foreign_branch.marks = ["mobile"]
    foreign_branch.save()
    return foreign_branch


@pytest.fixture
def reported(member, mobile, secretary_actor):
    with acting_as(secretary_actor):
        return journeys.report_departure(
            member=member, values={**REPORT, "host": mobile}, by=secretary_actor, promised=True, confirmed=["phone"]
        )


def waiting():
    return set(Todo.objects.open().values_list("cause", "organisation__short_name"))


def kinds(journey):
    steps_there = JourneyStep.objects.unscoped().filter(journey=journey, undone_at__isnull=True)
    return list(steps_there.order_by("pk").values_list("kind", flat=True))


def test_a_departure_is_reported_before_it_happens(reported, member, branch, mobile):
    assert (reported.state, reported.left_on.iso(), reported.wish) == ("reported", SOON, "mobile")
    assert reported.promised_on == clock.today()
    assert JourneyStep.objects.unscoped().get().on.day == clock.today(), "reported today, whenever it begins"
    assert (reported.home_path, reported.host_path) == (branch.path, mobile.path)
    assert {proof.fields for proof in Evidence.objects.unscoped()} == {"phone,place,reason"}
    journey = reported.public_id
    assert waiting() == {
        (f"journey-departure:{journey}", branch.short_name),
        (f"journey-arrival:{journey}", mobile.short_name),
    }
    assert not Journey.objects.unscoped().under_way().exists(), "still at home"


@pytest.mark.parametrize(
    ("left", "days", "due"),
    [(10, None, 40), (0, None, 30), (-5, None, 30), (10, 7, 17)],  # from the departure on, and never in the past
)
def test_the_host_confirms_within_the_days_of_its_rule(member, mobile, secretary_actor, left, days, due):
    today = clock.today()
    if days:
        set_rule(organisation=mobile, key="arrival_days", value=days, starts_on=today, by=SYSTEM)
    left_on = (today + dt.timedelta(days=left)).isoformat()
    with acting_as(secretary_actor):
        journeys.report_departure(
            member=member, values={**REPORT, "left_on": left_on, "host": mobile}, by=secretary_actor
        )
    asked = Todo.objects.unscoped().get(cause__startswith="journey-arrival")
    assert asked.due_on == today + dt.timedelta(days=due)


def test_a_departure_needs_its_date(member, secretary_actor):
    with acting_as(secretary_actor), pytest.raises(UserError, match="什么时候走"):
        journeys.report_departure(member=member, values={}, by=secretary_actor)


def test_what_is_only_reported_cannot_return(reported, secretary_actor):
    with acting_as(secretary_actor):
        with pytest.raises(Blocked, match="还不能返乡登记"):
            journeys.end_journey(journey=reported, outcome="returned", on="2026", by=secretary_actor)
        closed = journeys.end_journey(
            journey=reported, outcome="closed", on=clock.today().isoformat(), by=secretary_actor
        )
    assert closed.state == "closed", "the plan was given up"


def test_departure_makes_away_and_closes_the_to_do(reported, secretary_actor, mobile):
    today = clock.today().isoformat()
    with acting_as(secretary_actor):
        away = stages.depart(journey=reported, on=today, by=secretary_actor, version=1)
        again = stages.depart(journey=reported, on=today, by=secretary_actor, version=1)
        with pytest.raises(UserError, match="还没有到"):
            journeys.edit_journey(
                journey=away, values={"left_on": (clock.today() + dt.timedelta(days=3)).isoformat()}, by=secretary_actor
            )
    assert (away.state, away.left_on.iso(), again.version) == ("away", today, 2)
    assert {cause.partition(":")[0] for cause, _where in waiting()} == {"journey-arrival"}


def test_the_host_confirms_and_a_mobile_branch_takes_in(reported, mobile, other_town_actor, town_actor):
    with acting_as(town_actor), pytest.raises(NotAllowed):
        stages.confirm_arrival(journey=reported, on="2026", by=town_actor)
    with acting_as(other_town_actor):
        seen = Journey.objects.visible_to(other_town_actor).get(pk=reported.pk)
        arrived = stages.confirm_arrival(journey=seen, on=clock.today().isoformat(), by=other_town_actor, version=1)
        assert Member.objects.visible_to(other_town_actor).get().care == mobile
    assert arrived.state == "arrived"
    assert waiting() == set()
    assert set(Membership.objects.unscoped().filter(ends_on=None).values_list("kind", flat=True)) == {"home", "mobile"}


def test_an_ordinary_host_sees_the_journey_and_not_the_file(member, foreign_branch, secretary_actor, other_town_actor):
    with acting_as(secretary_actor):
        journey = journeys.open_journey(
            member=member, direction="out", values={"host": foreign_branch}, by=secretary_actor
        )
    with acting_as(other_town_actor):
        stages.confirm_arrival(journey=journey, on="2026-11", by=other_town_actor)
        assert not Member.objects.visible_to(other_town_actor).exists()
        with pytest.raises(NotAllowed):
            journeys.edit_journey(journey=journey, values={"employer": "某厂"}, by=other_town_actor)
        with pytest.raises(NotAllowed):
            journeys.end_journey(journey=journey, outcome="closed", on="2026", by=other_town_actor)
        stages.note_step(journey=journey, kind="contact", on="2026-11", text="来过支部", by=other_town_actor)
        changed = stages.record_change(
            journey=journey, values={"employer": "某物流站"}, on="2026-11", phone="19900555666", by=other_town_actor
        )
    member.refresh_from_db()
    assert (changed.employer, member.reveal("phone")) == ("某物流站", "19900555666")


def test_a_refusal_has_its_reason_and_can_be_taken_back(reported, other_town_actor, secretary_actor, branch):
    with acting_as(other_town_actor):
        with pytest.raises(UserError, match="原因"):
            stages.refuse_arrival(journey=reported, reason=" ", by=other_town_actor)
        refused = stages.refuse_arrival(journey=reported, reason="本人没有来", by=other_town_actor, version=1)
    assert (refused.state, refused.refusal) == ("reported", "本人没有来")
    assert (f"journey-refusal:{refused.public_id}", branch.short_name) in waiting()
    step = JourneyStep.objects.unscoped().get(kind="refused")
    with acting_as(secretary_actor), pytest.raises(NotAllowed):
        steps.undo_step(step=step, by=secretary_actor)
    with acting_as(other_town_actor):
        fresh = steps.undo_step(step=step, by=other_town_actor)
    assert (fresh.refusal, kinds(fresh)) == ("", ["reported"])
    assert "journey-arrival" in {cause.partition(":")[0] for cause, _where in waiting()}


def test_notes_prove_only_what_was_ticked(reported, secretary_actor):
    Evidence.objects.unscoped().delete()
    with acting_as(secretary_actor):
        for _ in range(2):
            stages.note_step(
                journey=reported,
                kind="contact",
                on="2026-11-20",
                text="通电话",
                by=secretary_actor,
                confirmed=["phone"],
            )
        with pytest.raises(UserError, match="主要内容"):
            stages.note_step(journey=reported, kind="thoughts", on="2026-11", text="", by=secretary_actor)
        with pytest.raises(UserError, match="号码"):
            stages.note_step(journey=reported, kind="contact", on="2026-11", text="打19900111222", by=secretary_actor)
    assert kinds(reported) == ["reported", "contact"], "sent twice, noted once"
    proof = Evidence.objects.unscoped().get()
    assert (proof.fields, proof.source) == ("phone", "contact")


def test_a_new_address_is_where_the_member_is_since(reported, secretary_actor):
    with acting_as(secretary_actor):
        away = stages.depart(journey=reported, on="2026-05", by=secretary_actor)
        changed = stages.record_change(
            journey=away, values={"region_code": "330110"}, on="2026-10", by=secretary_actor, version=away.version
        )
        with pytest.raises(UserError, match="没有填写变化"):
            stages.record_change(journey=changed, values={"region_code": "330110"}, on="2026-11", by=secretary_actor)
        with pytest.raises(StaleVersion):
            stages.record_change(
                journey=changed, values={"employer": "某厂"}, on="2026-11", by=secretary_actor, version=1
            )
    assert (changed.placed_on.iso(), changed.region_code) == ("2026-10", "330110")
    assert JourneyStep.objects.unscoped().get(kind="changed").text == "去向区划"


# -- taking back --------------------------------------------------------------------------------


def last(journey):
    return JourneyStep.objects.unscoped().filter(journey=journey, undone_at__isnull=True).order_by("pk").last()


def test_each_step_goes_back_to_the_one_before(reported, mobile, secretary_actor, county_actor, member):
    with acting_as(county_actor):
        away = stages.depart(journey=reported, on="2026-05", by=county_actor)
        arrived = stages.confirm_arrival(journey=away, on="2026-06", by=county_actor)
        ended = journeys.end_journey(journey=arrived, outcome="returned", on="2026-11", by=county_actor)
        member.refresh_from_db()
        assert (ended.state, member.care) == ("returned", None), "the mobile branch lets go of whoever returns"
        for state, care in (("arrived", mobile), ("away", None), ("reported", None)):
            back = steps.undo_step(step=last(reported), by=county_actor)
            member.refresh_from_db()
            assert (back.state, member.care) == (state, care)
        assert back.left_on.iso() == SOON
        assert steps.undo_step(step=last(reported), by=county_actor) is None
    assert not Journey.objects.unscoped().exists()
    assert not Evidence.objects.unscoped().exists()
    assert waiting() == set()
    assert Membership.objects.unscoped().get().kind == "home"


def test_a_step_is_not_taken_back_after_a_day_or_a_change(reported, secretary_actor):
    step = last(reported)
    later = step.at + dt.timedelta(days=1, seconds=1)
    assert "超过一天" in steps.blockers_to_undo(step, later)[0]
    assert steps.blockers_to_undo(step, step.at + dt.timedelta(days=1)) == []
    with acting_as(secretary_actor):
        journeys.edit_journey(journey=reported, values={"employer": "某厂"}, by=secretary_actor)
        with pytest.raises(Blocked, match="又有人改过"):
            steps.undo_step(step=step, by=secretary_actor)
        stages.note_step(journey=reported, kind="contact", on="2026-11", text="", by=secretary_actor)
        with pytest.raises(Blocked, match="先撤销后面的"):
            steps.undo_step(step=step, by=secretary_actor)
        note = last(reported)
        steps.undo_step(step=note, by=secretary_actor)
        with pytest.raises(Blocked, match="已经撤销"):
            steps.undo_step(step=note, by=secretary_actor)


def test_a_form_sent_again_after_the_undo_says_so(member, secretary_actor):
    with acting_as(secretary_actor):
        opened = journeys.open_journey(member=member, direction="out", values={}, by=secretary_actor, key="k")
        steps.undo_step(step=last(opened), by=secretary_actor)
        with pytest.raises(UserError, match="又撤销了"):
            journeys.open_journey(member=member, direction="out", values={}, by=secretary_actor, key="k")


def test_what_was_settled_elsewhere_waits_for_nobody(reported, member, secretary_actor):
    Journey.objects.unscoped().filter(pk=reported.pk).update(state="returned")
    waiting_now.bring_up_to_date(clock.now())
    assert waiting() == set()


def test_dues_are_said_on_the_file(member, client_for, secretary_user):
    member.dues_paid_to = PartialDate.from_iso("2026-03")
    member.save()
    page = client_for(secretary_user).get(member.get_absolute_url()).content.decode()
    assert "交至 2026年3月" in page


def test_whoever_stands_in_a_ledger_has_left(reported, branch, secretary_actor):
    identity = reported.member.reveal("identity")
    table = f"姓名,身份证号码,外出时间,流出地\n何小明,{identity},2026-10,江苏省苏州市昆山市\n"
    with acting_as(secretary_actor):
        (batch,) = upload(
            data=table.encode(), name="流出党员台账.csv", by=secretary_actor, under=branch, kind="outflow"
        )
        apply(batch=check(batch=batch, by=secretary_actor), by=secretary_actor)
    reported.refresh_from_db()
    assert (reported.state, reported.left_on.iso()) == ("away", "2026-10")
