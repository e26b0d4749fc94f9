"""A county in the middle of a quarter: people who left, verified at different times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from branches.models import Organisation
from members.models import Freshness, Journey, Member
from tests.sweeps.quarter import DAY, NOW


@pytest.fixture
def away(make_member: Callable[..., Member]) -> Callable[..., Member]:
    """``away(branch, phone=days ago, place=..., employer=...)``: a member on a journey, verified so many days before DAY."""

    def make(branch: Organisation, **verified: int) -> Member:
        member = make_member(branch)
        before = NOW - dt.timedelta(days=200)
        Journey.objects.create(
            member=member, direction="out", state="away", home=branch, home_path=branch.path, created_at=before,
            updated_at=before,
        )  # fmt: skip
        on = {f"{field}_on": DAY - dt.timedelta(days=days) for field, days in verified.items()}
        Freshness.objects.create(member=member, **on)
        return member

    return make
