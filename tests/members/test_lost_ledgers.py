"""What ledgers say of lost contact, and what they are told: nobody is 失联 in a file before the committee has confirmed it."""

from __future__ import annotations

import datetime as dt

import pytest

from branches.models import RuleSetting
from core import clock
from core.actors import SYSTEM, acting_as
from core.ledgers import Outcome, ledger
from members.actions.lost import add_step
from members.models import LostContact, Member
from tests.members.test_ledgers import TODAY, apply, check, codes, row
from tests.members.test_lists import lost, out

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(branch, make_member):
    return make_member(branch, name="何小明")


def said(member, **more):
    return {"name": member.name, "identity": member.reveal("identity"), **more}


def taken(kind, member, by, branch, **more):
    found = check(ledger(kind), [row(5, branch, **said(member, **more))], by)[0]
    apply(ledger(kind), [found], by)
    return found


def rows_of(kind, by, branch, **filters):
    with acting_as(by):
        return [one.values for one in ledger(kind).export(by, {"organisation": branch.path, **filters})]


@pytest.mark.parametrize(("kind", "flag"), [("outflow", {"lost": True}), ("members", {"lost": True}), ("lost", {})])
def test_the_committees_ledger_confirms_and_a_branchs_does_not(kind, flag, member, branch, town_actor, secretary_actor):
    found = taken(kind, member, secretary_actor, branch, lost_since="2026-05", **flag)
    assert (LostContact.objects.get().state, codes(found)) == ("counting", ["lost_unconfirmed"])
    LostContact.objects.all().delete()
    assert codes(taken(kind, member, town_actor, branch, lost_since="2026-05", **flag)) == []
    assert LostContact.objects.get().state == "lost"


@pytest.mark.parametrize(("since", "state"), [("2026-05-20", "lost"), ("2026-05-21", "counting"), (None, "counting")])
def test_not_before_the_months_are_over(since, state, member, branch, town_actor):
    taken("outflow", member, town_actor, branch, lost=True, lost_since=since)
    assert LostContact.objects.get().state == state


def test_the_months_are_those_of_the_place(member, branch, county, town_actor):
    RuleSetting.objects.create(
        organisation=county, key="lost_months", value=12, starts_on=TODAY, set_by=SYSTEM.ref, set_at=clock.now()
    )
    taken("outflow", member, town_actor, branch, lost=True, lost_since="2026-01")
    assert LostContact.objects.get().state == "counting"


def test_a_ledger_does_not_confirm_what_counts_already(member, branch, town_actor):
    lost(member, since="2026-01")
    taken("outflow", member, town_actor, branch, lost=True, lost_since="2026-02")
    taken("lost", member, town_actor, branch, lost_since="2026-02", steps="同乡不知")
    spell = LostContact.objects.get()
    assert (spell.state, spell.since.iso(), spell.steps) == ("counting", "2026-02", "同乡不知")


def test_no_agrees_with_what_is_only_counting(member, branch, town_actor):
    spell = lost(member)
    out(member)
    no = check(ledger("outflow"), [row(5, branch, **said(member, lost=False))], town_actor)[0]
    assert (no.outcome, codes(no)) == (Outcome.UNCHANGED, [])
    LostContact.objects.filter(pk=spell.pk).update(state="lost")
    no = check(ledger("outflow"), [row(5, branch, **said(member, lost=False))], town_actor)[0]
    assert codes(no) == ["still_lost"]


def test_a_found_row_does_not_pass_the_way_back_by(member, branch, town_actor):
    lost(member, state="stopped", since="2025-01")
    Member.objects.update(party_status="stopped")
    found = taken("lost", member, town_actor, branch, lost_since="2025-01", found_on="2026-09-03")
    assert (LostContact.objects.get().state, codes(found)) == ("stopped", ["stopped"])


def test_files_say_lost_only_of_the_confirmed(branch, make_member, town_actor):
    for name, state in (("何数", "counting"), ("何失", "lost"), ("何停", "stopped"), ("何归", "found")):
        member = make_member(branch, name=name)
        lost(member, state=state, since="2026-01", found_on="2026-09-03" if state == "found" else None)
        out(member)
    for kind in ("outflow", "members"):
        flags = {one["name"]: (one["lost"], one["lost_since"]) for one in rows_of(kind, town_actor, branch)}
        assert flags == {
            "何数": (False, None), "何失": (True, "2026-01"), "何停": (True, "2026-01"), "何归": (False, None),
        }  # fmt: skip
    assert {one["name"] for one in rows_of("lost", town_actor, branch, part="still")} == {"何失", "何停"}
    assert {one["name"] for one in rows_of("lost", town_actor, branch)} == {"何数", "何失", "何停"}  # the list
    assert {one["name"] for one in rows_of("lost", town_actor, branch, part="found")} == {"何归"}


def test_the_interface_tells_the_two_apart(branch, make_member, client_for, town_user):
    for name, state in (("何数", "counting"), ("何失", "lost")):
        lost(make_member(branch, name=name), state=state)
    found = client_for(town_user).get("/api/v1/members/").json()["results"]
    assert {one["name"]: (one["unreachable"], one["lost"]) for one in found} == {
        "何数": (True, False), "何失": (True, True),
    }  # fmt: skip


@pytest.mark.parametrize("before", ["", "电话停机"])
def test_the_search_goes_out_in_one_cell_and_comes_back_unchanged(before, member, branch, town_actor):
    spell = lost(member, state="lost", since="2026-01", steps=before)
    with acting_as(town_actor):
        for day, way in ((3, "phone"), (4, "family")):
            add_step(
                lost=spell, on=dt.date(2026, 11, day), way=way, result="unknown", by=town_actor, text="没有回来",
                now=dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC),
            )  # fmt: skip
    (values,) = rows_of("lost", town_actor, branch, part="still")
    steps = "2026-11-03 打本人电话：对方也不知道，没有回来；2026-11-04 问家属：对方也不知道，没有回来"
    assert values["steps"] == (f"{before}；{steps}" if before else steps)
    again = check(
        ledger("lost"), [row(5, branch, **said(member, lost_since="2026-01", steps=values["steps"]))], town_actor
    )
    assert again[0].outcome is Outcome.UNCHANGED
    taken("lost", member, town_actor, branch, lost_since="2026-01", steps="同乡不知")
    assert LostContact.objects.get().steps == "同乡不知"
