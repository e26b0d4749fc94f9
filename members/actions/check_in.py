"""Arrival check-in (流入报到): a member whose membership is elsewhere has come, person and stay in one act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from branches.models import Organisation
from core import clock, crypto
from core.actors import Actor
from core.errors import Blocked, NotAllowed, UserError
from core.idempotency import once
from core.permissions import Permission
from members.actions import rows, steps
from members.actions.journeys import create_journey
from members.actions.people import blockers_to_receive, new_person
from members.checks import check
from members.enums import Direction, JourneyState, Source, StepKind
from members.models import Journey, Member

PERSON = ("name", "phone", "identity", "sex", "kind")
STAY = ("home_text", "left_on", "reason", "destination_text", "employer", "industry", "wish", "wish_text", "note")


def check_in(
    *, branch: Organisation, person: Mapping[str, Any], stay: Mapping[str, Any], by: Actor, key: str = "",
    now: dt.datetime | None = None,
) -> Journey:  # fmt: skip
    """``person``: columns of :data:`PERSON`, name and phone required, identity left out where it is not known.
    ``stay``: columns of :data:`STAY`, the home organisation's name required. The receiving ``branch`` looks after both.

    The same ``key`` sent twice makes one. Raises NotAllowed, Blocked, UserError; an identity number that is in the
    register gets the neutral sentence.
    """
    now = now or clock.now()
    today = timezone.localdate(now)
    if unknown := (set(person) - set(PERSON)) | (set(stay) - set(STAY)):
        raise ValueError(f"not asked: {sorted(unknown)}")
    if not by.reaches(branch.path, Permission.EDIT):
        raise NotAllowed
    if blockers := blockers_to_receive(branch):
        raise Blocked(blockers)
    given = {name: value for name, value in person.items() if value or name != "identity"}
    facts = check(Member, {"name": "", **given}, today=today).require()
    if not facts.get("phone"):
        raise UserError("请填写联系电话，以后才能联系上。", "phone_missing")
    clean = check(Journey, stay, today=today).require()
    if not clean.get("home_text"):
        raise UserError("请填写组织关系在哪个党组织。", "home_missing")

    def create() -> str:
        _refuse_twin(facts, by)
        writer = steps.begin(by, now, source="create", evidence=Source.CHECK_IN)
        member = new_person(facts, None, branch, writer)
        record = create_journey(member, Direction.IN, {**clean, "state": JourneyState.ARRIVED.value}, writer)
        writer.verified(member.pk, rows.proof({**facts, **clean}))
        rows.flush(writer)
        journey = Journey.objects.visible_to(by).get(public_id=record["public_id"])
        steps.leave(journey, StepKind.ARRIVED, writer, on=today.isoformat(), event="journey_opened")
        return journey.public_id

    with transaction.atomic():
        public_id, _made = once(key, by=by, now=now, create=create)
    found = Journey.objects.visible_to(by).filter(public_id=public_id).first()
    if found is None:
        raise UserError("这次报到登记以后又撤销了，请重新打开页面登记。", "undone")
    return found


def _refuse_twin(facts: Mapping[str, Any], by: Actor) -> None:
    """The same name and phone among those whom ``by`` looks after: most likely the same person."""
    twins = (
        Member.objects.visible_to(by)
        .current()
        .filter(name=facts["name"], phone_index=crypto.blind(facts["phone"], "phone"))
    )
    if twin := twins.first():
        place = twin.home or twin.care
        raise UserError(f"{place}已经有同名同电话的党员，请先到名单里找一找，不要重复登记。", "twin")
