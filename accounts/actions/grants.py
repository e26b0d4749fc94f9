"""Giving and taking roles. Nobody can give what the own role does not list, beyond the own subtree, or to oneself."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from accounts import rights
from accounts.events import account_event
from accounts.models import Grant, Outpost, User
from accounts.roles import ROLES
from branches.models import Organisation, Post
from core import clock
from core.actors import Actor
from core.bulk import lock
from core.errors import NotAllowed, UserError

# Withdrawals and disablings queue here: two at once must not both find the other administrator still there.
ACCOUNTS_LOCK = "accounts"


@transaction.atomic
def grant(
    *,
    user: User,
    role: str,
    organisation: Organisation,
    by: Actor,
    post: Post | None = None,
    outpost: Outpost | None = None,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
    now: dt.datetime | None = None,
) -> Grant:
    """Give ``role`` at ``organisation``, or at an ``outpost`` that it keeps; with a ``post`` it ends when the post does. The same
    again changes nothing.

    Raises NotAllowed (subtree, role, oneself) and UserError (closed organisation, separation of duties, dates).
    """
    now = now or clock.now()
    today = timezone.localdate(now)
    _require_may_give(user, role, organisation, by, today)
    if ROLES[role].at_outpost != (outpost is not None):
        raise UserError(f"“{ROLES[role].title}”要在驿站的页面上授予，别的角色在这里授予。", "outpost")
    where = {"outpost_path": outpost.path, "outpost_label": outpost.label} if outpost else {"outpost_path": ""}
    starts_on = starts_on or today
    _require_dates(starts_on, ends_on, today)
    same = Grant.objects.live(today).filter(user=user, role=role, organisation=organisation, stands_in_for=None)
    same = same.filter(outpost_path=where["outpost_path"])
    if found := same.filter(post=post, ends_on=ends_on).first():
        return found
    made = Grant.objects.create(
        user=user, role=role, organisation=organisation, post=post, starts_on=starts_on, ends_on=ends_on,
        granted_by=by.ref, granted_at=now, **where,
    )  # fmt: skip
    until = f"，到 {ends_on:%Y-%m-%d} 为止" if ends_on else ""
    text = f"授予{user.name}“{made.title}”，范围{made.place}，自 {starts_on:%Y-%m-%d} 起{until}"
    account_event("grant_given", text, user, by=by, now=now, role=role, organisation=organisation.public_id)
    return made


def _require_may_give(user: User, role: str, organisation: Organisation, by: Actor, today: dt.date) -> None:
    if user.public_id == by.id:
        raise NotAllowed("不能给自己授权，请由另一位有权限的同事办理。")
    rights.require_grantable(by, role, organisation, today)
    if not organisation.is_open:
        raise UserError(f"{organisation.name}已撤销，不能再授权。", "organisation_closed")
    lock(f"accounts:{user.pk}")
    rights.require_none(rights.blockers_to_hold(user, ROLES[role], today))


def _require_dates(starts_on: dt.date, ends_on: dt.date | None, today: dt.date) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise UserError("止日不能早于起日。", "dates_reversed")
    if ends_on is not None and ends_on < today:
        raise UserError("止日已经过去，请核对。", "dates_past")


@transaction.atomic
def withdraw(*, grant: Grant, by: Actor, now: dt.datetime | None = None) -> Grant:
    """Take a grant back at once, with the stand-ins that hang on it. Raises NotAllowed, Blocked."""
    now = now or clock.now()
    today = timezone.localdate(now)
    lock(ACCOUNTS_LOCK)
    found = Grant.objects.select_for_update(of=("self",)).select_related("user", "organisation").get(pk=grant.pk)
    if found.user.public_id != by.id:
        rights.require_grantable(by, found.role, found.organisation, today)
    rights.require_none(rights.blockers_to_withdraw(found, by, today))
    stand_ins = Grant.objects.live(today).filter(
        stands_in_for=found.user, role=found.role, organisation=found.organisation, outpost_path=found.outpost_path
    )
    stand_ins = stand_ins.select_related("user", "organisation")
    for one in [found, *stand_ins]:
        one.withdrawn_at, one.withdrawn_by = now, by.ref
        one.save(update_fields=["withdrawn_at", "withdrawn_by"])
        text = f"收回{one.user.name}的“{one.title}”，范围{one.place}"
        account_event("grant_withdrawn", text, one.user, by=by, now=now, role=one.role)
    return found


@transaction.atomic
def stand_in(
    *, grant: Grant, user: User, by: Actor, starts_on: dt.date, ends_on: dt.date, now: dt.datetime | None = None
) -> Grant:
    """``user`` does the duty of ``grant`` from a day until a day (A/B岗). Raises NotAllowed, UserError."""
    now = now or clock.now()
    today = timezone.localdate(now)
    if grant.stands_in_for_id is not None:
        raise UserError("代岗的人不能再找人代岗，请从本岗的账号上办理。", "stand_in_of_stand_in")
    if grant.user_id == user.pk:
        raise UserError("代岗要找另一个人，不能是本人。", "stand_in_self")
    if not Grant.objects.live(today).filter(pk=grant.pk).exists():
        raise UserError("这项授权已经到期或收回，不能代岗。", "grant_over")
    if not User.objects.filter(pk=user.pk, is_active=True).exists():
        raise UserError(f"{user.name}的账号已停用，请先启用。", "account_disabled")
    _require_may_give(user, grant.role, grant.organisation, by, today)
    if not rights.is_near(user, grant, by):
        raise UserError(f"{user.name}不在{grant.organisation.short_name}附近任职，请另选一位同事代岗。", "stand_in_far")
    _require_dates(starts_on, ends_on, today)
    overlapping = Grant.objects.live(today).filter(
        user=user,
        role=grant.role,
        organisation=grant.organisation,
        outpost_path=grant.outpost_path,
        starts_on__lte=ends_on,
    )
    if overlapping.exclude(ends_on__lt=starts_on).exists():
        raise UserError(f"{user.name}在这段时间已有同样的授权，不用再代岗。", "stand_in_not_needed")
    made = Grant.objects.create(
        user=user, role=grant.role, organisation=grant.organisation, post=grant.post, stands_in_for=grant.user,
        outpost_path=grant.outpost_path, outpost_label=grant.outpost_label,
        starts_on=starts_on, ends_on=ends_on, granted_by=by.ref, granted_at=now,
    )  # fmt: skip
    text = (
        f"{user.name}代{grant.user.name}的“{made.title}”（{grant.place}），{starts_on:%Y-%m-%d} 至 {ends_on:%Y-%m-%d}"
    )
    account_event("stand_in", text, user, by=by, now=now, role=grant.role, for_user=grant.user.public_id)
    return made
