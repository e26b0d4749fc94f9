"""A program's whole way through the interface, with a token: a journey from the report to the return, and a quarter's return up to
the town. The same actions as the pages: what they leave in the register is looked at, not only the answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.actions import tokens
from accounts.actors import actor_for
from accounts.models import SecondFactor
from audit.models import Change
from core import clock
from core.actors import SYSTEM
from members.models import Journey, JourneyStep, Member
from sweeps.models import Item, Return
from tests.conftest import PASSWORD, plant
from tests.sweeps.quarter import opened

pytestmark = pytest.mark.django_db
Ask = Callable[..., Any]


@pytest.fixture
def ask(county_user) -> Ask:
    """``ask("post", "journeys/<id>/depart/", body, version=1)`` by a county's program that may write."""
    SecondFactor.objects.create(user=county_user, confirmed_at=clock.now())
    by = actor_for(county_user, clock.today())
    _token, secret = tokens.make_token(
        user=county_user, title="台账系统", scopes=["view", "edit"], days=1, current=PASSWORD, by=by
    )
    client, sent = Client(headers={"Authorization": f"Bearer {secret}"}), iter(range(1000))

    def send(method: str, address: str, body: Any = None, *, version: int | None = None) -> Any:
        headers = {"Idempotency-Key": f"walk-{next(sent):04d}"} if method == "post" else {}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        more = {} if method == "get" else {"data": json.dumps(body or {}), "content_type": "application/json"}
        return getattr(client, method)(f"/api/v1/{address}", headers=headers, **more)

    return send


def version_of(response: Any) -> int:
    return int(response["ETag"].strip('"'))


def test_a_journey_from_the_report_to_the_return(ask: Ask, county, branch, make_member):
    member: Member = make_member(branch, name="何一")
    host = plant("中共云湖县驻苏州流动党员支部委员会", "驻苏州流动党员党支部", "631", county, 9, marks=["mobile"])
    left = {"left_on": "2026-03", "region_code": "320583", "reason": "work", "host": host.public_id}
    made = ask("post", f"members/{member.public_id}/departures/", left)
    assert made.status_code == 201, made.content
    here, version = f"journeys/{made.json()['id']}/", version_of(made)
    assert ask("get", here).json()["state"] == "reported"

    gone = ask("post", f"{here}depart/", {"on": "2026-03-02"}, version=version)
    assert (gone.status_code, gone.json()["state"]) == (200, "away")
    stale = ask("post", f"{here}arrive/", {"on": "2026-03-05"}, version=version)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    back = ask("post", f"{here}refuse/", {"reason": "不在这里"}, version=version_of(gone))
    assert back.status_code == 200, back.content
    asked = ask("patch", here, {"host": host.public_id}, version=version_of(ask("get", here)))
    assert asked.status_code == 200, asked.content
    arrived = ask("post", f"{here}arrive/", {"on": "2026-03-05"}, version=version_of(asked))
    assert (arrived.status_code, arrived.json()["state"]) == (200, "arrived")

    changed = ask("post", f"{here}change/", {"on": "2026-04", "employer": "昆山某厂"}, version=version_of(arrived))
    assert changed.json()["employer"] == "昆山某厂"
    note = ask("post", f"{here}notes/", {"kind": "contact", "on": "2026-05-01", "text": "通了电话"})
    assert (note.status_code, note.json()["text"]) == (201, "通了电话")
    end = {"outcome": "returned", "on": "2026-06-01"}
    ended = ask("post", f"{here}end/", end, version=version_of(ask("get", here)))
    assert (ended.status_code, ended.json()["state"]) == (200, "returned")
    again = ask("post", f"{here}end/", end, version=version_of(arrived))
    assert (again.status_code, version_of(again)) == (200, version_of(ended)), "done already: answered as it stands"
    other = ask("post", f"{here}end/", {**end, "outcome": "closed"}, version=version_of(ended))
    assert other.status_code == 409, "over is over"

    stay = Journey.objects.unscoped().get()
    assert (stay.left_on.iso(), stay.ended_on.iso(), stay.employer) == ("2026-03-02", "2026-06-01", "昆山某厂")
    kinds = set(JourneyStep.objects.unscoped().values_list("kind", flat=True))
    assert {"reported", "departed", "refused", "arrived", "changed", "contact", "returned"} <= kinds
    labels = {str(one.actor) for one in Change.objects.filter(object_id=stay.public_id)}
    assert len(labels) == 1, labels
    assert "台账系统" in labels.pop(), "history names the program"


