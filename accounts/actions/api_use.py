"""What a client of the interface leaves behind by asking: a count a minute, and one event a day."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import Case, F, Q, Value, When

from accounts.actions.tries import Locked, take_try
from accounts.events import account_event, door_event, self_actor
from accounts.models import ApiToken, ApiUse
from core import clock
from core.actors import Actor
from core.crypto import blind

MINUTE = dt.timedelta(minutes=1)


def take(*, client: str, limit: int, now: dt.datetime | None = None) -> float:
    """Count one request. 0 where it may go on, else after how many seconds the client may ask again.

    One UPDATE for both: two processes that count at the same time cannot both be the last one allowed.
    """
    now = now or clock.now()
    old = Q(since__lte=now - MINUTE)
    may = ApiUse.objects.filter(client=client).filter(old | Q(count__lt=limit))
    if may.update(
        count=Case(When(old, then=Value(1)), default=F("count") + 1),
        since=Case(When(old, then=Value(now)), default=F("since")),
    ):
        return 0.0
    found = ApiUse.objects.filter(client=client).first()
    if found is None:
        try:
            with transaction.atomic():
                ApiUse.objects.create(client=client, since=now, count=1)
        except IntegrityError:  # the other of two first requests was faster
            return take(client=client, limit=limit, now=now)
        return 0.0
    return max(1.0, (found.since + MINUTE - now).total_seconds())


def used(*, token: ApiToken, by: Actor, now: dt.datetime | None = None) -> None:
    """The first use of a day is an event; what is changed has its own events anyway."""
    now = now or clock.now()
    today = clock.today()
    if token.used_on == today:
        return
    with transaction.atomic():
        if ApiToken.objects.filter(pk=token.pk).exclude(used_on=today).update(used_on=today):
            account_event("token_used", f"今天开始使用接口令牌“{token.title}”", token.user, by=by, now=now)


def refused(*, secret: str, address: str, now: dt.datetime | None = None) -> None:
    """Somebody shows what is no token (any more). Of a token that was one, an event a day; of others as many as there are
    tries at a door, so that nobody fills the log."""
    now = now or clock.now()
    today = clock.today()
    token = ApiToken.objects.filter(token=blind(secret, "api-token")).select_related("user").first()
    if token is not None:
        with transaction.atomic():
            if ApiToken.objects.filter(pk=token.pk).exclude(refused_on=today).update(refused_on=today):
                by, text = self_actor(token.user), f"接口令牌“{token.title}”已不能用，仍有程序在用它"
                account_event("token_refused", text, token.user, by=by, now=now, address=address)
        return
    try:
        take_try("token", "token", address, now)  # one name for them all: what they show is not kept
    except Locked:
        return
    with transaction.atomic():
        door_event("token_refused", "有程序用无效的接口令牌", None, address=address, now=now)
