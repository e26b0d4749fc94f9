"""Lock-out: a few wrong tries for one user name from one address, then a pause; more for the name, or the address, alone.

A try is counted before the secret is compared, so that a hundred guesses at once are five tries. Names that do not
exist are counted and locked alike: the answer gives nothing away.
"""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts import policy
from accounts.events import account_event, self_actor
from accounts.models import SignInAttempt, User
from accounts.names import login_key
from core.crypto import blind
from core.errors import UserError

# Rows of tries long past are of no use to anybody.
KEPT = dt.timedelta(days=2)
OWN = "own"  # the door of who is inside already
FORGOTTEN = "忘了密码或口令，请上一级重新打印一张账号条，马上就能用。"


class Locked(UserError):
    """Too many wrong tries. ``until`` is when the next one counts."""

    def __init__(self, until: dt.datetime, now: dt.datetime, advice: str) -> None:
        minutes = max(1, -(-int((until - now).total_seconds()) // 60))
        super().__init__(f"连续输错次数太多，已暂停 {minutes} 分钟。{advice}", "locked")
        self.until = until


def take_try(
    door: str, username: str, address: str, now: dt.datetime, *, most: int | None = None, advice: str = FORGOTTEN
) -> int:
    """Count one try and return how many are left after it. Raises Locked, without counting.

    ``address``: "" where the person is inside already; then only the name counts. ``most``: so many, whatever the rules of
    signing in say: a question that only knows right and wrong answers is a door too.
    """
    pause = dt.timedelta(minutes=policy.value("sign_in_lock"))
    window = dt.timedelta(minutes=policy.value("sign_in_window"))
    with transaction.atomic():
        limits = [
            (_locked_row(door, *key, now), most or policy.value(rule))
            for key, rule in _counted(username, address).items()
        ]
        for row, limit in limits:
            if row.count >= limit and now < row.last_at + pause:
                raise Locked(row.last_at + pause, now, advice)
        for row, limit in limits:
            if row.count >= limit or now > row.first_at + window:
                row.count, row.first_at = 0, now
            row.count, row.last_at = row.count + 1, now
            row.save(update_fields=["count", "first_at", "last_at"])
        SignInAttempt.objects.filter(last_at__lt=now - KEPT).delete()
    return max(min(limit - row.count for row, limit in limits), 0)


def _counted(username: str, address: str) -> dict[tuple[str, str], str]:
    """By (name, address), each a keyed hash or "" for any: the rule that says how many tries it has."""
    name = _name_hash(username)
    if not address:
        return {(name, ""): "sign_in_tries"}
    place = blind(address, "address")
    # Many addresses guessing one password, one address guessing everybody's: both are slowed down as well.
    return {
        (name, place): "sign_in_tries",
        (name, ""): "sign_in_tries_name",
        ("", place): "sign_in_tries_address",
    }


def _locked_row(door: str, name: str, address: str, now: dt.datetime) -> SignInAttempt:
    key = {"door": door, "name": name, "address": address}
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


@transaction.atomic
def forgive(door: str, username: str, address: str) -> None:
    """A right answer ends the count of this name from here; for the wider counts it was no wrong try."""
    (own, *wider) = _counted(username, address)
    SignInAttempt.objects.filter(door=door, name=own[0], address=own[1]).delete()
    for name, place in wider:
        SignInAttempt.objects.filter(door=door, name=name, address=place, count__gt=0).update(count=F("count") - 1)


@transaction.atomic
def give_back(door: str, username: str) -> None:
    """A right answer was no wrong try; the wrong ones before it stay counted."""
    SignInAttempt.objects.filter(door=door, name=_name_hash(username), count__gt=0).update(count=F("count") - 1)


def forgive_everywhere(user: User) -> None:
    """A used slip unlocks the account at every door and address."""
    SignInAttempt.objects.filter(name=_name_hash(user.username)).delete()


def prove_own_password(user: User, current: str, now: dt.datetime, wrong: str) -> None:
    """Somebody inside types the present password once more. Raises UserError (``wrong``), Locked.

    Called before the transaction of what it guards: a wrong try stays counted.
    """
    take_try(OWN, user.username, "", now)
    found = User.objects.get(pk=user.pk)
    if not found.has_usable_password() or not found.check_password(current):
        with transaction.atomic():
            account_event("password_wrong", f"{found.name}输错了现在的密码", found, by=self_actor(found), now=now)
        raise UserError(wrong, "password_wrong")
    forgive(OWN, user.username, "")
