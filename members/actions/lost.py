"""Lost contact by hand: opening a spell, noting the search, and finding somebody again."""

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
from members.ledgers.lost_rows import state_for
from members.ledgers.people import Surroundings
from members.ledgers.records import Places
from members.models import LostContact, Member

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
    """Somebody cannot be reached since a date. Past the months of the rule it is 失联, before that 联系不上.

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
        state = state_for(clean["since"], Surroundings(by, today, Places()))
        record = writer.create(LostContact, {**clean, "state": state, "member_id": locked.pk, "home_path": locked.path})
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
    """Refine a spell: the date, the circumstances, the steps of the search. Raises as ``edit_member`` does."""
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


def blockers_to_find(lost: LostContact) -> list[str]:
    if lost.state in (LostState.COUNTING, LostState.LOST):
        return []
    if lost.state == LostState.STOPPED:
        return ["已经停止党籍，取得联系后要先按程序恢复党籍。"]
    return [f"这一条已经是“{lost.get_state_display()}”。"]


def found(
    *, lost: LostContact, on: str, by: Actor, note: str = "", version: int | None = None, now: dt.datetime | None = None
) -> LostContact:
    """Somebody has been reached again, on a date. Raises Blocked, UserError, NotAllowed, StaleVersion."""
    now = now or clock.now()
    with transaction.atomic():
        before = rows.locked(lost, by)
        if before.state == LostState.FOUND:
            return before  # the same form sent twice
        if blockers := blockers_to_find(before):
            raise Blocked(blockers)
        typed = {"found_on": on, **({"note": note} if note else {})}
        clean = check(LostContact, typed, today=timezone.localdate(now), now=rows.row_of(before)).require()
        if not clean["found_on"]:
            raise UserError("请填写取得联系的日期。", "date_missing")
        rows.require_version(before, version, clean)
        writer = rows.writer(by, now)
        writer.change(LostContact, rows.row_of(before), {**clean, "state": LostState.FOUND.value})
        rows.flush(writer)
        text = f"与{before.member.name}取得联系"
        rows.tell("lost_found", text, before.member, by=by, now=now, data={"lost": before.public_id})
        return rows.locked(before, by)


def _only(values: Mapping[str, Any]) -> None:
    if unknown := set(values) - set(EDITABLE):
        raise ValueError(f"not editable: {sorted(unknown)}")
