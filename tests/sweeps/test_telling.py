"""Free text keeps no numbers of persons, and the level above says from whom it has what it keys in, wherever it writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from branches.models import Organisation
from core.actors import Actor
from core.errors import UserError
from members.models import Member
from sweeps.actions import answering, canvassing, returns
from sweeps.actions.answering import Given
from sweeps.models import Finding, Return
from tests.sweeps.quarter import FRESH, LATER, item, opened, return_of

PHONE = "19900123456"


@pytest.fixture
def house(
    away: Any, make_member: Any, county: Organisation, branch: Organisation, other_branch: Organisation
) -> tuple[Return, Member, Member]:
    """The return of a branch, somebody away of whom nothing ran out, and somebody at home; beside an empty branch."""
    gone, home = away(branch, **FRESH), make_member(branch)
    return return_of(opened(county), branch), gone, home


DEEDS: dict[str, Callable[..., Any]] = {
    "answer": lambda of, gone, home, **who: answering.answer(
        sweep=of.sweep, member=gone, given=Given(on_behalf=who.pop("on_behalf")), now=LATER, **who
    ),
    "not_reached": lambda of, gone, home, **who: answering.not_reached(
        sweep=of.sweep, member=gone, reason="off", now=LATER, **who
    ),
    "confirm_all": lambda of, gone, home, **who: answering.confirm_all(of=of, now=LATER, **who),
    "note_finding": lambda of, gone, home, **who: canvassing.note_finding(
        of=of, member=home, kind="transferred", now=LATER, **who
    ),
    "confirm_canvass": lambda of, gone, home, **who: canvassing.confirm_canvass(of=of, now=LATER, **who),
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("nobody", ["", "  ", PHONE])
def test_the_level_above_names_who_told_it(house: Any, town_actor: Actor, deed: str, nobody: str) -> None:
    with pytest.raises(UserError, match="谁提供"):
        DEEDS[deed](*house, by=town_actor, on_behalf=nobody)
    DEEDS[deed](*house, by=town_actor, on_behalf=f" 何建国 {PHONE}")


@pytest.mark.parametrize("deed", DEEDS)
def test_the_branch_itself_names_nobody(house: Any, secretary_actor: Actor, deed: str) -> None:
    DEEDS[deed](*house, by=secretary_actor, on_behalf="")


def test_no_phone_number_stays_in_free_text(
    house: Any, other_branch: Organisation, secretary_actor: Actor, town_actor: Actor
) -> None:
    of, gone, home = house
    given = Given(note=f"新号 {PHONE}", on_behalf=f"何建国 {PHONE}")
    answering.answer(sweep=of.sweep, member=gone, given=given, by=town_actor, now=LATER)
    assert (item(gone).note, item(gone).on_behalf) == ("新号", "何建国")
    noted = {"kind": "transferred", "note": f"电话 {PHONE}", "on_behalf": f"何建国 {PHONE}"}
    canvassing.note_finding(of=of, member=home, by=town_actor, now=LATER, **noted)
    assert Finding.objects.unscoped().get(member=home).note == "何建国提供，电话"
    nil = return_of(of.sweep, other_branch)
    done = canvassing.nil_return(of=nil, by=town_actor, on_behalf=f"吕书记 {PHONE}", now=LATER)
    assert done.on_behalf == "吕书记"
    sent = returns.send_back(of=nil, comment=f"请打 {PHONE}", by=town_actor, now=LATER)
    assert sent.comment == "请打"
