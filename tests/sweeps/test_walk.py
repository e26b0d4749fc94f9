"""One member through every answer and every ending of a journey; one branch finished in each of the ways there are."""

from __future__ import annotations

from typing import Any

import pytest

from branches.models import Organisation
from core.actors import Actor
from members.actions.journeys import end_journey, open_journey
from members.actions.lost_acts import found
from members.actions.people import edit_member, set_party_status
from members.models import Journey, LostContact
from sweeps.actions import answering, canvassing, returns
from sweeps.actions.answering import Given
from sweeps.enums import Answer, Way
from sweeps.models import Item
from tests.sweeps.quarter import FRESH, LATER, item, opened, return_of

STALE = {**FRESH, "phone": 91}


def stays(member: Any) -> list[str]:
    return list(Journey.objects.unscoped().filter(member=member).order_by("pk").values_list("state", flat=True))


def test_one_member_through_every_answer(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    member = away(branch, **STALE)
    sweep = opened(county)
    by: dict[str, Any] = {"sweep": sweep, "member": member, "by": secretary_actor, "now": LATER}
    reasons = ("no_answer", "off", "wrong_number", "not_person")
    seen = [answering.not_reached(reason=reason, **by).not_reached for reason in reasons]
    for given in (
        Given(confirmed=["phone"]),
        Given(values={"phone": "19900777777"}, way=Way.FAMILY),
        Given(answer=Answer.TRANSFERRED, on="2026-10-04"),
        Given(answer=Answer.UNREACHABLE, since="2026-09"),
        Given(answer=Answer.OTHER, note="住院"),
        Given(answer=Answer.RETURNED, on="2026-10-05"),
    ):
        seen.append(answering.answer(given=given, **by).answer)
        answering.undo(**by)
        assert (item(member).state, stays(member)) == ("open", ["away"])
    assert seen == [
        "no_answer", "off", "wrong_number", "not_person",
        "unchanged", "changed", "transferred", "unreachable", "other", "returned",
    ]  # fmt: skip
    assert not LostContact.objects.unscoped().filter(member=member).exists()
    answering.answer(given=Given(answer=Answer.DECEASED, on="2026-10-06"), **by)
    assert (item(member).answer, stays(member)) == ("deceased", ["closed"])


def test_one_member_through_every_ending_of_a_journey(
    make_member: Any, branch: Organisation, secretary_actor: Actor
) -> None:
    member = make_member(branch)
    by: dict[str, Any] = {"by": secretary_actor, "now": LATER}
    for outcome in ("returned", "transferred", "closed"):
        stay = open_journey(member=member, direction="out", values={"left_on": "2026-01"}, **by)
        end_journey(journey=stay, outcome=outcome, on="2026-09", **by)
    open_journey(member=member, direction="out", values={"left_on": "2026-09-20"}, **by)
    set_party_status(member=member, status="deceased", on=LATER.date(), **by)
    assert stays(member) == ["returned", "transferred", "closed", "closed"]


def test_lost_and_found_within_one_sweep(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor
) -> None:
    member = away(branch, **STALE)
    sweep = opened(county)
    given = Given(answer=Answer.UNREACHABLE, since="2026-08")
    answering.answer(sweep=sweep, member=member, given=given, by=secretary_actor, now=LATER)
    spell = LostContact.objects.unscoped().get(member=member)
    assert found(lost=spell, on="2026-10-07", by=secretary_actor, now=LATER).state == "found"
    assert item(member).answer == "unreachable"  # what was true when it was said


@pytest.mark.parametrize("way", ["nil", "phone", "paper", "ledger"])
def test_a_branch_finishes(
    away: Any, county: Organisation, branch: Organisation, secretary_actor: Actor, town_actor: Actor, way: str
) -> None:
    member = None if way == "nil" else away(branch, **STALE)
    sweep = opened(county)
    of = return_of(sweep, branch)
    by, told = (town_actor, "何建国（支部书记）") if way == "paper" else (secretary_actor, "")
    if way == "nil":
        canvassing.nil_return(of=of, by=by, now=LATER)
    elif way == "ledger":  # a row states the phone; with whole files: test_sample_county
        edit_member(member=member, values={}, confirmed=["phone"], by=by, now=LATER)
    else:
        given = Given(confirmed=["phone"], way=Way(way), on_behalf=told)
        answering.answer(sweep=sweep, member=member, given=given, by=by, now=LATER)
    if way != "nil":
        canvassing.confirm_canvass(of=of, by=by, on_behalf=told, now=LATER)
        returns.submit(of=of, by=by, on_behalf=told, way="paper" if told else "", now=LATER)
    of.refresh_from_db()
    assert of.state == "submitted"
    assert not Item.objects.unscoped().filter(sweep=sweep).unanswered().exists()
