"""A small county with somebody in every corner of the tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from branches.models import Organisation
from members.models import Journey, LostContact, Member

NOW = dt.datetime(2026, 10, 1, 9, tzinfo=dt.timezone(dt.timedelta(hours=8)))
LONG_AGO = NOW - dt.timedelta(days=400)


def out(member: Member, *, at: dt.datetime = LONG_AGO, **more: Any) -> Journey:
    """Somebody away from home, for so long that he is 流动党员."""
    home: Any = member.home
    values = {
        "left_on": "2024-03", "state": "away", "region_code": "320583", "mobility": "province", "reason": "work", **more,
    }  # fmt: skip
    return Journey.objects.create(
        member=member, direction="out", home=home, home_path=home.path, created_at=at, updated_at=at, **values
    )


def came(make_member: Callable[..., Member], host: Organisation, home_text: str = "", **more: Any) -> Journey:
    """A guest."""
    at = LONG_AGO
    guest = make_member(host)
    Member.objects.unscoped().filter(pk=guest.pk).update(home=None, home_path="", care=host, care_path=host.path)
    return Journey.objects.create(
        member=guest, direction="in", state="arrived", host=host, host_path=host.path, home_text=home_text, created_at=at,
        updated_at=at, **more,
    )  # fmt: skip


def lost(member: Member, *, at: dt.datetime = LONG_AGO, **more: Any) -> LostContact:
    values = {"state": "lost", "since": "2025-01", **more}
    return LostContact.objects.create(member=member, home_path=member.home_path, created_at=at, updated_at=at, **values)