def test_lists_say_what_is_there_and_by_whom_it_is_kept(ask: Ask, county, town, branch, make_member):
    make_member(branch, name="何一")
    found = ask("get", "organisations/?kind=631").json()["results"]
    assert branch.public_id in {one["id"] for one in found}
    below = ask("get", f"organisations/?under={town.public_id}").json()["results"]
    assert {one["id"] for one in below} >= {town.public_id, branch.public_id}
    assert county.public_id not in {one["id"] for one in below}


def test_a_return_is_answered_and_handed_in(ask: Ask, county, branch, make_member):
    member: Member = make_member(branch, name="何一")
    left = {"direction": "out", "left_on": "2025-03", "region_code": "320583", "reason": "work"}
    assert ask("post", f"members/{member.public_id}/journeys/", left).status_code == 201
    sweep = opened(county, clock.now())
    of = Return.objects.unscoped().get(organisation=branch)
    assert [one["id"] for one in ask("get", "sweeps/?state=open").json()["results"]] == [sweep.public_id]
    assert [one["member_name"] for one in ask("get", f"returns/{of.public_id}/people/").json()["results"]] == ["何一"]
    here = f"returns/{of.public_id}/"
    whole = ask("get", here)
    assert whole.json()["people"] == {"asked": 1, "open": 1, "trying": 0, "answered": 0}
    assert whole.json()["blockers"] != []
    early = ask("post", f"{here}submit/", {"on_behalf": "何书记", "way": "phone"}, version=version_of(whole))
    assert (early.status_code, early.json()["code"]) == (409, "blocked")
    assert early.json()["blockers"] == whole.json()["blockers"]

    person = f"sweeps/{sweep.public_id}/people/{member.public_id}/"
    missed = ask(
        "post", f"{person}not-reached/", {"reason": "no_answer", "on_behalf": "何书记"},
        version=version_of(ask("get", person)),
    )  # fmt: skip
    assert (missed.status_code, missed.json()["tries"]) == (200, 1), missed.content
    said = {"answer": "changed", "way": "phone", "on_behalf": "何书记", "values": {"employer": "昆山某厂"}}
    less = ask("post", f"{person}answer/", said, version=version_of(missed))
    assert (less.status_code, less.json()["code"]) == (422, "incomplete"), "what is asked is answered"
    said["unknown"] = ["phone", "address", "dues"]
    answered = ask("post", f"{person}answer/", said, version=version_of(missed))
    assert answered.status_code == 200, answered.content.decode()
    assert Journey.objects.unscoped().get().employer == "昆山某厂"
    undone = ask("post", f"{person}undo/", version=version_of(answered))
    assert undone.status_code == 200, undone.content.decode()
    assert Journey.objects.unscoped().get().employer == ""
    answered = ask("post", f"{person}answer/", said, version=version_of(undone))
    assert Item.objects.unscoped().get().on_behalf == "何书记"

    canvassed = ask("post", f"{here}canvass/", {"on_behalf": "何书记"}, version=version_of(ask("get", here)))
    assert canvassed.json()["canvassed_at"], canvassed.content
    up = ask("post", f"{here}submit/", {"on_behalf": "何书记", "way": "phone"}, version=version_of(canvassed))
    assert (up.status_code, up.json()["state"]) == (200, "submitted"), up.content
    of.refresh_from_db()
    assert (of.state, of.submitted_at is not None) == ("submitted", True)
    down = ask("post", f"{here}take-back/", version=version_of(up))
    assert (down.status_code, down.json()["state"]) == (200, "open"), down.content
    assert Return.objects.visible_to(SYSTEM).get(pk=of.pk).submitted_at is None
