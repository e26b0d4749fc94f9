"""The other half of a return: the members at home (在家党员摸排), who has come, and the nil return (零报告)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from audit import actions as audit
from core import clock
from core.actors import SYSTEM, Actor
from core.errors import Blocked, UserError
from core.permissions import Permission
from members.actions.journeys import open_journey
from members.actions.lost import open_lost
from members.actions.people import set_party_status
from members.actions.steps import undo_step
from members.enums import OPEN_LOST_STATES, OPEN_STATES, Direction, StepKind
from members.models import JourneyStep, LostContact, Member
from sweeps.actions.answering import locked_return
from sweeps.actions.returns import require_version, submit
from sweeps.actions.telling import day_in, plain, told_by
from sweeps.blockers import own_items
from sweeps.enums import NEWLY_OUT, FindingKind
from sweeps.models import Finding, Item, Return


def at_home(of: Return, by: Actor) -> Any:
    """The branch's members that the sweep does not ask about: at home, as far as is known."""
    asked = Item.objects.visible_to(by).filter(sweep=of.sweep).values("member_id")
    members = Member.objects.visible_to(by).registered().filter(home=of.organisation_id)
    return members.exclude(pk__in=asked).order_by("name", "pk")


def blockers_to_canvass(of: Return) -> list[str]:
    if not of.is_branch:
        return ["摸排由党支部填写。"]
    if not of.is_editable:
        return [f"报表{of.get_state_display()}，不能再改。"]
    return []


def note_finding(
    *, of: Return, member: Member, kind: str, by: Actor, values: Mapping[str, Any] | None = None, note: str = "",
    on_behalf: str = "", now: dt.datetime | None = None,
) -> Finding:  # fmt: skip
    """ "都在家，除了 ...": register what the canvass turned up, in the register as well.

    ``values``: of somebody newly out the columns of the journey; of a death ``on``; of somebody unreachable ``since``. A
    transfer is only noted: the membership moves by its own procedure. Who provided it stands in the note. Raises NotAllowed, Blocked, UserError.
    """
    now = now or clock.now()
    given = dict(values or {})
    if kind not in FindingKind.values or kind == FindingKind.ARRIVED:
        raise UserError("请选择是什么情况。", "invalid")
    with transaction.atomic():
        mine = locked_return(of, by)
        if blockers := blockers_to_canvass(mine):
            raise Blocked(blockers)
        known = Finding.objects.visible_to(by, Permission.EDIT).filter(of=mine, member=member).first()
        if known is not None and known.kind == kind:
            return known
        if known is not None:
            raise Blocked([f"{member.name}已登记为“{known.get_kind_display()}”，要改请到档案里改。"])
        if not at_home(mine, by).filter(pk=member.pk).exists():
            raise Blocked([f"{member.name}不在本支部的在家党员里。"])
        told = told_by(mine, on_behalf, by)
        if kind in NEWLY_OUT:
            open_journey(member=member, direction="out", values=given, by=by, now=now)
        elif kind == FindingKind.UNREACHABLE:
            open_lost(member=member, values=given, by=by, now=now)
        elif kind == FindingKind.DECEASED:
            set_party_status(member=member, status="deceased", on=day_in(given.get("on") or ""), by=by, now=now)
        said = "，".join(filter(None, (f"{told}提供" if told else "", plain(note))))
        _tell("sweep_found", f"摸排登记{member.name}：{FindingKind(kind).label}", mine, member, by, now)
        return Finding.objects.create(
            of=mine, path=mine.path, member=member, kind=kind, note=said[:200], found_at=now, found_by=by.ref
        )


