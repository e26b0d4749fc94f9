"""What a row of a ledger of persons would write, and the records that this is said of."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from core.actors import Actor
from core.ledgers import LedgerRow
from members.ledgers.matching import Person
from members.ledgers.records import Places, Record
from members.writing import Writer


@dataclass
class Plan:
    """What one row would write. Columns as stored, except the numbers, which are sealed only on writing. ``lasting``: the
    same row would be checked the same whenever it comes again."""

    member: dict[str, Any] = field(default_factory=dict)
    journey: dict[str, Any] = field(default_factory=dict)
    lost: dict[str, Any] = field(default_factory=dict)
    phone: str | None = None
    contact_phone: str | None = None
    new_member: bool = False
    new_journey: bool = False
    new_lost: bool = False
    evidence: frozenset[str] = frozenset()
    lasting: bool = False

    @property
    def writes(self) -> bool:
        numbers = self.phone is not None or self.contact_phone is not None
        return bool(self.member or self.journey or self.lost or numbers or self.new_lost)

    @property
    def can_wait(self) -> bool:
        """Whether it may be kept until the file is applied. A new person is written from the row; when somebody counts as
        lost depends on more than a kept plan is held against."""
        return not (self.new_member or self.new_lost or self.lost)

    def kept(self) -> list[Any]:
        """All of a plan that can wait, for :meth:`again`."""
        proves = joined(self.evidence)
        return [self.member, self.journey, self.phone, self.contact_phone, self.new_journey, proves, self.lasting]

    @classmethod
    def again(cls, kept: list[Any]) -> Plan:
        member, journey, phone, contact_phone, new_journey, proves, lasting = kept
        return cls(
            member, journey, phone=phone, contact_phone=contact_phone, new_journey=new_journey, evidence=split(proves),
            lasting=lasting,
        )  # fmt: skip


@dataclass
class Surroundings:
    """Records loaded for one chunk: by member id."""

    by: Actor
    today: Any
    places: Places
    persons: dict[int, Person] = field(default_factory=dict)
    journeys: dict[int, Record] = field(default_factory=dict)
    lost: dict[int, Record] = field(default_factory=dict)


@dataclass
class LookedUp:
    """What is known of ``rows`` before they are compared. ``found``: persons by id(row). ``elsewhere``: blind indexes of rows
    without one that somebody has all the same."""

    rows: list[LedgerRow]
    found: dict[int, Person]
    around: Surroundings
    elsewhere: set[str]


@dataclass
class Loaded(LookedUp):
    """The same before they are written, the persons locked."""

    writer: Writer


@lru_cache(maxsize=4096)
def joined(proves: frozenset[str]) -> str:
    return ",".join(sorted(proves))


@lru_cache(maxsize=4096)
def split(joined: str) -> frozenset[str]:
    return frozenset(joined.split(",") if joined else ())
