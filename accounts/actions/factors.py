"""The second factor: codes of an authenticator (RFC 6238), and ten recovery codes on paper."""

from __future__ import annotations

import base64
import datetime as dt
import secrets
from urllib.parse import quote

from django.db import transaction
from django.utils import timezone
from django_otp.oath import TOTP

from accounts import policy
from accounts.actions.slips import ALPHABET
from accounts.actions.tries import forgive, take_try
from accounts.events import account_event, door_event, self_actor
from accounts.models import RecoveryCode, SecondFactor, User
from accounts.names import tidy
from accounts.rights import require_own
from core import clock
from core.actors import Actor
from core.crypto import blind
from core.errors import Blocked, UserError

STEP = 30
DIGITS = 6
TOLERANCE = 1  # one step either way: clocks of phones differ
RECOVERY_CODES = 10
RECOVERY_LENGTH = 10


@transaction.atomic
def begin_second_factor(*, user: User, by: Actor) -> SecondFactor:
    """The secret to show as a QR code, kept from page to page until it is confirmed. Raises UserError."""
    require_own(user, by)
    factor = SecondFactor.objects.filter(user=user).first()
    if factor is None:
        factor = SecondFactor(user=user)
        factor.put_sealed("secret", base64.b32encode(secrets.token_bytes(20)).decode("ascii"))
        factor.save()
    if factor.confirmed_at is not None:
        raise UserError("动态口令已经启用。换手机请先停用，再重新设置。", "factor_confirmed")
    return factor


def provisioning_uri(factor: SecondFactor) -> str:
    """What the QR code says. The label holds no number: it is shown by apps of others."""
    label = quote(f"雁驿:{factor.user.name}")
    return (
        f"otpauth://totp/{label}?secret={factor.reveal('secret')}&issuer={quote('雁驿')}&digits={DIGITS}&period={STEP}"
    )


def confirm_second_factor(*, user: User, code: str, by: Actor, now: dt.datetime | None = None) -> list[str]:
    """A right code proves that the authenticator is set up. Returns the recovery codes, shown this once.

    Raises UserError, Locked.
    """
    now = now or clock.now()
    require_own(user, by)
    take_try("enrol", user.username, "", now)
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update(of=("self",)).filter(user=user, confirmed_at=None).first()
        if factor is None or not _matches(factor, code, now):
            raise UserError("口令不对。请核对手机时间是否准确，输入手机上正在显示的六位数字。", "code_wrong")
        factor.confirmed_at = now
        factor.save()
        codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
        rows = [RecoveryCode(factor=factor, code=_recovery_hash(factor, one)) for one in codes]
        RecoveryCode.objects.bulk_create(rows)
        account_event("factor_confirmed", f"{user.name}启用了动态口令", user, by=by, now=now)
    forgive("enrol", user.username, "")
    return codes


def _recovery_code() -> str:
    letters = "".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH))
    return f"{letters[:5]}-{letters[5:]}"


def _recovery_hash(factor: SecondFactor, code: str) -> str:
    plain = "".join(letter for letter in tidy(code).upper() if letter.isalnum())
    return blind(plain, f"recovery:{factor.public_id}")


def _matches(factor: SecondFactor, code: str, now: dt.datetime) -> bool:
    """Whether ``code`` is that of now and of a later step than the last one used; sets ``last_step`` (unsaved)."""
    typed = tidy(code)
    if len(typed) != DIGITS or not (typed.isascii() and typed.isdigit()):
        return False
    totp = TOTP(base64.b32decode(factor.reveal("secret")), step=STEP)
    totp.time = now.timestamp()
    if not totp.verify(int(typed), tolerance=TOLERANCE, min_t=factor.last_step + 1):
        return False
    factor.last_step = totp.t()
    return True


def pass_second_factor(*, user: User, code: str, address: str, now: dt.datetime | None = None) -> None:
    """The second step of a sign-in: a code of the authenticator. Raises UserError, Locked."""
    now = now or clock.now()
    left = take_try("code", user.username, address, now)
    with transaction.atomic():
        factor = SecondFactor.objects.confirmed().select_for_update(of=("self",)).get(user=user)
        right = _matches(factor, code, now)
        if right:
            factor.save(update_fields=["last_step"])
    if not right:
        _refuse(user, "动态口令", left, address, now)
    forgive("code", user.username, address)


def use_recovery_code(*, user: User, code: str, address: str, now: dt.datetime | None = None) -> int:
    """The same with a code on paper, which works once. Returns how many are left. Raises UserError, Locked."""
    now = now or clock.now()
    left = take_try("code", user.username, address, now)
    factor = SecondFactor.objects.confirmed().get(user=user)
    unused = RecoveryCode.objects.filter(factor=factor, used_at=None)
    with transaction.atomic():
        used = unused.filter(code=_recovery_hash(factor, code)).update(used_at=now)
        if used:
            account_event("recovery_used", f"{user.name}用备用码登录", user, by=self_actor(user), now=now)
    if not used:
        _refuse(user, "备用码", left, address, now)
    forgive("code", user.username, address)
    return unused.count()


def _refuse(user: User, what: str, left: int, address: str, now: dt.datetime) -> None:
    with transaction.atomic():
        door_event("factor_failed", f"登录失败：{user.name}的{what}不对", user, address=address, now=now)
    again = f"还可以试 {left} 次。" if left else "请稍后再试。"
    raise UserError(f"{what}不对或已用过，请输入新的一个。{again}", "code_wrong")


def blockers_to_remove(user: User, today: dt.date) -> list[str]:
    return ["您的岗位按规定必须使用动态口令"] if policy.needs_factor(user, today) else []


@transaction.atomic
def remove_second_factor(*, user: User, by: Actor, now: dt.datetime | None = None) -> None:
    """Raises Blocked where the rule demands one; a lost phone is a matter for a slip."""
    now = now or clock.now()
    require_own(user, by)
    if reasons := blockers_to_remove(user, timezone.localdate(now)):
        raise Blocked(reasons)
    SecondFactor.objects.filter(user=user).delete()
    account_event("factor_removed", f"{user.name}停用了动态口令", user, by=by, now=now)
