"""Journeys by hand: reporting or opening one, correcting it, ending it. The steps between are in ``stages``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from branches.models import Organisation
from core import clock
from core.actors import Actor
from core.domain.codes import PARTY_STATUS
from core.errors import Blocked, NotAllowed, UserError
from core.idempotency import once
from core.permissions import Permission
from members.actions import rows, steps, waiting
from members.actions.belonging import leave_mobile
from members.actions.people import known_fields
from members.checks import check
from members.enums import ENDINGS, Direction, JourneyState, StepKind
from members.ledgers.records import Places
from members.models import Journey, Member, Transfer
from members.writing import Writer

EDITABLE = (
    "left_on", "expected_return_on", "reason", "reason_text", "region_code", "destination_text", "home_text", "host_text",
    "employer", "industry", "unit_kind", "former_work", "contact_name", "contact_phone", "certificate", "certificate_no", "wish", "wish_text", "note",
)  # fmt: skip
HOST = "host"  # besides EDITABLE: an Organisation of ours, asked to confirm the arrival; None takes the question back
AHEAD = ("left_on",)  # of a departure that is only reported
OUTCOMES = (JourneyState.RETURNED, JourneyState.TRANSFERRED, JourneyState.CLOSED)


def blockers_to_open_journey(member: Member, direction: str) -> list[str]:
    """Why no journey in this direction can be registered for ``member`` now."""
    if member.merged_into_id:
        return ["这份档案已经合并到另一份。"]
    if direction == Direction.OUT and member.is_guest:
        return ["组织关系不在本县，流出由组织关系所在的党组织登记。"]
    if direction == Direction.IN and not member.is_guest:
        return ["组织关系就在本县，不是外来流入党员。"]
    if member.party_status not in Member.COUNTED:
        return [f"党籍状态是“{PARTY_STATUS.label(member.party_status)}”，不再登记流动。"]
    # Uniqueness sees all: the member was found within the scope before.
    if Journey.objects.unscoped().filter(member=member, direction=direction).open().exists():
        return [f"已有一段没有结束的{Direction(direction).label}经历，请先结束那一段，或直接修改它。"]
    return []


def open_journey(
    *,
    member: Member,
    direction: str,
    values: Mapping[str, Any],
    by: Actor,
    key: str = "",
    now: dt.datetime | None = None,
) -> Journey:
    """Somebody has left (out), or has come while the membership stays elsewhere (in).

    ``values``: columns of :data:`EDITABLE`, and :data:`HOST`. What is stated counts as verified. The same ``key`` sent
    twice makes one. Raises NotAllowed, Blocked, UserError.
    """
    now = now or clock.now()
    state = JourneyState.AWAY if direction == Direction.OUT else JourneyState.ARRIVED
    return _open(member, direction, state, StepKind.OPENED, values, by=by, key=key, now=now)


def report_departure(
    *,
    member: Member,
    values: Mapping[str, Any],
    by: Actor,
    phone: str = "",
    confirmed: Collection[str] = (),
    promised: bool = False,
    key: str = "",
    now: dt.datetime | None = None,
) -> Journey:
    """Somebody is about to leave (外出报备). ``values`` as in :func:`open_journey`; ``left_on`` is required and may lie ahead.

    ``phone``: another number to reach the member by; ``promised``: the promises were read to the member today.
    Raises NotAllowed, Blocked, UserError.
    """
    now = now or clock.now()
    if not values.get("left_on"):
        raise UserError("请填写打算什么时候走，只知道年月也可以。", "date_missing")
    return _open(
        member, Direction.OUT, JourneyState.REPORTED, StepKind.REPORTED, values, by=by, key=key, now=now, phone=phone,
        confirmed=confirmed, promised=promised,
    )  # fmt: skip


def _open(
    member: Member, direction: str, state: JourneyState, kind: StepKind, values: Mapping[str, Any], *, by: Actor, key: str,
    now: dt.datetime, phone: str = "", confirmed: Collection[str] = (), promised: bool = False,
) -> Journey:  # fmt: skip
    _only(values)
    today = timezone.localdate(now)
    ahead = AHEAD if state == JourneyState.REPORTED else ()
    clean = check(Journey, _plain(values), today=today, ahead=ahead).require()

    def create() -> str:
        if blockers := blockers_to_open_journey(locked, direction):
            raise Blocked(blockers)
        writer = steps.begin(by, now, source="create")
        columns = {"state": state.value, "promised_on": today.isoformat() if promised else None}
        record = create_journey(locked, direction, {**clean, **columns, **_host_columns(values, locked)}, writer)
        writer.verified(locked.pk, {*rows.proof(clean), *known_fields(confirmed), *take_phone(locked, phone, writer)})
        rows.flush(writer)
        opened = Journey.objects.visible_to(by).get(public_id=record["public_id"])
        on = today.isoformat() if state == JourneyState.REPORTED else clean.get("left_on")
        steps.leave(opened, kind, writer, on=on, event="journey_opened")
        return opened.public_id

    with transaction.atomic():
        locked = rows.locked_member(member, by)
        if not by.reaches(locked.path, Permission.EDIT):
            raise NotAllowed("流动由组织关系所在的党组织登记。")
        public_id, _made = once(key, by=by, now=now, create=create)
    found = Journey.objects.visible_to(by).filter(public_id=public_id).first()
    if found is None:
        raise UserError("这段经历登记以后又撤销了，请重新打开页面登记。", "undone")
    return found


def create_journey(member: Member, direction: str, clean: Mapping[str, Any], writer: Writer) -> dict[str, Any]:
    """The new row: at the member's branch when out, at the receiving branch when in."""
    values: dict[str, Any] = {
        **{name: value for name, value in clean.items() if name != "contact_phone"},
        "member_id": member.pk,
        "direction": str(direction),
    }
    if direction == Direction.OUT:
        values.update(home_id=member.home_id, home_path=member.home_path)
        values["mobility"] = Places().mobility(member.home_path, values.get("region_code", ""))
    else:
        values.update(host_id=member.care_id, host_path=member.care_path)
    return writer.create_sealed(Journey, values, {"contact_phone": clean.get("contact_phone", "")})


