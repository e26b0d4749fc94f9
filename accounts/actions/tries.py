"""Lock-out: a few wrong tries for one user name from one address, then a pause.

A try is counted before the secret is compared, so that a hundred guesses at once are five tries. Names that do not
exist are counted and locked alike: the answer gives nothing away.
"""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction

from accounts import policy
from accounts.models import SignInAttempt, User
from accounts.names import login_key
from core.crypto import blind
from core.errors import UserError

# Rows of tries long past are of no use to anybody.
KEPT = dt.timedelta(days=2)


class Locked(UserError):
    """Too many wrong tries. ``until`` is when the next one counts."""

    def __init__(self, until: dt.datetime, now: dt.datetime) -> None:
        minutes = max(1, -(-int((until - now).total_seconds()) // 60))
        super().__init__(
            f"连续输错次数太多，已暂停 {minutes} 分钟。忘了密码或口令，请上一级重新打印一张账号条，马上就能用。",
            "locked",
        )
        self.until = until


def take_try(door: str, username: str, address: str, now: dt.datetime) -> int:
    """Count one try and return how many are left after it. Raises Locked, without counting."""
    limit = policy.value("sign_in_tries")
    pause = dt.timedelta(minutes=policy.value("sign_in_lock"))
    window = dt.timedelta(minutes=policy.value("sign_in_window"))
    with transaction.atomic():
        row = _locked_row(door, username, address, now)
        if row.count >= limit and now < row.last_at + pause:
            raise Locked(row.last_at + pause, now)
        if row.count >= limit or now > row.first_at + window:
            row.count, row.first_at = 0, now
        row.count, row.last_at = row.count + 1, now
        row.save(update_fields=["count", "first_at", "last_at"])
        SignInAttempt.objects.filter(last_at__lt=now - KEPT).delete()
    return max(limit - row.count, 0)


def _locked_row(door: str, username: str, address: str, now: dt.datetime) -> SignInAttempt:
    key = {"door": door, "name": _name_hash(username), "address": blind(address, "address")}
    row = SignInAttempt.objects.select_for_update(of=("self",)).filter(**key).first()
    if row is not None:
        return row
    try:
        with transaction.atomic():
            return SignInAttempt.objects.create(**key, first_at=now, last_at=now)
    except IntegrityError:  # the other of two first tries was faster
        return SignInAttempt.objects.select_for_update(of=("self",)).get(**key)


def _name_hash(username: str) -> str:
    return blind(login_key(username), "attempt")


def forgive(door: str, username: str, address: str) -> None:
    """A right answer ends the count at this door."""
    SignInAttempt.objects.filter(door=door, name=_name_hash(username), address=blind(address, "address")).delete()


def forgive_everywhere(user: User) -> None:
    """A used slip unlocks the account at every door and address."""
    name = blind(user.username, "attempt")
    SignInAttempt.objects.filter(name=name).delete()
