"""A founding on its way from desk to desk: handed in, approved or not, founded with all that belongs to it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from branches.actions import organisations, posts
from branches.models import Organisation, Post
from core import clock
from core.actors import Actor
from core.domain.dates import PartialDate
from core.domain.regions import region_place
from core.errors import Blocked, NotAllowed, UserError
from core.permissions import Permission
from members.actions.belonging import join_mobile
from members.checks import check
from stations import founding as rules
from stations import founding_paper
from stations.actions import founding_moves as moves
from stations.founding_enums import (
    APPROVE,
    COMPLETE,
    REFUSE,
    REOPEN,
    SUBMIT,
    TAKE_BACK,
    WITH_MEMBERS,
    WITHDRAW,
    FoundingKind,
)
from stations.models import Founding

PAPERS = {"application": "请示", "approval": "批复"}


def blockers_to_submit(founding: Founding, by: Actor, now: dt.datetime) -> list[str]:
    return rules.blockers(rules.conditions(founding, rules.chosen(founding, by), by, timezone.localdate(now)))


def submit(*, founding: Founding, by: Actor, now: dt.datetime | None = None) -> Founding:
    """Hand it to the county. Raises NotAllowed, Blocked, WrongState."""
    now = now or clock.now()
    with transaction.atomic():
        locked = moves.locked(founding, by)
        if blockers := blockers_to_submit(locked, by, now):
            raise Blocked(blockers)
        return moves.move(locked, SUBMIT, f"报县里审批：{locked}", by=by, now=now)


def take_back(*, founding: Founding, by: Actor, now: dt.datetime | None = None) -> Founding:
    """Back to be changed, before the county has decided. Raises NotAllowed, WrongState."""
    now = now or clock.now()
    with transaction.atomic():
        locked = moves.locked(founding, by)
        return moves.move(locked, TAKE_BACK, f"撤回来改：{locked}", by=by, now=now)


def approve(
    *,
    founding: Founding,
    approved_by: str,
    approval_no: str,
    approved_on: dt.date,
    by: Actor,
    now: dt.datetime | None = None,
) -> Founding:
    """The committee has approved it: what its paper says is entered by the county. Raises NotAllowed, UserError, WrongState."""
    now = now or clock.now()
    typed = {"approved_by": approved_by, "approval_no": approval_no}
    clean = check(Founding, typed, today=timezone.localdate(now)).require()
    if not all(clean.values()):
        raise UserError("请填写批准机关和批复文号。", "missing")
    if approved_on > timezone.localdate(now):
        raise UserError("批复日期还没有到，请核对。", "date_future")
    with transaction.atomic():
        locked = _decidable(founding, by)
        clean["approved_on"] = approved_on
        return moves.move(locked, APPROVE, f"批准成立：{locked}", by=by, now=now, values=clean)


def refuse(*, founding: Founding, reason: str, by: Actor, now: dt.datetime | None = None) -> Founding:
    """Raises NotAllowed, UserError, WrongState."""
    now = now or clock.now()
    with transaction.atomic():
        locked = _decidable(founding, by)
        return moves.move(locked, REFUSE, f"没有批准：{locked}", by=by, now=now, values={"answer": _why(reason)})


def withdraw(*, founding: Founding, reason: str, by: Actor, now: dt.datetime | None = None) -> Founding:
    """It is not gone on with. Raises NotAllowed, UserError, WrongState."""
    now = now or clock.now()
    with transaction.atomic():
        locked = moves.locked(founding, by)
        return moves.move(locked, WITHDRAW, f"不办了：{locked}", by=by, now=now, values={"answer": _why(reason)})


def reopen(*, founding: Founding, by: Actor, now: dt.datetime | None = None) -> Founding:
    """Prepare it once more, from where it stood. Raises NotAllowed, WrongState."""
    now = now or clock.now()
    with transaction.atomic():
        locked = moves.locked(founding, by)
        return moves.move(locked, REOPEN, f"重新准备：{locked}", by=by, now=now, values={"answer": ""})


def complete(*, founding: Founding, by: Actor, now: dt.datetime | None = None) -> Founding:
    """Found it: the organisation, its secretary and its members, all or nothing. Sent twice it happens once.

    Raises NotAllowed, Blocked, UserError, WrongState.
    """
    now = now or clock.now()
    with transaction.atomic():
        locked = _decidable(founding, by)
        if locked.made is not None:
            return locked
        members = rules.chosen(locked, by)
        if blockers := rules.blockers(rules.conditions(locked, members, by, timezone.localdate(now))):
            raise Blocked(blockers)
        made = _organisation(locked, by, now)
        if locked.secretary is not None:
            title = Post.Title.CONTACT if locked.kind == FoundingKind.GROUP else Post.Title.SECRETARY
            posts.appoint(
                organisation=made, title=title, holder_name=locked.secretary.name, phone=locked.secretary.reveal("phone"),
                starts_on=locked.approved_on, by=by, now=now,
            )  # fmt: skip
        if locked.kind in WITH_MEMBERS:
            for one in members:
                join_mobile(member=one.member, branch=made, by=by, now=now)
        return moves.move(locked, COMPLETE, f"成立{made.name}", by=by, now=now, values={"made": made})


def take_paper(*, founding: Founding, which: str, by: Actor, now: dt.datetime | None = None) -> bytes:
    """A Word file out of :data:`PAPERS`; an event says so. Raises NotAllowed."""
    if not by.reaches(founding.path, Permission.ORGANISE):
        raise NotAllowed
    data = founding_paper.MAKERS[which](founding, by)
    with transaction.atomic():
        moves.record("founding_paper_made", f"{PAPERS[which]}：{founding}", founding, by, now or clock.now())
    return data


def _organisation(founding: Founding, by: Actor, now: dt.datetime) -> Organisation:
    place = region_place(founding.region)
    assert founding.approved_on is not None
    marks = ["mobile", *(["retired"] if founding.people == "retired" else []), *(["trade"] if founding.trade else [])]
    return organisations.create(
        parent=founding.superior, name=founding.name, kind=founding.kind, marks=marks, ends_on=founding.ends_on,
        region_code=place.code if place else "", place=place.label() if place else "",
        founded_on=PartialDate.from_iso(founding.approved_on.isoformat()), note=f"批复：{founding.approval_no}"[:300], by=by,
        now=now,
    )  # fmt: skip


def _why(reason: str) -> str:
    clean = check(Founding, {"answer": reason}).require()["answer"]
    if len(clean) < 2:
        raise UserError("请写明原因。", "missing")
    return str(clean)


def _decidable(founding: Founding, by: Actor) -> Founding:
    locked = moves.locked(founding, by)
    if not rules.may_decide(locked, by):
        raise NotAllowed("流动党员党组织由县级以上党委批准，请报县里。")
    return locked