def take_phone(member: Member, phone: str, writer: Writer) -> set[str]:
    """Another number to reach a member by; the fields of evidence that it proves."""
    if not phone:
        return set()
    changes = rows.differing(member, check(Member, {"phone": phone}).require())
    writer.change(Member, rows.row_of(member), rows.columns(Member, member.public_id, changes))
    return {"phone"}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != HOST}


def _host_columns(values: Mapping[str, Any], member: Member) -> dict[str, Any]:
    """The receiving organisation of ours, if it is stated; asked anew, an earlier refusal is over."""
    if HOST not in values:
        return {}
    host: Organisation | None = values[HOST]
    if host is None:
        return {"host_id": None, "host_path": "", "refusal": ""}
    if not host.is_open:
        raise Blocked([f"{host.short_name}已经撤销。"])
    if host.pk == member.home_id:
        raise Blocked(["流入地党组织不能是本支部。"])
    return {"host_id": host.pk, "host_path": host.path, "refusal": ""}


def edit_journey(
    *, journey: Journey, values: Mapping[str, Any], by: Actor, version: int | None = None, confirmed: Collection[str] = (),
    now: dt.datetime | None = None,
) -> Journey:  # fmt: skip
    """Change columns of :data:`EDITABLE` and :data:`HOST`, of an ended journey too (a correction). Raises as ``edit_member`` does."""
    now = now or clock.now()
    _only(values)
    with transaction.atomic():
        before = rows.locked(journey, by)
        steps.require_keeper(before, by)
        ahead = AHEAD if before.state == JourneyState.REPORTED else ()
        typed, kept = _plain(values), rows.row_of(before)
        clean = check(Journey, typed, today=timezone.localdate(now), now=kept, ahead=ahead).require()
        changes = rows.differing(before, clean)
        host = _host_columns(values, before.member)
        host = host if host and host["host_id"] != before.host_id else {}
        if version is not None and version != before.version and not changes and not host:
            return before  # the same form sent twice
        rows.require_version(before, version, changes)
        columns = {**rows.columns(Journey, before.public_id, changes), **host}
        if "region_code" in changes and before.direction == Direction.OUT:
            columns["mobility"] = Places().mobility(before.home_path, changes["region_code"])
        writer = rows.writer(by, now)
        writer.change(Journey, kept, columns)
        writer.verified(before.member_id, rows.proof(changes, known_fields(confirmed)))
        rows.flush(writer)
        if changes or host:
            what = rows.labels(Journey, [*changes, *(["host"] if host else [])])
            text = f"修改{before.member.name}的{before.get_direction_display()}经历：{what}"
            rows.tell("journey_edited", text, before.member, by=by, now=now, data={"journey": before.public_id})
            waiting.refresh(before, now=now)
        return rows.locked(before, by)


def blockers_to_end(journey: Journey, outcome: str = "") -> list[str]:
    """Why a journey cannot end (in this way)."""
    if not journey.is_open:
        return [f"这段经历已经是“{journey.get_state_display()}”。"]
    # Unscoped: of a journey that was found within the scope.
    if Transfer.objects.unscoped().open().filter(member_id=journey.member_id).exists():
        return ["组织关系正在转接：对方接收以后自动结束；不转了请先撤回转接。"]
    return steps.blockers_to_take(journey, ENDINGS[outcome]) if outcome else []


def end_journey(
    *, journey: Journey, outcome: str, on: str, by: Actor, note: str = "", version: int | None = None,
    now: dt.datetime | None = None,
) -> Journey:  # fmt: skip
    """The journey ends: returned, transferred or closed, on a (partial) date. Raises Blocked, UserError, NotAllowed."""
    now = now or clock.now()
    if outcome not in OUTCOMES:
        raise UserError("请选择怎样结束：已返乡、组织关系已转接或已结束。", "invalid")
    with transaction.atomic():
        before = rows.locked(journey, by)
        steps.require_keeper(before, by)
        if before.state == outcome:
            return before  # the same form sent twice
        if blockers := blockers_to_end(before, outcome):
            raise Blocked(blockers)
        typed = {"ended_on": on, **({"note": note} if note else {})}
        kept = rows.row_of(before)
        if before.state == JourneyState.REPORTED:
            del kept["left_on"]  # a plan that is given up ends before it began
        clean = check(Journey, typed, today=timezone.localdate(now), now=kept).require()
        if not clean["ended_on"]:
            raise UserError("请填写结束的日期，只知道年月也可以。", "date_missing")
        rows.require_version(before, version, clean)
        writer = steps.begin(by, now)
        finish(before, outcome, clean, writer)
        steps.leave(before, StepKind(outcome), writer, on=clean["ended_on"], text=note, event="journey_ended")
        return rows.locked(before, by)


def finish(journey: Journey, outcome: str, columns: Mapping[str, Any], writer: Writer) -> None:
    """Ended in ``writer``; a mobile branch that took the member in for this stay lets go."""
    writer.change(Journey, rows.row_of(journey), {**columns, "state": str(outcome)})
    if journey.direction == Direction.OUT and journey.host_id is not None:
        leave_mobile(journey.member, writer, only=journey.host_id)


def _only(values: Mapping[str, Any]) -> None:
    if unknown := set(values) - {*EDITABLE, HOST}:
        raise ValueError(f"not editable: {sorted(unknown)}")
