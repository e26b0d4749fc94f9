"""Lost contact by hand: opening a spell, correcting it, and searching. What is decided stands in ``lost_acts``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from core import clock
from core.actors import Actor
from core.errors import Blocked, UserError
from core.idempotency import once
from members.actions import rows
from members.checks import check
from members.enums import OPEN_LOST_STATES, LostState
from members.models import LostContact, LostStep, Member

EDITABLE = ("since", "reason", "category", "steps", "note")


def blockers_to_open_lost(member: Member) -> list[str]:
    """Why no spell of lost contact can be opened for ``member`` now."""
    if member.merged_into_id:
        return ["这份档案已经合并到另一份。"]
    # Uniqueness sees all: the member was found within the scope before.
    if LostContact.objects.unscoped().filter(member=member, state__in=OPEN_LOST_STATES).exists():
        return ["已经登记为联系不上，请在那一条里补充查找经过。"]
    return []


def open_lost(
    *, member: Member, values: Mapping[str, Any], by: Actor, key: str = "", now: dt.datetime | None = None
) -> LostContact:
    """Somebody cannot be reached since a date. However long ago that is, it counts as 联系不上 until the committee confirms.

    Raises NotAllowed, Blocked, UserError.
    """
    now = now or clock.now()
    today = timezone.localdate(now)
    _only(values)
    clean = check(LostContact, {"since": None, **values}, today=today).require()
    if not clean["since"]:
        raise UserError("请填写从什么时候起联系不上，只知道年月也可以。", "date_missing")

    def create() -> str:
        if blockers := blockers_to_open_lost(locked):
            raise Blocked(blockers)
        writer = rows.writer(by, now, source="create")
        counting = {"state": LostState.COUNTING.value, "member_id": locked.pk, "home_path": locked.path}
        record = writer.create(LostContact, {**clean, **counting})
        rows.flush(writer)
        rows.tell(
            "lost_opened", f"登记{locked.name}联系不上", locked, by=by, now=now, data={"lost": record["public_id"]}
        )
        return str(record["public_id"])

    with transaction.atomic():
        locked = rows.locked_member(member, by)
        public_id, _made = once(key, by=by, now=now, create=create)
    return LostContact.objects.visible_to(by).get(public_id=public_id)


def note_lost(
    *,
    lost: LostContact,
    values: Mapping[str, Any],
    by: Actor,
    version: int | None = None,
    now: dt.datetime | None = None,
) -> LostContact:
    """Refine a spell: the date, the circumstances, what a ledger told of the search. Raises as ``edit_member`` does."""
    now = now or clock.now()
    _only(values)
    with transaction.atomic():
        before = rows.locked(lost, by)
        clean = check(LostContact, values, today=timezone.localdate(now), now=rows.row_of(before)).require()
        changes = rows.differing(before, clean)
        if version is not None and version != before.version and not changes:
            return before  # the same form sent twice
        rows.require_version(before, version, changes)
        writer = rows.writer(by, now)
        writer.change(LostContact, rows.row_of(before), changes)
        rows.flush(writer)
        if changes:
            text = f"补充{before.member.name}的查找情况：{rows.labels(LostContact, changes)}"
            rows.tell("lost_noted", text, before.member, by=by, now=now, data={"lost": before.public_id})
        return rows.locked(before, by)


def blockers_to_search(lost: LostContact) -> list[str]:
    return [] if lost.is_open else [f"这一条已经是“{lost.get_state_display()}”，不用再找。"]


def add_step(
    *, lost: LostContact, on: dt.date, way: str, result: str, by: Actor, text: str = "", key: str = "",
    now: dt.datetime | None = None,
) -> LostStep:  # fmt: skip
    """One try to reach the person. The same ``key`` sent twice makes one. Raises NotAllowed, Blocked, UserError."""
    now = now or clock.now()
    today = timezone.localdate(now)
    clean = check(LostStep, {"way": way, "result": result, "text": text}, today=today).require()
    if not clean["way"] or not clean["result"]:
        raise UserError("请选择怎么找的、结果怎样。", "invalid")
    if on > today:
        raise UserError("查找的日期还没有到，请核对。", "date_future")

    def create() -> str:
        if blockers := blockers_to_search(before):
            raise Blocked(blockers)
        step = LostStep.objects.create(lost=before, on=on, by=by.ref, at=now, **clean)
        writer = rows.writer(by, now)
        latest = max(on, before.searched_on or on)
        writer.change(LostContact, rows.row_of(before), {"searched_on": latest.isoformat()})
        rows.flush(writer)
        what = f"{step.get_way_display()}，{step.get_result_display()}"
        rows.tell(
            "lost_searched", f"查找{before.member.name}：{what}", before.member, by=by, now=now,
            data={"lost": before.public_id},
        )  # fmt: skip
        return step.public_id

    with transaction.atomic():
        before = rows.locked(lost, by)
        public_id, _made = once(key, by=by, now=now, create=create)
    return LostStep.objects.visible_to(by).get(public_id=public_id)


def _only(values: Mapping[str, Any]) -> None:
    if unknown := set(values) - set(EDITABLE):
        raise ValueError(f"not editable: {sorted(unknown)}")
