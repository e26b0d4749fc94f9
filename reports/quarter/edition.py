"""Whose papers of which quarter, for whom, and as of when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone

from branches.models import Organisation
from core import clock
from core.actors import SYSTEM, Actor
from core.domain.dates import Quarter, quarter_of
from core.domain.orgnames import place_of
from core.paths import WIDTH
from core.permissions import Permission
from members.models import Member
from reports.quarter import people
from reports.quarter.people import Spell, Stay
from reports.quarter.units import Unit, units
from sweeps import balance
from sweeps.balance import Name
from sweeps.enums import SweepState
from sweeps.models import Sweep


@dataclass(frozen=True)
class Edition:
    """The quarter of one subtree. Everything is read once and shared by all papers, so that they agree with one another.

    ``sweep``: None where there is none, then the register of now. ``reader``: who asks, reaching nothing outside the subtree.
    Persons under 限制知悉 are in none of it, neither by name nor by number.
    """

    organisation: Organisation
    sweep: Sweep | None
    reader: Actor
    now: dt.datetime

    @classmethod
    def of(cls, organisation: Organisation, sweep: Sweep | None, by: Actor, now: dt.datetime | None = None) -> Edition:
        return cls(organisation, sweep, by.confined(organisation.path), now or clock.now())

    @property
    def is_final(self) -> bool:
        return self.sweep is not None and self.sweep.state == SweepState.CLOSED

    @property
    def moment(self) -> dt.datetime | None:
        """What changed later does not count; None while the quarter is open."""
        return self.sweep.closed_at if self.sweep and self.is_final else None

    @property
    def as_of(self) -> dt.datetime:
        return timezone.localtime(self.moment or self.now)

    @property
    def on(self) -> dt.date:
        """The day on which ages and months are counted."""
        return self.as_of.date()

    @property
    def period(self) -> Quarter:
        return self.sweep.period if self.sweep else quarter_of(self.on)

    @property
    def state_words(self) -> str:
        at = f"{self.as_of:%Y-%m-%d %H:%M}"
        return f"按 {at} 关闭排查时的上报数" if self.is_final else f"排查未关闭，截至 {at}"

    @property
    def place(self) -> str:
        """云湖县, 柳河镇."""
        return place_of(self.organisation.short_name)

    @cached_property
    def stays(self) -> list[Stay]:
        return people.stays(self)

    @cached_property
    def spells(self) -> list[Spell]:
        return people.spells(self)

    @cached_property
    def book(self) -> list[Name]:
        """The balance sheet by name as the reader's own page has it; empty without a sweep."""
        return balance.names(self.sweep, self.organisation.path, self.reader) if self.sweep else []

    @cached_property
    def names(self) -> list[Name]:
        """The same without restricted persons."""
        return [one for one in self.book if one.member_id not in self.restricted]

    @cached_property
    def units(self) -> list[Unit]:
        return units(self)

    @cached_property
    def branches(self) -> list[Organisation]:
        """Everything at and below the organisation, in the official order."""
        return list(Organisation.objects.under(self.organisation.path).official())

    @cached_property
    def by_path(self) -> dict[str, Organisation]:
        """The same by path, with those above."""
        return {one.path: one for one in (*self.organisation.line(), *self.branches)}

    @cached_property
    def unit_keys(self) -> dict[str, str]:
        """Path of a line of the tables -> its key."""
        return {one.path: one.key for one in self.units if one.path}

    @cached_property
    def province(self) -> str:
        """The first two digits of the county's own region code."""
        code = Organisation.objects.filter(path=self.organisation.path[:WIDTH]).values_list("region_code", flat=True)
        return (code.first() or "")[:2]

    @cached_property
    def restricted(self) -> frozenset[int]:
        hidden = Member.objects.visible_to(SYSTEM).filter(restricted=True)
        return frozenset(hidden.values_list("pk", flat=True))

    def may_take_out(self) -> bool:
        return self.reader.reaches(self.organisation.path, Permission.EXPORT)
