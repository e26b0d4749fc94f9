"""The quarter that these tests are about, and short words for looking at a sweep."""

from __future__ import annotations

import datetime as dt
from typing import Any

from branches.models import Organisation
from core.actors import SYSTEM
from jobs.runner import run_waiting
from members.models import Member
from sweeps.actions import opening
from sweeps.models import Item, Return, Sweep

NOW = dt.datetime(2026, 10, 1, 9, tzinfo=dt.timezone(dt.timedelta(hours=8)))
DAY = dt.date(2026, 10, 1)
LATER = NOW + dt.timedelta(days=7)
FRESH = {"phone": 10, "place": 10, "employer": 10, "reason": 10, "address": 10, "dues": 10}


def opened(organisation: Organisation, now: dt.datetime = NOW) -> Sweep:
    sweep = opening.open_sweep(organisation=organisation, by=SYSTEM, now=now)
    run_waiting()
    sweep.refresh_from_db()
    return sweep


def item(member: Member) -> Any:
    return Item.objects.unscoped().get(member=member)


def return_of(sweep: Sweep, organisation: Organisation) -> Any:
    return Return.objects.unscoped().get(sweep=sweep, organisation=organisation)
