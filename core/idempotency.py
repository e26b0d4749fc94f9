"""Creates that may be sent twice: double clicks, resent forms, a client that tries again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import IntegrityError, transaction

from core.actors import Actor
from core.models import Idempotency


def once(key: str, *, by: Actor, now: dt.datetime, create: Callable[[], str]) -> tuple[str, bool]:
    """Run ``create`` (it returns the id of what it made) unless this actor did so with this key.

    Returns (id, made now?). Without a key it always runs. The row is inserted first, so two at the
    same time end as one: the second waits on the unique key and then finds the first's result.
    """
    if not key:
        return create(), True
    try:
        with transaction.atomic():
            row = Idempotency.objects.create(actor=by.id, key=key[:64], target="", at=now)
            row.target = create()
            row.save(update_fields=["target"])
            return row.target, True
    except IntegrityError:
        done = Idempotency.objects.filter(actor=by.id, key=key[:64]).first()
        if done is None:
            raise
        return done.target, False
