"""Through the door. An unknown name, a wrong password and a disabled account take as long and read the same."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, check_password
from django.db import transaction
from django.utils import timezone

from accounts import policy
from accounts.actions.secrets import drop_phone, token_hash
from accounts.actions.tries import Locked, forgive, take_try
from accounts.events import account_event, door_event
from accounts.models import Device, User
from core import clock
from core.actors import Actor
from core.errors import UserError


def sign_in(*, username: str, password: str, address: str, now: dt.datetime | None = None) -> User:
    """The account that name and password open; a second factor may still be due. Raises UserError, Locked."""
    now = now or clock.now()
    user = User.objects.named(username).select_related("organisation").first()
    try:
        left = take_try("password", username, address, now)
    except Locked:
        with transaction.atomic():
            door_event("sign_in_locked", f"登录被锁定：{_who(user)}", user, address=address, now=now)
        raise
    # Django hashes for an unusable password too: the clock tells nobody which names exist.
    right = (user or User(password=UNUSABLE_PASSWORD_PREFIX)).check_password(password)
    if user is None or not right or not user.is_active:
        with transaction.atomic():
            door_event("sign_in_failed", f"登录失败：{_who(user)}", user, address=address, now=now)
        again = f"还可以试 {left} 次。" if left else "请稍后再试。"
        raise UserError(f"用户名或密码不对。{again}忘了密码，请上一级打印一张账号条。", "sign_in_wrong")
    forgive("password", username, address)
    return user


def _who(user: User | None) -> str:
    return user.name if user else "没有这个用户名"


def phone_of(token: str) -> Device | None:
    """The phone that holds this cookie, while its account works and its roles still go with a PIN."""
    if not token:
        return None
    device = Device.objects.filter(token=token_hash(token)).select_related("user__organisation").first()
    if device is None or not device.user.is_active or not policy.may_use_pin(device.user, clock.today()):
        return None
    return device


def sign_in_pin(*, token: str, pin: str, now: dt.datetime | None = None) -> User:
    """The account whose phone this is, by its PIN. After five wrong ones the phone is let go. Raises UserError."""
    now = now or clock.now()
    device = phone_of(token)
    if device is None:
        raise UserError("这部手机没有绑定口令。请用密码登录，或用上一级打印的账号条重新绑定。", "phone_unknown")
    user, limit = device.user, policy.value("sign_in_tries")
    with transaction.atomic():
        found = Device.objects.select_for_update(of=("self",)).filter(pk=device.pk).first()
        if found is None or found.tries >= limit:
            raise UserError("口令连续输错，这部手机已解除绑定。请上一级打印一张账号条。", "phone_gone")
        found.tries += 1
        found.save(update_fields=["tries"])
    if check_password(pin, device.pin):
        Device.objects.filter(pk=device.pk).update(tries=0)
        return user
    left = limit - found.tries
    with transaction.atomic():
        text = f"登录失败：{user.name}的六位口令不对" + ("" if left else "，手机已解除绑定")
        door_event("sign_in_failed", text, user, address="", now=now, door="pin")
        if not left:
            drop_phone(user)
    if not left:
        raise UserError("口令连续输错，这部手机已解除绑定。请上一级打印一张账号条。", "phone_gone")
    raise UserError(f"口令不对，还可以试 {left} 次。", "pin_wrong")


@transaction.atomic
def signed_in(*, user: User, by: Actor, how: str, address: str, now: dt.datetime | None = None) -> list[str]:
    """Record a sign-in that is complete; the duties that come first: "password" (too old or given), "factor"."""
    now = now or clock.now()
    account_event("signed_in", f"{user.name}登录（{how}）", user, by=by, now=now, address=address)
    return policy.duties(user, timezone.localdate(now))


@transaction.atomic
def sign_out(*, user: User, by: Actor, now: dt.datetime | None = None) -> None:
    account_event("signed_out", f"{user.name}退出", user, by=by, now=now or clock.now())
