"""Moves between states: locked, checked, stamped, recorded."""

import pytest

from core import clock
from core.actors import SYSTEM
from core.transitions import Transition, WrongState, apply

pytestmark = pytest.mark.django_db


def test_a_move_changes_the_state_and_tells(branch, make_member):
    member = make_member(branch)
    told = []
    stop = Transition("stop", "停止党籍", frozenset({"normal"}), "stopped")
    moved = apply(
        member, stop, by=SYSTEM, now=clock.now(), field="party_status", record=lambda obj, **more: told.append(more)
    )
    assert moved.party_status == "stopped"
    assert (told[0]["before"], told[0]["after"]) == ({"party_status": "normal"}, {"party_status": "stopped"})
    with pytest.raises(WrongState, match="停止党籍"):
        apply(
            member, stop, by=SYSTEM, now=clock.now(), field="party_status", record=lambda obj, **more: told.append(more)
        )
    assert len(told) == 1