def take_back(*, of: Return, member: Member, by: Actor, now: dt.datetime | None = None) -> None:
    """The person is at home after all: what was found is taken out again, and the stay that it had begun.

    What the register has gone on to make of it is put right there first. Again: nothing. Raises NotAllowed, Blocked.
    """
    now = now or clock.now()
    with transaction.atomic():
        mine = locked_return(of, by)
        if blockers := blockers_to_canvass(mine):
            raise Blocked(blockers)
        found = Finding.objects.visible_to(by, Permission.EDIT).filter(of=mine, member=member).first()
        if found is None:
            return
        if found.kind in NEWLY_OUT:
            _undo_leaving(member, by, now)
        elif found.kind == FindingKind.UNREACHABLE and LostContact.objects.visible_to(by).filter(
            member=member, state__in=OPEN_LOST_STATES
        ).exists():  # fmt: skip
            raise Blocked([f"先到“联系不上”里写明{member.name}已经联系上，再来撤回。"])
        elif found.kind == FindingKind.DECEASED and found.member.party_status == "deceased":
            raise Blocked([f"{member.name}的党籍状态已经改为去世，先到档案里更正，再来撤回。"])
        Finding.objects.visible_to(by, Permission.EDIT).filter(pk=found.pk).delete()
        _tell("sweep_found_undone", f"撤回摸排登记的{member.name}", mine, member, by, now)


def _undo_leaving(member: Member, by: Actor, now: dt.datetime) -> None:
    begun = JourneyStep.objects.visible_to(by).filter(journey__member=member, journey__direction=Direction.OUT)
    step = begun.filter(kind=StepKind.OPENED, journey__state__in=OPEN_STATES, undone_at__isnull=True).last()
    if step is not None:
        undo_step(step=step, by=by, now=now)


def _tell(kind: str, text: str, of: Return, member: Member, by: Actor, now: dt.datetime) -> None:
    where = None if member.restricted else of.organisation_id
    audit.record(kind, text, by=by, subject=member, organisation_id=where, data={"sweep": of.sweep.public_id}, now=now)


def confirm_canvass(
    *, of: Return, by: Actor, on_behalf: str = "", version: int | None = None, now: dt.datetime | None = None
) -> Return:
    """All others are at home, and nobody else has come. Again: nothing. Raises NotAllowed, Blocked, UserError."""
    now = now or clock.now()
    with transaction.atomic():
        mine = locked_return(of, by)
        if mine.canvassed_at is not None:
            return mine
        require_version(mine, version)
        if blockers := blockers_to_canvass(mine):
            raise Blocked(blockers)
        told = told_by(mine, on_behalf, by)
        mine.canvassed_at, mine.canvassed_by, mine.version = now, by.ref, mine.version + 1
        mine.save(update_fields=["canvassed_at", "canvassed_by", "version"])
        text = f"{mine.organisation.short_name}确认在家党员摸排" + (f"，{told}提供" if told else "")
        audit.record("sweep_canvassed", text, by=by, subject=mine, organisation_id=mine.organisation_id, now=now)
        return mine


def blockers_to_nil(of: Return) -> list[str]:
    """A nil return is for a branch that has nobody away and nobody here."""
    if blockers := blockers_to_canvass(of):
        return blockers
    if number := own_items(of).count():
        return [f"本支部有 {number} 名流动党员要核实，不是零报告。"]
    if Finding.objects.visible_to(SYSTEM).filter(of=of).exists():
        return ["摸排已经登记了有变化的人，不是零报告，请按平常的办法上报。"]
    return []


def nil_return(*, of: Return, by: Actor, on_behalf: str = "", way: str = "", now: dt.datetime | None = None) -> Return:
    """零报告 in one tap: nobody has left, nobody has come; the canvass is confirmed and the return goes up.

    Raises NotAllowed, Blocked, UserError.
    """
    now = now or clock.now()
    with transaction.atomic():
        mine = locked_return(of, by)
        if mine.is_nil and not mine.is_editable:
            return mine
        if blockers := blockers_to_nil(mine):
            raise Blocked(blockers)
        confirm_canvass(of=mine, by=by, on_behalf=on_behalf, now=now)
        Return.objects.visible_to(by, Permission.EDIT).filter(pk=mine.pk).update(is_nil=True)
        return submit(of=mine, by=by, on_behalf=on_behalf, way=way, now=now)
