"""Journeys by hand: opening one out or in, correcting it, ending it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from core import clock
from core.actors import Actor
from core.domain.codes import PARTY_STATUS
from core.errors import Blocked, UserError
from core.idempotency import once
from members.actions import rows
from members.actions.people import known_fields
from members.checks import check
from members.enums import Direction, JourneyState
from members.ledgers.records import Places
from members.models import Journey, Member

EDITABLE = (
    "left_on", "expected_return_on", "reason", "reason_text", "region_code", "destination_text", "home_text", "host_text",
    "employer", "industry", "contact_name", "contact_phone", "certificate", "certificate_no", "note",
)  # fmt: skip
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

    ``values``: columns of :data:`EDITABLE`. What is stated counts as verified. The same ``key`` sent twice makes one.
    Raises NotAllowed, Blocked, UserError.
    """
    now = now or clock.now()
    _only(values)
    clean = check(Journey, values, today=timezone.localdate(now)).require()

    def create() -> str:
        if blockers := blockers_to_open_journey(locked, direction):
            raise Blocked(blockers)
        return _create(locked, direction, clean, by=by, now=now)

    with transaction.atomic():
        locked = rows.locked_member(member, by)
        public_id, _made = once(key, by=by, now=now, create=create)
    return Journey.objects.visible_to(by).get(public_id=public_id)


def _create(member: Member, direction: str, clean: dict[str, Any], *, by: Actor, now: dt.datetime) -> str:
    is_out = direction == Direction.OUT
    values: dict[str, Any] = {
        **{name: value for name, value in clean.items() if name != "contact_phone"},
        "member_id": member.pk,
        "direction": direction,
        "state": JourneyState.AWAY.value if is_out else JourneyState.ARRIVED.value,
    }
    if is_out:
        values.update(home_id=member.home_id, home_path=member.home_path)
    else:
        values.update(host_id=member.care_id, host_path=member.care_path)
    if values.get("region_code") and is_out:
        values["mobility"] = Places().mobility(member.home_path, values["region_code"])
    writer = rows.writer(by, now, source="create")
    record = writer.create_sealed(Journey, values, {"contact_phone": clean.get("contact_phone", "")})
    writer.verified(member.pk, rows.proof(clean))
    rows.flush(writer)
    text = f"登记{member.name}{Direction(direction).label}"
    rows.tell("journey_opened", text, member, by=by, now=now, data={"journey": record["public_id"]})
    return str(record["public_id"])


def edit_journey(
    *, journey: Journey, values: Mapping[str, Any], by: Actor, version: int | None = None, confirmed: Collection[str] = (),
    now: dt.datetime | None = None,
) -> Journey:  # fmt: skip
    """Change columns of :data:`EDITABLE`, of an ended journey too (a correction). Raises as ``edit_member`` does."""
    now = now or clock.now()
    _only(values)
    with transaction.atomic():
        before = rows.locked(journey, by)
        clean = check(Journey, values, today=timezone.localdate(now), now=rows.row_of(before)).require()
        changes = rows.differing(before, clean)
        if version is not None and version != before.version and not changes:
            return before  # the same form sent twice
        rows.require_version(before, version, changes)
        columns = rows.columns(Journey, before.public_id, changes)
        if "region_code" in changes and before.direction == Direction.OUT:
            columns["mobility"] = Places().mobility(before.home_path, changes["region_code"])
        writer = rows.writer(by, now)
        writer.change(Journey, rows.row_of(before), columns)
        writer.verified(before.member_id, rows.proof(changes, known_fields(confirmed)))
        rows.flush(writer)
        if changes:
            text = f"修改{before.member.name}的{before.get_direction_display()}经历：{rows.labels(Journey, changes)}"
            rows.tell("journey_edited", text, before.member, by=by, now=now, data={"journey": before.public_id})
        return rows.locked(before, by)


def blockers_to_end(journey: Journey) -> list[str]:
    return [] if journey.is_open else [f"这段经历已经是“{journey.get_state_display()}”。"]


def end_journey(
    *, journey: Journey, outcome: str, on: str, by: Actor, note: str = "", version: int | None = None,
    now: dt.datetime | None = None,
) -> Journey:  # fmt: skip
    """The journey ends: returned, transferred or closed, on a (partial) date. Raises Blocked, UserError, NotAllowed."""
    now = now or clock.now()
    if outcome not in OUTCOMES:
        raise UserError("请选择怎样结束：已返乡、已转出或已结束。", "invalid")
    with transaction.atomic():
        before = rows.locked(journey, by)
        if before.state == outcome:
            return before  # the same form sent twice
        if blockers := blockers_to_end(before):
            raise Blocked(blockers)
        typed = {"ended_on": on, **({"note": note} if note else {})}
        clean = check(Journey, typed, today=timezone.localdate(now), now=rows.row_of(before)).require()
        if not clean["ended_on"]:
            raise UserError("请填写结束的日期，只知道年月也可以。", "date_missing")
        rows.require_version(before, version, clean)
        writer = rows.writer(by, now)
        writer.change(Journey, rows.row_of(before), {**clean, "state": str(outcome)})
        rows.flush(writer)
        text = f"{before.member.name}的{before.get_direction_display()}经历：{JourneyState(outcome).label}"
        rows.tell("journey_ended", text, before.member, by=by, now=now, data={"journey": before.public_id})
        return rows.locked(before, by)


def _only(values: Mapping[str, Any]) -> None:
    if unknown := set(values) - set(EDITABLE):
        raise ValueError(f"not editable: {sorted(unknown)}")
