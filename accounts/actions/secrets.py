"""Passwords, and PINs bound to one phone."""

from __future__ import annotations

import datetime as dt
import secrets
from itertools import pairwise

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone

from accounts import passwords, policy
from accounts.actions.tries import prove_own_password
from accounts.events import account_event
from accounts.models import Device, User
from accounts.rights import require_own
from core import clock
from core.actors import Actor
from core.crypto import blind
from core.errors import UserError

PIN_LENGTH = 6


def set_password(*, user: User, current: str, password: str, by: Actor, now: dt.datetime | None = None) -> User:
    """One's own password. Ends all sessions: the caller keeps the present one with ``update_session_auth_hash``.

    Raises UserError (current one wrong), Locked, ValidationError (password rule).
    """
    now = now or clock.now()
    require_own(user, by)
    prove_own_password(user, current, now, "现在的密码不对，请重新输入。")
    with transaction.atomic():
        found = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        check_new_password(password, found)
        store_password(found, password, now)
        account_event("password_set", f"{found.name}修改了密码", found, by=by, now=now)
    return found


def check_new_password(password: str, user: User) -> None:
    """Raises ValidationError with the sentences of the rule."""
    validate_password(password, user)


def store_password(user: User, password: str, now: dt.datetime) -> None:
    passwords.remember(user, now)
    user.set_password(password)
    user.password_set_on = timezone.localdate(now)
    user.must_change_password = False
    user.end_sessions()
    user.save()


def set_pin(*, user: User, current: str, pin: str, by: Actor, now: dt.datetime | None = None) -> str:
    """Bind a six-digit PIN to the phone in hand, and return the token for its cookie; other phones are let go.

    ``current``: the password. Raises UserError, Locked.
    """
    now = now or clock.now()
    require_own(user, by)
    if not policy.may_use_pin(user, timezone.localdate(now)):
        raise UserError("六位口令只给支部书记等用手机的岗位，您的岗位请用密码登录。", "pin_not_for_role")
    prove_own_password(user, current, now, "现在的密码不对。没有密码或忘了密码，请上一级打印一张账号条。")
    with transaction.atomic():
        found = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        token = bind_phone(found, pin, now)
        account_event("pin_set", f"{found.name}在一部手机上设了六位口令", found, by=by, now=now)
    return token


def bind_phone(user: User, pin: str, now: dt.datetime) -> str:
    """Raises UserError for a PIN that anybody would try first."""
    check_pin(pin, user)
    drop_phone(user)
    token = secrets.token_urlsafe(32)
    Device.objects.create(user=user, token=token_hash(token), pin=make_password(pin), bound_at=now)
    return token


def token_hash(token: str) -> str:
    return blind(token, "device")


def drop_phone(user: User) -> int:
    return Device.objects.filter(user=user).delete()[0]


def check_pin(pin: str, user: User) -> None:
    """Six digits; not all alike, not a run, not from one's own phone number. Raises UserError."""
    if len(pin) != PIN_LENGTH or not (pin.isascii() and pin.isdigit()):
        raise UserError("口令是六位数字。", "pin_shape")
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if len(set(pin)) <= 2 or steps in ({1}, {9}) or pin in user.reveal("phone"):
        raise UserError("这个口令太容易猜：不要用连号、重复的数字或自己手机号里的数字。", "pin_weak")


@transaction.atomic
def forget_phone(*, user: User, by: Actor, now: dt.datetime | None = None) -> None:
    """The PIN ends with the phone; the next way in is the password or a slip."""
    require_own(user, by)
    if drop_phone(user):
        account_event("phone_forgotten", f"{user.name}解除了手机绑定", user, by=by, now=now or clock.now())
