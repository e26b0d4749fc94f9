"""What this app writes to the log: always through here, so that no text ever holds what somebody typed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.models import User
from audit.actions import record
from core.actors import ANONYMOUS, Actor


def account_event(kind: str, text: str, user: User, *, by: Actor, now: dt.datetime, **data: Any) -> None:
    """Something about ``user``'s account, filed under its unit."""
    record(kind, text, by=by, subject=user, organisation_id=user.organisation_id, data=data, now=now)


def door_event(kind: str, text: str, user: User | None, *, address: str, now: dt.datetime, **data: Any) -> None:
    """Somebody at the door. An unknown name leaves no trace of what was typed: it may be a password."""
    record(
        kind,
        text,
        by=ANONYMOUS,
        subject=user,
        organisation_id=user.organisation_id if user else None,
        data={"address": address, **data},
        now=now,
    )


def refused_event(*, by: Actor, method: str, path: str) -> None:
    """Somebody known asked for what the post does not allow. Addresses hold public ids only."""
    record("access_refused", f"没有权限：{method} {path}", by=by)


def self_actor(user: User) -> Actor:
    """Somebody who is just coming in: known, but without rights yet."""
    return Actor(id=user.public_id, name=user.name, unit=user.unit, organisation_id=user.organisation_id)
