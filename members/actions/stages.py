"""The steps of a journey between its beginning and its end: departure, arrival at the host, changes, talks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from core import clock
from core.actors import Actor
from core.domain.cells import clean_text
from core.errors import Blocked, UserError
from core.transitions import Transition
from inbox.actions import tell
from members.actions import rows, steps
from members.actions.belonging import enter_mobile, is_mobile
from members.actions.journeys import take_phone
from members.actions.people import known_fields
from members.checks import check
from members.enums import ARRIVE, DEPART, NOTES, Direction, JourneyState, Source, StepKind
from members.ledgers.records import Places
from members.models import Journey, JourneyStep, Member

CHANGING = ("region_code", "destination_text", "employer", "industry", "unit_kind", "expected_return_on")


def blockers_to_depart(journey: Journey) -> list[str]:
    return steps.blockers_to_take(journey, DEPART)


def depart(
    *, journey: Journey, on: str, by: Actor, version: int | None = None, now: dt.datetime | None = None
) -> Journey:
    """Whoever had reported a departure has left, on a (partial) date. Raises Blocked, UserError, NotAllowed."""
    now = now or clock.now()
    with transaction.atomic():
        before = rows.locked(journey, by)
        steps.require_keeper(before, by)
        if before.state == JourneyState.AWAY:
            return before  # the same form sent twice
        clean = _ready(before, DEPART, {"left_on": on}, version, now)
        if not clean["left_on"]:
            raise UserError("请填写什么时候走的，只知道年月也可以。", "date_missing")
        writer = steps.begin(by, now)
        writer.change(Journey, rows.row_of(before), {**clean, "state": str(DEPART.target)})
        steps.leave(before, StepKind.DEPARTED, writer, on=clean["left_on"])
        return rows.locked(before, by)


def _ready(
    journey: Journey, move: Transition | None, values: Mapping[str, Any], version: int | None, now: dt.datetime
) -> dict[str, Any]:
    """The checked values of a step that may be taken now."""
    if move is not None and (blockers := steps.blockers_to_take(journey, move)):
        raise Blocked(blockers)
    clean = check(Journey, values, today=timezone.localdate(now), now=rows.row_of(journey)).require()
    rows.require_version(journey, version, clean)
    return clean


# -- the receiving organisation -----------------------------------------------------------------


def blockers_to_arrive(journey: Journey) -> list[str]:
    """Why the host cannot confirm that the member has reported in."""
    if journey.direction != Direction.OUT or journey.host_id is None:
        return ["没有登记本系统内的流入地党组织，不用在这里确认报到。"]
    return steps.blockers_to_take(journey, ARRIVE)


def confirm_arrival(
    *, journey: Journey, on: str, by: Actor, note: str = "", version: int | None = None, now: dt.datetime | None = None
) -> Journey:
    """The host says that the member has reported in; a mobile branch thereby takes the member in beside the home branch.

    Raises Blocked, UserError, NotAllowed.
    """
    now = now or clock.now()
    with transaction.atomic():
        before = rows.locked(journey, by)
        steps.require_host(before, by)
        if before.state == JourneyState.ARRIVED:
            return before  # the same form sent twice
        if blockers := blockers_to_arrive(before):
            raise Blocked(blockers)
        day = check(JourneyStep, {"on": on}, today=timezone.localdate(now)).require()["on"]
        if not day:
            raise UserError("请填写报到的日期。", "date_missing")
        _ready(before, ARRIVE, {}, version, now)
        writer = steps.begin(by, now, evidence=Source.CHECK_IN)
        values = {"state": str(ARRIVE.target), "refusal": "", "left_on": rows.row_of(before)["left_on"] or day}
        writer.change(Journey, rows.row_of(before), values)
        if before.host is not None and is_mobile(before.host) and before.member.care_id is None:
            enter_mobile(_member(before), before.host, writer)
        writer.verified(before.member_id, {"place"})
        steps.leave(before, StepKind.ARRIVED, writer, on=day, text=note)
        return rows.locked(before, by)


def refuse_arrival(
    *, journey: Journey, reason: str, by: Actor, version: int | None = None, now: dt.datetime | None = None
) -> Journey:
    """The host cannot take the member in, and says why; the home is told. Raises Blocked, UserError, NotAllowed."""
    now = now or clock.now()
    if len(clean_text(reason)) < 2:
        raise UserError("请写明退回的原因，如“本人没有来”“不在本社区居住”。", "reason_missing")
    with transaction.atomic():
        before = rows.locked(journey, by)
        steps.require_host(before, by)
        if before.refusal:
            return before  # the same form sent twice
        if blockers := blockers_to_arrive(before):
            raise Blocked(blockers)
        clean = _ready(before, ARRIVE, {"refusal": reason}, version, now)
        writer = steps.begin(by, now)
        writer.change(Journey, rows.row_of(before), clean)
        steps.leave(before, StepKind.REFUSED, writer, on=writer.on.isoformat(), text=clean["refusal"])
        if before.home is not None and before.host is not None and not before.member.restricted:
            title = f"{before.host.short_name}退回了{before.member.name}的报到"
            tell(before.home, title, clean["refusal"], link=("journey-detail", [before.public_id]), by=by, now=now)
        return rows.locked(before, by)


# -- while away ---------------------------------------------------------------------------------


def blockers_to_note(journey: Journey) -> list[str]:
    """Why nothing more can be noted on a journey."""
    return [] if journey.is_open else [f"这段经历已经是“{journey.get_state_display()}”。"]


def note_step(
    *, journey: Journey, kind: str, on: str, text: str, by: Actor, confirmed: Collection[str] = (),
    now: dt.datetime | None = None,
) -> JourneyStep:  # fmt: skip
    """A report of thoughts (思想汇报) or a contact, by either side. ``confirmed``: what was heard to be as it was.

    Raises Blocked, UserError, NotAllowed.
    """
    now = now or clock.now()
    if kind not in NOTES:
        raise UserError("请选择是联系还是思想汇报。", "invalid")
    with transaction.atomic():
        before = rows.locked(journey, by)
        if blockers := blockers_to_note(before):
            raise Blocked(blockers)
        clean = check(JourneyStep, {"on": on, "text": text}, today=timezone.localdate(now)).require()
        if not clean["on"]:
            raise UserError("请填写日期。", "date_missing")
        if kind == StepKind.THOUGHTS and not clean["text"]:
            raise UserError("请写下思想汇报的主要内容。", "text_missing")
        last = JourneyStep.objects.visible_to(by).filter(journey=before, undone_at__isnull=True).order_by("-pk").first()
        if last is not None and (last.kind, rows.now_in(last, "on"), last.text) == (kind, clean["on"], clean["text"]):
            return last  # the same form sent twice
        writer = steps.begin(by, now, evidence=Source.CONTACT)
        writer.verified(before.member_id, known_fields(confirmed))
        return steps.leave(before, StepKind(kind), writer, on=clean["on"], text=clean["text"])


def record_change(
    *, journey: Journey, values: Mapping[str, Any], on: str, by: Actor, phone: str = "", version: int | None = None,
    now: dt.datetime | None = None,
) -> Journey:  # fmt: skip
    """Another address, job or phone while away, since a date; by either side. ``values``: columns of :data:`CHANGING`.

    Raises Blocked, UserError, NotAllowed, StaleVersion.
    """
    now = now or clock.now()
    if unknown := set(values) - set(CHANGING):
        raise ValueError(f"not changeable: {sorted(unknown)}")
    with transaction.atomic():
        before = rows.locked(journey, by)
        if blockers := blockers_to_note(before):
            raise Blocked(blockers)
        day = check(JourneyStep, {"on": on}, today=timezone.localdate(now)).require()["on"]
        changes = rows.differing(before, check(Journey, values, now=rows.row_of(before)).require())
        member = _member(before)
        is_new_phone = bool(phone) and bool(rows.differing(member, check(Member, {"phone": phone}).require()))
        if not changes and not is_new_phone:
            if version is not None and version != before.version:
                return before  # the same form sent twice
            raise UserError("没有填写变化。没有变化的，请登记一次“联系”。", "nothing")
        rows.require_version(before, version, changes)
        writer = steps.begin(by, now, evidence=Source.CONTACT)
        columns = rows.columns(Journey, before.public_id, changes)
        if {"region_code", "destination_text"} & set(changes):
            columns["placed_on"] = day
        if "region_code" in changes and before.direction == Direction.OUT:
            columns["mobility"] = Places().mobility(before.home_path, changes["region_code"])
        writer.change(Journey, rows.row_of(before), columns)
        writer.verified(member.pk, {*rows.proof(changes), *take_phone(member, phone, writer)})
        what = [rows.labels(Journey, changes)] if changes else []
        text = "、".join([*what, *(["联系电话"] if is_new_phone else [])])
        steps.leave(before, StepKind.CHANGED, writer, on=day, text=text)
        return rows.locked(before, by)


def _member(journey: Journey) -> Member:
    """Held like the journey. Unscoped: reached through a journey in scope; the host may not see the person file."""
    return Member.objects.unscoped().select_for_update(of=("self",)).get(pk=journey.member_id)
