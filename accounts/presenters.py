"""Accounts as pages show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts import rights
from accounts.models import Grant, LoginSlip, User
from audit.models import Event
from branches.models import Organisation
from core.actors import SYSTEM, Actor
from core.components import Entry, Fact
from core.paths import WIDTH

STATE_CHIPS = {"used": ("在用", "ok"), "new": ("还没登录过", "info"), "disabled": ("已停用", "neutral")}


@dataclass(frozen=True)
class GrantLine:
    """A role of somebody: what, where, from when until when, and why it cannot be taken back (if so)."""

    grant: Grant
    title: str
    place: str
    dates: str
    note: str
    blockers: list[str]
    is_stand_in: bool


def roles_of(users: Sequence[User], today: dt.date) -> dict[int, str]:
    """Each user's roles in one line of text, by id, with one query for all."""
    grants = Grant.objects.live(today).filter(user__in=users).select_related("organisation", "stands_in_for")
    roles: dict[int, list[str]] = {}
    for grant in grants.order_by("starts_on", "pk"):
        stand_in = f"，代{grant.stands_in_for.name}" if grant.stands_in_for else ""
        roles.setdefault(grant.user_id, []).append(f"{grant.title}（{grant.place}{stand_in}）")
    return {user: "、".join(ones) for user, ones in roles.items()}


def grant_lines(user: User, today: dt.date, by: Actor | None = None) -> list[GrantLine]:
    grants = Grant.objects.filter(user=user).live(today).select_related("organisation", "stands_in_for", "post")
    return [_line(grant, by, today) for grant in grants.order_by("starts_on", "pk")]


def _line(grant: Grant, by: Actor | None, today: dt.date) -> GrantLine:
    note = f"代{grant.stands_in_for.name}" if grant.stands_in_for else ""
    if grant.post_id and not note:
        note = "随职务，卸任即止"
    if grant.starts_on > today:
        note = f"{note}（还没开始）" if note else "还没开始"
    return GrantLine(
        grant=grant,
        title=grant.title,
        place=grant.place,
        dates=f"{grant.starts_on:%Y-%m-%d} 至 {grant.ends_on:%Y-%m-%d}"
        if grant.ends_on
        else f"{grant.starts_on:%Y-%m-%d} 起",
        note=note,
        blockers=_withdraw_blockers(grant, by, today) if by else [],
        is_stand_in=grant.stands_in_for_id is not None,
    )


def _withdraw_blockers(grant: Grant, by: Actor, today: dt.date) -> list[str]:
    allowed = {role.key for role in rights.grantable(by, grant.organisation, today)}
    if grant.role not in allowed and grant.user.public_id != by.id:
        return [f"您的岗位不能收回{grant.place}的“{grant.title}”，请上一级办理"]
    return rights.blockers_to_withdraw(grant, by, today)


FEW = 20  # so many rows are shown without folding them by unit


@dataclass(frozen=True)
class UnitRows:
    """The rows of one unit next below a place (or of the place itself)."""

    unit: Organisation
    rows: list[Any]

    @property
    def note(self) -> str:
        return f"{len(self.rows)} 个职务"


def by_unit(place: Organisation, rows: Sequence[tuple[Organisation, Any]]) -> list[UnitRows]:
    """Rows with their organisations, all in the subtree of ``place``, by its direct children; their order is kept."""
    end = len(place.path) + WIDTH
    grouped: dict[str, list[Any]] = {}
    for organisation, row in rows:
        grouped.setdefault(organisation.path[:end], []).append(row)
    units = Organisation.objects.filter(path__in=grouped).in_bulk(field_name="path")
    return [UnitRows(units[path], found) for path, found in grouped.items()]


def own_facts(user: User) -> list[Fact]:
    return [
        Fact("姓名", user.name),
        Fact("单位", user.unit),
        Fact("岗位", user.duty),
        Fact("用户名", user.shown_username),
    ]


def account_facts(user: User) -> list[Fact]:
    facts = [Fact("单位", user.unit), Fact("岗位", user.duty), Fact("用户名", user.shown_username)]
    last = timezone.localtime(user.last_login).strftime("%Y-%m-%d %H:%M") if user.last_login else "还没登录过"
    facts += [Fact("最近登录", last), Fact("开通时间", timezone.localtime(user.created_at).strftime("%Y-%m-%d"))]
    if user.disabled_at:
        facts.append(Fact("停用", f"{timezone.localtime(user.disabled_at):%Y-%m-%d %H:%M}，{user.disabled_by}"))
    return facts


def slip_entries(user: User) -> list[Entry]:
    return [
        Entry(at=slip.made_at, title=_slip_state(slip), by=str(slip.made_by or ""))
        for slip in LoginSlip.objects.filter(user=user).order_by("-made_at")[:5]
    ]


def _slip_state(slip: LoginSlip) -> str:
    if slip.used_at:
        return f"打印账号条，{timezone.localtime(slip.used_at):%m-%d %H:%M} 已使用"
    if slip.void_at:
        return "打印账号条，已作废"
    if slip.expires_at <= timezone.now():
        return "打印账号条，已过期"
    return f"打印账号条，{timezone.localtime(slip.expires_at):%m-%d} 前有效"


def sign_ins(user: User, number: int = 5) -> list[Entry]:
    """The last sign-ins and refusals: whoever finds a strange one tells the level above."""
    events = Event.objects.visible_to(SYSTEM).filter(
        subject_type="accounts.user",
        subject_id=user.public_id,
        kind__in=("signed_in", "sign_in_failed", "sign_in_locked", "factor_failed", "slip_refused"),
    )
    return [
        Entry(
            at=event.at,
            title=event.text,
            text=f"来自 {event.data['address']}" if event.data.get("address") else "",
            tone="" if event.kind == "signed_in" else "warn",
        )
        for event in events.order_by("-at", "-pk")[:number]
    ]
