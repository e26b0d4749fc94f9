"""Returns: what stands in their way, who takes them, and books that close and stay closed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from accounts.actors import actor_for
from branches.models import Organisation
from core.actors import Actor
from core.errors import Blocked, NotAllowed, UserError
from inbox.models import Todo
from members.actions.journeys import end_journey, open_journey
from members.actions.people import move_member
from members.actions.steps import undo_step
from members.models import Journey, JourneyStep
from sweeps import balance
from sweeps.actions import answering, canvassing, returns
from sweeps.actions.answering import Given
from sweeps.blockers import blockers_to_close, blockers_to_submit
from sweeps.enums import Answer
from sweeps.models import BalanceName, Erratum, Item, Return
from tests.sweeps.quarter import FRESH, LATER, NOW, opened, return_of

CLOSING = NOW + dt.timedelta(days=80)


def stay(member: Any) -> Any:
    return Journey.objects.unscoped().get(member=member)


def hand_in(of: Return, by: Actor) -> Return:
    canvassing.confirm_canvass(of=of, by=by, now=LATER)
    return returns.submit(of=of, by=by, now=LATER)


def test_blockers_say_what_is_left(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    away(branch, **FRESH)
    sweep = opened(county)
    of = return_of(sweep, branch)
    assert blockers_to_submit(of) == ["还有 1 人没有核实", "还没有确认在家党员的摸排"]
    answering.confirm_all(of=of, by=secretary_actor, now=LATER)
    with pytest.raises(Blocked, match="摸排"):
        returns.submit(of=of, by=secretary_actor, now=LATER)
    hand_in(of, secretary_actor)
    of.refresh_from_db()
    assert of.state == "submitted"
    assert Todo.objects.unscoped().open().filter(cause=f"sweep-review:{of.public_id}").count() == 1


def test_a_branch_with_nobody_gives_its_nil_return_in_one_tap(
    away: Any,
    county: Organisation,
    branch: Organisation,
    other_branch: Organisation,
    secretary_actor: Actor,
    town_actor: Actor,
) -> None:
    away(other_branch)
    sweep = opened(county)
    of = return_of(sweep, branch)
    done = canvassing.nil_return(of=of, by=secretary_actor, now=LATER)
    assert (done.state, done.is_nil, done.canvassed_at) == ("submitted", True, LATER)
    with pytest.raises(Blocked, match="不是零报告"):
        canvassing.nil_return(of=return_of(sweep, other_branch), by=town_actor, on_behalf="吕书记", now=LATER)


def test_the_town_accepts_and_sends_back_but_not_what_it_keyed_in(
    away: Any, make_user: Any, county: Organisation, town: Organisation, branch: Organisation, other_branch: Organisation,
    secretary_actor: Actor, town_actor: Actor, other_town_actor: Actor,
) -> None:  # fmt: skip
    sweep = opened(county)
    of, keyed = return_of(sweep, branch), return_of(sweep, other_branch)
    canvassing.nil_return(of=of, by=secretary_actor, now=LATER)
    with pytest.raises(NotAllowed):
        returns.accept(of=of, by=secretary_actor, now=LATER)
    with pytest.raises(NotAllowed):
        returns.accept(of=of, by=other_town_actor, now=LATER)
    with pytest.raises(UserError, match="退回"):
        returns.send_back(of=of, comment="", by=town_actor, now=LATER)
    returns.send_back(of=of, comment="漏了两人", by=town_actor, now=LATER)
    assert Todo.objects.unscoped().open().filter(cause=f"sweep-sent_back:{of.public_id}").exists()
    returns.submit(of=of, by=secretary_actor, now=LATER)
    assert returns.accept(of=of, by=town_actor, now=LATER).state == "accepted"
    with pytest.raises(UserError, match="谁提供"):
        canvassing.nil_return(of=keyed, by=town_actor, now=LATER)
    keyed.refresh_from_db()
    assert (keyed.state, keyed.is_nil) == ("open", False)
    canvassing.nil_return(of=keyed, by=town_actor, on_behalf="吕书记", way="phone", now=LATER)
    with pytest.raises(Blocked, match="由别人接收"):
        returns.accept(of=keyed, by=town_actor, now=LATER)


def test_an_accepted_return_takes_no_more_answers(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    member = away(branch, **FRESH)
    sweep = opened(county)
    of = return_of(sweep, branch)
    answering.confirm_all(of=of, by=secretary_actor, now=LATER)
    hand_in(of, secretary_actor)
    with pytest.raises(Blocked, match="已上报"):
        answering.answer(
            sweep=sweep,
            member=member,
            given=Given(answer=Answer.RETURNED, on="2026-10-05"),
            by=secretary_actor,
            now=LATER,
        )
    returns.take_back(of=of, by=secretary_actor, now=LATER)
    answering.answer(
        sweep=sweep, member=member, given=Given(answer=Answer.RETURNED, on="2026-10-05"), by=secretary_actor, now=LATER
    )
    assert stay(member).state == "returned"


@pytest.fixture
def quarter(
    away: Any, make_member: Any, county: Organisation, branch: Organisation, other_branch: Organisation,
    secretary_actor: Actor, town_actor: Actor,
) -> Any:  # fmt: skip
    """A quarter in which somebody leaves, somebody returns, somebody moves, and an old stay is registered late."""
    stays, comes_back, moves = away(branch, **FRESH), away(branch, **FRESH), away(branch, **FRESH)
    leaves, late = make_member(branch, name="何新"), make_member(branch, name="何晚")
    sweep = opened(county)
    end_journey(journey=stay(comes_back), outcome="returned", on="2026-10-03", by=secretary_actor, now=LATER)
    move_member(member=moves, to=other_branch, by=town_actor, now=LATER)
    open_journey(member=leaves, direction="out", values={"left_on": "2026-10-02"}, by=secretary_actor, now=LATER)
    open_journey(member=late, direction="out", values={"left_on": "2026-03"}, by=secretary_actor, now=LATER)
    return sweep, {"stays": stays, "moves": moves, "leaves": leaves, "late": late, "comes_back": comes_back}


def test_every_name_is_under_one_term_and_the_sheet_balances(
    quarter: Any, county: Organisation, branch: Organisation, other_branch: Organisation
) -> None:
    sweep, _people = quarter
    here = balance.sheet(sweep, branch.path)
    assert dict(here.figures) == {"opening": 3, "out": 1, "late": 1, "returned": 1, "moved_out": 1, "closing": 3}
    assert here.balances
    there = balance.sheet(sweep, other_branch.path)
    assert dict(there.figures) == {"moved_in": 1, "closing": 1}
    assert there.balances
    whole = balance.sheet(sweep, county.path)
    assert (whole.figures["opening"], whole.figures["closing"], whole.balances) == (3, 4, True)


def test_a_stay_that_is_gone_without_an_ending_must_be_explained(quarter: Any, branch: Organisation) -> None:
    sweep, people = quarter
    Journey.objects.unscoped().filter(member=people["stays"]).delete()  # as the undo of an import does
    sheet = balance.sheet(sweep, branch.path)
    assert (sheet.figures["unexplained"], sheet.unexplained, sheet.balances) == (1, 1, False)
    assert "平衡表有 1 人没有说明去向" in blockers_to_submit(return_of(sweep, branch))


@pytest.fixture
def handed_in(
    quarter: Any, county: Organisation, town: Organisation, branch: Organisation, other_branch: Organisation,
    secretary_actor: Actor, town_actor: Actor, county_actor: Actor, make_user: Any,
) -> Any:  # fmt: skip
    """The quarter when every return below the county is accepted."""
    sweep, people = quarter
    other_secretary = actor_for(make_user(other_branch, "secretary", "吕明"), LATER.date())
    waiting = ["还有 2 份支部报表没有接收", "还有 1 份党委报表没有接收"]
    assert blockers_to_close(return_of(sweep, county))[:2] == waiting
    for organisation, by in ((branch, secretary_actor), (other_branch, other_secretary)):
        of = return_of(sweep, organisation)
        answering.confirm_all(of=of, by=by, now=LATER)
        hand_in(of, by)
        returns.accept(of=of, by=town_actor, now=LATER)
    returns.submit(of=return_of(sweep, town), by=town_actor, now=LATER)
    returns.accept(of=return_of(sweep, town), by=county_actor, now=LATER)
    return sweep, people


def test_the_county_closes_and_what_is_learned_later_is_an_erratum(
    handed_in: Any, county: Organisation, branch: Organisation, secretary_actor: Actor, town_actor: Actor,
    county_actor: Actor, make_member: Any,
) -> None:  # fmt: skip
    sweep, people = handed_in
    with pytest.raises(NotAllowed):
        returns.close(sweep=sweep, by=town_actor, now=CLOSING)
    closed = returns.close(sweep=sweep, by=county_actor, now=CLOSING)
    assert returns.close(sweep=sweep, by=county_actor, now=CLOSING).pk == closed.pk
    assert return_of(sweep, branch).figures["closing"] == 3
    assert return_of(sweep, county).figures["closing"] == 4
    frozen = BalanceName.objects.unscoped().filter(sweep=sweep).count()

    after = CLOSING + dt.timedelta(days=20)
    end_journey(journey=stay(people["late"]), outcome="returned", on="2026-12-01", by=secretary_actor, now=after)
    unknown = make_member(branch, name="何迟")
    open_journey(member=unknown, direction="out", values={"left_on": "2026-11"}, by=secretary_actor, now=after)
    assert return_of(sweep, branch).figures["closing"] == 3
    assert BalanceName.objects.unscoped().filter(sweep=sweep).count() == frozen
    errata = Erratum.objects.unscoped().filter(sweep=sweep).order_by("pk")
    assert [(one.term, one.closing) for one in errata] == [("returned", -1), ("out", 1)]
    assert "2026年12月1日返乡" in errata[0].text
    with pytest.raises(Blocked, match="已关闭"):
        answering.answer(
            sweep=sweep, member=people["stays"], given=Given(answer=Answer.RETURNED, on="2026-12-01"), by=secretary_actor,
            now=after,
        )  # fmt: skip

    following = opened(county, now=CLOSING + dt.timedelta(days=25))
    sheet = balance.sheet(following, branch.path)
    assert (sheet.figures["opening"], sheet.figures["closing"], sheet.balances) == (3, 3, True)


def last_step(member: Any) -> JourneyStep:
    return JourneyStep.objects.unscoped().filter(journey__member=member).order_by("-pk")[0]


def known(sweep: Any, branch: Organisation) -> int:
    """The closing figure as known now."""
    return balance.known_now(return_of(sweep, branch))[0].figures["closing"]


def test_what_is_taken_back_in_the_register_is_withdrawn_from_the_errata(
    handed_in: Any, branch: Organisation, secretary_actor: Actor, county_actor: Actor, make_member: Any
) -> None:
    sweep, people = handed_in
    returns.close(sweep=sweep, by=county_actor, now=CLOSING)
    by, after = secretary_actor, CLOSING + dt.timedelta(days=20)
    unknown = make_member(branch, name="何迟")

    for again in (1, 2):
        open_journey(member=unknown, direction="out", values={"left_on": "2026-11"}, by=by, now=after)
        end_journey(journey=stay(people["late"]), outcome="returned", on="2026-12-01", by=by, now=after)
        end_journey(journey=stay(people["stays"]), outcome="returned", on="2026-12-02", by=by, now=after)
        assert known(sweep, branch) == 3 + 1 - 2
        for member in (unknown, people["late"], people["stays"]):
            undo_step(step=last_step(member), by=by, now=after)
        assert known(sweep, branch) == 3
        errata = Erratum.objects.unscoped().filter(sweep=sweep)
        assert (errata.count(), errata.standing().count()) == (3 * again, 0)
    assert {one.withdrawn_by.id for one in errata} == {by.id}
    assert return_of(sweep, branch).figures["closing"] == 3


def test_who_came_late_and_went_again_was_there_all_the_same(
    handed_in: Any, branch: Organisation, secretary_actor: Actor, county_actor: Actor, make_member: Any
) -> None:
    sweep, people = handed_in
    returns.close(sweep=sweep, by=county_actor, now=CLOSING)
    by, after = secretary_actor, CLOSING + dt.timedelta(days=20)
    unknown = make_member(branch, name="何迟")
    open_journey(member=unknown, direction="out", values={"left_on": "2026-11"}, by=by, now=after)
    end_journey(journey=stay(unknown), outcome="returned", on=f"{after:%Y-%m-%d}", by=by, now=after)
    assert known(sweep, branch) == 4

    # back before the closing, and away once more before it
    end_journey(journey=stay(people["late"]), outcome="returned", on="2026-12-01", by=by, now=after)
    assert known(sweep, branch) == 3
    open_journey(member=people["late"], direction="out", values={"left_on": "2026-12-03"}, by=by, now=after)
    assert known(sweep, branch) == 4


def test_the_first_books_open_from_the_figure_reported_last(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    away(branch, **FRESH)
    sweep = opened(county)
    of = return_of(sweep, branch)
    Return.objects.unscoped().filter(pk=of.pk).update(opening_reported=3)
    of.refresh_from_db()
    assert balance.historic_difference(of, 1) == -2
    assert "与上期上报数相差 -2 人，还没有逐人说明" in blockers_to_submit(of)


def test_a_quarter_closed_after_the_next_was_opened_ends_where_that_one_begins(
    away: Any, make_member: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    first, second = away(branch, **FRESH), away(branch, **FRESH)
    old = opened(county)
    end_journey(journey=stay(first), outcome="returned", on="2026-12-20", by=secretary_actor, now=CLOSING)
    january = CLOSING + dt.timedelta(days=15)
    new = opened(county, now=january)
    later = january + dt.timedelta(days=3)
    end_journey(journey=stay(second), outcome="returned", on="2027-01-05", by=secretary_actor, now=later)
    leaves = make_member(branch, name="何新年")
    open_journey(member=leaves, direction="out", values={"left_on": "2027-01-04"}, by=secretary_actor, now=later)
    assert dict(balance.sheet(old, branch.path).figures) == {"opening": 2, "returned": 1, "closing": 1}
    assert dict(balance.sheet(new, branch.path).figures) == {"opening": 1, "out": 1, "returned": 1, "closing": 1}
    assert [one.sweep.quarter for one in Item.objects.unscoped().filter(member=leaves)] == ["2027Q1"]
