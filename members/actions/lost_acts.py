"""What is decided about a spell of lost contact, its end when the person is found, and taking either back within a day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from audit.models import Change
from core import clock
from core.actors import Actor
from core.errors import Blocked, NotAllowed, UserError
from core.ids import new_id
from members.actions import rows
from members.actions.people import write_status
from members.actions.steps import UNDO_WITHIN
from members.checks import check
from members.enums import LostActKind, LostState
from members.lost_procedure import ACTS, Act, Procedure
from members.models import LostAct, LostContact
from members.writing import Writer

UNDO = "undo_step"  # source of the history that taking back writes


def decide(
    *, lost: LostContact, kind: str, on: dt.date, by: Actor, meeting: str = "", document: str = "",
    version: int | None = None, now: dt.datetime | None = None,
) -> LostContact:  # fmt: skip
    """Record what a meeting decided on a day: an act of ``lost_procedure.ACTS``. The party status follows at once.

    Raises NotAllowed for a level that does not answer for it, Blocked, UserError, StaleVersion.
    """
    now = now or clock.now()
    act = ACTS[kind]
    papers = check(LostAct, {"meeting": meeting, "document": document}).require()
    _check_papers(act, on, papers, timezone.localdate(now))
    with transaction.atomic():
        member = rows.locked_member(lost.member, by)
        before = rows.locked(lost, by)
        procedure = Procedure(before, by, timezone.localdate(now))
        if _is_done(act, procedure):
            return before  # the same form sent twice
        if kind in procedure.offered() and not procedure.may(kind):
            raise NotAllowed(procedure.blockers(kind)[0])
        if blockers := [*procedure.blockers(kind), *_too_early(procedure, on)]:
            raise Blocked(blockers)
        changes = _changes(act, on, papers["document"])
        rows.require_version(before, version, changes)
        writer = _begin(by, now)
        writer.change(LostContact, rows.row_of(before), changes)
        if act.status:
            write_status(member, act.status, on, writer)
        _leave(before, act.kind, on.isoformat(), writer, **papers)
        return rows.locked(before, by)


def _check_papers(act: Act, on: dt.date, papers: dict[str, Any], today: dt.date) -> None:
    if on > today:
        raise UserError("日期还没有到，请核对。", "date_future")
    if act.papers and not papers["meeting"]:
        raise UserError("请填写在哪个会议上决定的。", "meeting_missing")
    if act.papers and not papers["document"]:
        raise UserError("请填写决定文件（文号或会议记录），没有决定不能办理。", "document_missing")


def _is_done(act: Act, procedure: Procedure) -> bool:
    if act.target:
        return bool(procedure.lost.state == act.target)
    return bool(procedure.acts) and procedure.acts[-1].kind == act.kind


def _too_early(procedure: Procedure, on: dt.date) -> list[str]:
    """A decision cannot lie before the one it stands on, nor before the time it is about."""
    lost = procedure.lost
    since = lost.since.day if lost.since else None
    earlier = max((one for one in (since, lost.decided_on, lost.applied_on) if one), default=None)
    return [f"日期早于前面登记的 {earlier:%Y-%m-%d}，请核对。"] if earlier and on < earlier else []


def _changes(act: Act, on: dt.date, document: str) -> dict[str, Any]:
    if act.kind == LostActKind.APPLY:
        return {"applied_on": on.isoformat()}
    if act.kind == LostActKind.REFUSE:
        return {"applied_on": None}
    if not act.target:
        return {}
    return {"state": str(act.target), "decided_on": on.isoformat(), "document": document}


def blockers_to_find(lost: LostContact) -> list[str]:
    if lost.state in (LostState.COUNTING, LostState.LOST):
        return []
    if lost.state == LostState.STOPPED:
        return ["已经停止党籍，取得联系后要先按程序恢复党籍。"]
    return [f"这一条已经是“{lost.get_state_display()}”。"]


def found(
    *, lost: LostContact, on: str, by: Actor, note: str = "", version: int | None = None, now: dt.datetime | None = None
) -> LostContact:
    """Somebody has been reached again, on a (partial) date. Raises Blocked, UserError, NotAllowed, StaleVersion."""
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
        writer = _begin(by, now)
        writer.change(LostContact, rows.row_of(before), {**clean, "state": LostState.FOUND.value})
        _leave(before, LostActKind.FOUND, clean["found_on"], writer)
        return rows.locked(before, by)


def _begin(by: Actor, now: dt.datetime) -> Writer:
    """Everything one act writes can be found again by its batch."""
    return rows.writer(by, now, batch=new_id())


def _leave(
    lost: LostContact, kind: LostActKind, on: str, writer: Writer, *, meeting: str = "", document: str = ""
) -> None:
    """Write what the act collected, its line on the page, its event."""
    rows.flush(writer)
    act = LostAct.objects.create(
        lost=lost, kind=kind, on=on, meeting=meeting, document=document, batch=writer.batch, by=writer.by.ref,
        at=writer.now,
    )  # fmt: skip
    event = "lost_found" if kind == LostActKind.FOUND else "lost_decided"
    text = "，".join(part for part in (f"{lost.member.name}：{kind.label}", on, meeting, document) if part)
    data = {"lost": lost.public_id, "act": act.public_id}
    rows.tell(event, text, lost.member, by=writer.by, now=writer.now, data=data)


# -- taking back --------------------------------------------------------------------------------


def blockers_to_undo(act: LostAct | None, now: dt.datetime) -> list[str]:
    """Why the last act on a spell can no longer be taken back as a whole."""
    if act is None:
        return ["没有可以撤销的事项。"]
    if now - act.at > UNDO_WITHIN:
        return ["登记已经超过一天，不能撤销了；需要更正请按程序重新办理。"]
    if _changed_since(act):
        return ["登记以后又有改动，不能撤销了。"]
    return []


def _written(batch: str) -> list[Change]:
    """What an act wrote, one a record. Unscoped: reached through a spell in the scope."""
    return list(Change.objects.unscoped().filter(batch=batch))


def _changed_since(act: LostAct) -> bool:
    """Whether a record that the act wrote was changed later, other than by acts that have been taken back themselves."""
    undone = (
        LostAct.objects.unscoped().filter(lost=act.lost_id, undone_at__isnull=False).values_list("batch", flat=True)
    )
    for change in _written(act.batch):
        later = Change.objects.unscoped().filter(object_id=change.object_id, version__gt=change.version)
        if later.exclude(batch__in=list(undone)).exclude(source=UNDO).exists():
            return True
    return False


def _revert(act: LostAct, writer: Writer) -> None:
    for change in _written(act.batch):
        model: Any = apps.get_model(change.object_type)
        record = model.objects.unscoped().select_for_update(of=("self",)).get(public_id=change.object_id)
        writer.change(model, rows.row_of(record), {name: before for name, (before, _after) in change.fields.items()})
    rows.flush(writer)


def may_undo(act: LostAct, procedure: Procedure) -> bool:
    """The level that may take the act; whoever wrote it."""
    if act.kind == LostActKind.FOUND or (act.by and act.by.id == procedure.by.id):
        return True
    return procedure.may(act.kind)


def undo(*, lost: LostContact, by: Actor, now: dt.datetime | None = None) -> LostContact:
    """Everything as it was before the last act on the spell. Raises NotAllowed, Blocked."""
    now = now or clock.now()
    with transaction.atomic():
        member = rows.locked(lost.member, by)
        before = rows.locked(lost, by)
        procedure = Procedure(before, by, timezone.localdate(now))
        act = procedure.acts[-1] if procedure.acts else None
        if blockers := blockers_to_undo(act, now):
            raise Blocked(blockers)
        assert act is not None  # the blockers have said so
        if not may_undo(act, procedure):
            raise NotAllowed("由登记这一步的党组织撤销。")
        _revert(act, rows.writer(by, now, source=UNDO))
        LostAct.objects.visible_to(by).filter(pk=act.pk).update(undone_at=now, undone_by=by.ref)
        text = f"撤销{member.name}的“{act.get_kind_display()}”"
        rows.tell("lost_undone", text, member, by=by, now=now, data={"lost": before.public_id, "act": act.public_id})
        return rows.locked(before, by)
