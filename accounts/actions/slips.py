"""Slips: the printed way in, for a first time, a forgotten secret, a lock-out, a new phone."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts import names, policy, rights
from accounts.actions.secrets import bind_phone, check_new_password, drop_phone, store_password
from accounts.actions.tries import forgive, forgive_everywhere, take_try
from accounts.events import account_event, door_event, self_actor
from accounts.models import LoginSlip, SecondFactor, User
from core import clock, hooks
from core.actors import Actor
from core.crypto import blind
from core.errors import UserError

# Capitals and digits that nobody takes for one another on paper; eight of them are 39 bits, and tries are counted.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 8


@dataclass(frozen=True)
class PrintedSlip:
    """A slip at the one moment when its code is known."""

    slip: LoginSlip
    code: str


def _code_hash(user: User, code: str) -> str:
    return blind("".join(letter for letter in names.tidy(code).upper() if letter.isalnum()), f"slip:{user.public_id}")


@transaction.atomic
def new_slip(*, user: User, by: Actor, clears_factor: bool = False, now: dt.datetime | None = None) -> PrintedSlip:
    """A fresh code for an active account; older slips of it are void. Raises NotAllowed, Blocked."""
    now = now or clock.now()
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    rights.require_manageable(user, by, timezone.localdate(now))
    rights.require_none(rights.blockers_to_slip(user, by, timezone.localdate(now)))
    LoginSlip.objects.open(now).filter(user=user).update(void_at=now)
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    slip = LoginSlip.objects.create(
        user=user, code=_code_hash(user, code), clears_factor=clears_factor, made_at=now, made_by=by.ref,
        expires_at=now + dt.timedelta(days=policy.value("slip_days", user.organisation)),
    )  # fmt: skip
    text = f"打印账号条：{user.name}" + ("，使用时取消动态口令" if clears_factor else "")
    account_event("slip_made", text, user, by=by, now=now)
    if rights.opens_the_record(user, by, timezone.localdate(now)):
        hooks.access_opened.call(user=user, by=by)
    return PrintedSlip(slip, f"{code[:4]}-{code[4:]}")


@transaction.atomic
def new_slips(*, users: Iterable[User], by: Actor, now: dt.datetime | None = None) -> list[PrintedSlip]:
    """All of them or none. Raises NotAllowed, Blocked."""
    return [new_slip(user=user, by=by, now=now) for user in users]


def check_slip(*, username: str, code: str, address: str, now: dt.datetime | None = None) -> LoginSlip:
    """Step one. The slip that this name and code open; every refusal reads the same. Raises UserError, Locked."""
    now = now or clock.now()
    left = take_try("slip", username, address, now)
    user = User.objects.named(username).select_related("organisation").first()
    slip = LoginSlip.objects.filter(user=user).order_by("-made_at", "-pk").first() if user else None
    expected = slip.code if slip else blind("nobody", "slip:nobody")
    right = constant_time_compare(expected, _code_hash(user or User(), code))
    if slip is None or user is None or not right or not _is_open(slip, user, now):
        door_event(
            "slip_refused", f"账号条登录失败：{user.name if user else '没有这个用户名'}", user, address=address, now=now
        )
        again = f"还可以试 {left} 次。" if left else "请稍后再试。"
        raise UserError(
            f"用户名或账号条上的口令不对，或者账号条已用过、过期。{again}口令只能用一次，请上一级重新打印。",
            "slip_wrong",
        )
    forgive("slip", username, address)
    return slip


def _is_open(slip: LoginSlip, user: User, now: dt.datetime) -> bool:
    return user.is_active and slip.used_at is None and slip.void_at is None and slip.expires_at > now


@dataclass(frozen=True)
class Redeemed:
    """``device_token``: for the cookie of the phone, where a PIN was chosen."""

    user: User
    device_token: str = ""


@transaction.atomic
def redeem_slip(*, slip: LoginSlip, password: str = "", pin: str = "", now: dt.datetime | None = None) -> Redeemed:
    """Steps two and three: choose a password, or a PIN on this phone. Uses the slip up, ends every older way in.

    Raises UserError (used meanwhile, PIN not for this role) and ValidationError (password rule).
    """
    now = now or clock.now()
    found = LoginSlip.objects.select_for_update(of=("self",)).get(pk=slip.pk)
    user = User.objects.select_for_update(of=("self",)).get(pk=found.user_id)
    if not _is_open(found, user, now):
        raise UserError("这张账号条刚刚用过或作废了，请上一级重新打印一张。", "slip_gone")
    if pin and not policy.may_use_pin(user, timezone.localdate(now)):
        raise UserError("您的岗位要用密码登录，不能用六位口令。", "pin_not_for_role")
    drop_phone(user)
    token = ""
    if pin:
        user.set_unusable_password()
        user.end_sessions()
        user.save()
        token = bind_phone(user, pin, now)
    else:
        check_new_password(password, user)
        store_password(user, password, now)
    if found.clears_factor:
        SecondFactor.objects.filter(user=user).delete()
    found.used_at = now
    found.save(update_fields=["used_at"])
    forgive_everywhere(user)
    how = "设了六位口令" if pin else "设了密码"
    account_event("slip_used", f"{user.name}用账号条登录，{how}", user, by=self_actor(user), now=now)
    return Redeemed(user, token)
