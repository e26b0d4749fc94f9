"""Home branch and mobile branch at once (双重管理), and a guest whose membership comes to us."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from branches.models import Organisation
from core import clock, hooks
from core.actors import Actor
from core.errors import Blocked, NotAllowed
from core.permissions import Permission
from members.actions import rows
from members.actions.people import blockers_to_move, blockers_to_receive, end_membership
from members.enums import JourneyState, MembershipKind
from members.models import Journey, Member
from members.writing import Writer

MOBILE = MembershipKind.MOBILE.value
INFLOW = MembershipKind.INFLOW.value
HOME = MembershipKind.HOME.value


def is_mobile(organisation: Organisation) -> bool:
    """A branch or group that was set up where members gather away from home."""
    return "mobile" in organisation.marks


def blockers_to_join_mobile(member: Member) -> list[str]:
    """Why this person cannot be put into a mobile branch beside the own one."""
    if member.is_guest:
        return ["组织关系不在本县，由接收支部管理，不再另编入流动支部。"]
    if member.care is not None:
        return [f"已经编入{member.care.short_name}；要换一个，请先退出。"]
    return blockers_to_move(member)


def blockers_of_mobile(branch: Organisation, member: Member) -> list[str]:
    """Why this organisation cannot take the person in as a mobile branch does."""
    if not branch.is_open:
        return [f"{branch.short_name}已经撤销。"]
    if not is_mobile(branch):
        return [f"{branch.short_name}不是流动党员党组织。"]
    if branch.pk == member.home_id:
        return [f"组织关系就在{branch.short_name}。"]
    return []


def join_mobile(*, member: Member, branch: Organisation, by: Actor, now: dt.datetime | None = None) -> Member:
    """Put a member into a mobile branch as well; the membership stays where it is, and there the member is counted.

    Whoever looks after one side only asks through the journey: its host confirms. Raises NotAllowed, Blocked.
    """
    now = now or clock.now()
    with transaction.atomic():
        before = rows.locked_member(member, by)
        rows.require_home(before, by)
        if not by.reaches(branch.path, Permission.EDIT):
            raise NotAllowed(
                "只能编入您管辖的流动支部；别处的流动支部，请在流动经历里填为流入地党组织，由对方确认报到。"
            )
        if before.care_id == branch.pk:
            return before
        if blockers := [*blockers_to_join_mobile(before), *blockers_of_mobile(branch, before)]:
            raise Blocked(blockers)
        writer = rows.writer(by, now)
        enter_mobile(before, branch, writer)
        rows.flush(writer)
        return _told("mobile_joined", f"{before.name}编入{branch.short_name}", before, by, now)


def quit_mobile(*, member: Member, by: Actor, now: dt.datetime | None = None) -> Member:
    """Take a member out of the mobile branch: by either side. Raises NotAllowed, Blocked."""
    now = now or clock.now()
    with transaction.atomic():
        before = rows.locked_member(member, by)
        if before.is_guest:
            raise Blocked(["流入党员由接收支部管理，没有另编入流动支部。"])
        if before.care is None:
            return before
        branch = before.care
        writer = rows.writer(by, now)
        leave_mobile(before, writer)
        rows.flush(writer)
        return _told("mobile_left", f"{before.name}退出{branch.short_name}", before, by, now)


def _told(kind: str, text: str, before: Member, by: Actor, now: dt.datetime) -> Member:
    """Unscoped: a mobile branch that lets somebody go does not see the person any more."""
    member = Member.objects.unscoped().get(pk=before.pk)
    rows.tell(kind, text, member, by=by, now=now)
    hooks.member_moved.call(member=member, by=by)
    return member


def enter_mobile(member: Member, branch: Organisation, writer: Writer) -> None:
    writer.member_of({"id": member.pk}, branch.pk, MOBILE, writer.on)
    writer.change(Member, rows.row_of(member), {"care_id": branch.pk, "care_path": branch.path})


def leave_mobile(member: Member, writer: Writer, *, only: int | None = None) -> None:
    """``only``: the branch that it must be, or nothing happens."""
    if member.is_guest or member.care_id is None or (only is not None and member.care_id != only):
        return
    end_membership(member.pk, MOBILE, writer.on, writer.batch)
    writer.change(Member, rows.row_of(member), {"care_id": None, "care_path": ""})


# -- a guest becomes one of ours ----------------------------------------------------------------


def blockers_to_admit(member: Member) -> list[str]:
    if not member.is_guest:
        return ["组织关系就在本县，不用转入。"]
    if not member.identity:
        return ["还没有公民身份号码。转入组织关系要有身份证号，请先在档案里补上。"]
    return blockers_to_move(member)


def admit_guest(
    *, member: Member, home: Organisation, by: Actor, version: int | None = None, now: dt.datetime | None = None
) -> Member:
    """The membership of a guest has come to a branch of ours: no guest any more, and the stay has ended that way.

    Raises NotAllowed, Blocked, StaleVersion.
    """
    now = now or clock.now()
    with transaction.atomic():
        before = rows.locked_member(member, by)
        rows.require_home(before, by)
        if not by.reaches(home.path, Permission.EDIT):
            raise NotAllowed("只能转入您管辖的支部。")
        if before.home_id == home.pk:
            return before
        if blockers := [*blockers_to_admit(before), *blockers_to_receive(home)]:
            raise Blocked(blockers)
        rows.require_version(before, version, {})
        writer = rows.writer(by, now)
        end_membership(before.pk, INFLOW, writer.on)
        writer.member_of({"id": before.pk}, home.pk, HOME, writer.on)
        place: dict[str, Any] = {"home_id": home.pk, "home_path": home.path, "care_id": None, "care_path": ""}
        writer.change(Member, rows.row_of(before), place)
        for stay in Journey.objects.unscoped().filter(member=before).open().inward():
            ended = {"state": JourneyState.TRANSFERRED.value, "ended_on": writer.on.isoformat()}
            writer.change(Journey, rows.row_of(stay), ended)
        rows.flush(writer)
        return _told("guest_admitted", f"{before.name}的组织关系转入{home.short_name}", before, by, now)
