"""How long a verified field may be relied on, and what has run out: per field a shelf life, by organisation and kind.

Verified-on is not changed-on: a confirmed "unchanged" makes a field fresh again, a save of another field does not.
What is asked travels as one small number, a bit a field (:data:`BITS`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, DateField, F, IntegerField, Q, Value, When
from django.db.models.expressions import Combinable

from branches import rules as settings
from branches.models import Organisation
from core.rules import Rule, rule
from members.enums import EVIDENCE, EVIDENCE_LABELS
from members.models import Freshness

BITS: dict[str, int] = {field: 1 << place for place, field in enumerate(EVIDENCE)}
FIELDS_OUT = ("phone", "place", "employer", "reason", "address", "dues")  # asked of somebody who left
FIELDS_IN = ("phone", "place", "employer")  # asked of a guest: the rest is the home organisation's
REACH = ("phone", "place", "employer")  # all of these run out: nobody has heard of the person for long
FOREVER = 0  # days: once verified, never asked again

_PLACE_SOURCE = "一季一更新：每季度核实一次；去向与电话最易变化"
RULES = tuple(
    Rule(f"shelf_{field}_days", f"{EVIDENCE_LABELS[field]}核实一次管多少天", days, source, unit="天", low=0, high=3650)
    for field, days, source in (
        ("phone", 90, _PLACE_SOURCE),
        ("place", 90, _PLACE_SOURCE),
        ("employer", 180, "本系统默认：单位与行业半年核实一次"),
        ("reason", 365, "本系统默认：外出原因一年核实一次"),
        ("address", 365, "本系统默认：家庭住址一年核实一次"),
        ("dues", 180, "党费按月交纳，欠交一般不超过六个月"),
        ("facts", FOREVER, "本系统默认：基本情况核实过就不再问（0 为长期有效）"),
    )
)


def mask(fields: Iterable[str]) -> int:
    return sum(BITS[field] for field in set(fields))


def fields_in(bits: int) -> list[str]:
    """The fields of a mask, in the order of ``enums.EVIDENCE``."""
    return [field for field, bit in BITS.items() if bits & bit]


ALL_OUT, ALL_IN, ALL_REACH = mask(FIELDS_OUT), mask(FIELDS_IN), mask(REACH)


def stale_bits(fields: Collection[str], on: dt.date, *, path: str, kind: str, fresh: str = "freshness") -> Combinable:
    """SQL over members: the mask of those ``fields`` that were never verified, or whose shelf life is over on a day.

    ``path``, ``kind``: columns of the organisation whose shelf lives count; ``fresh``: the way to the member's Freshness.
    """
    total: Combinable = Value(0)
    for field in fields:
        verified = f"{fresh}__{field}_on"
        run_out = Q(**{f"{verified}__isnull": True}) | Q(**{f"{verified}__lt": _oldest(field, on, path, kind)})
        total = total + Case(When(run_out, then=Value(BITS[field])), default=Value(0), output_field=IntegerField())
    return total


def _oldest(field: str, on: dt.date, path: str, kind: str) -> Any:
    """The earliest day of verification that is still good."""
    return settings.expression(
        key(field),
        on,
        path=path,
        kind=kind,
        value=lambda days: good_since(days, on),
        output_field=DateField(),
    )


def good_since(days: int, on: dt.date) -> dt.date:
    return dt.date.min if days == FOREVER else on - dt.timedelta(days=days)


@dataclass(frozen=True)
class Shelf:
    """One field of one person: ``ends_on`` None: never verified, or good for ever."""

    field: str
    label: str
    verified_on: dt.date | None
    days: int
    ends_on: dt.date | None
    is_stale: bool

    @property
    def term(self) -> str:
        """Until when it is good, or that it is not any more."""
        if self.ends_on is None:
            return "长期有效" if self.verified_on else "从未核实"
        return f"有效 {self.days} 天，已过期" if self.is_stale else f"有效到 {self.ends_on:%Y-%m-%d}"


def key(field: str) -> str:
    """The rule that says how long a field is good for."""
    return f"shelf_{field}_days"


def shelves(
    fresh: Freshness | None, organisation: Organisation | None, on: dt.date, fields: Collection[str] = tuple(EVIDENCE)
) -> list[Shelf]:
    """Each field with its shelf life at ``organisation``, with one query."""
    days = {field: rule(key(field)).default for field in fields}
    if organisation is not None:
        at = settings.values_at([key(field) for field in fields], [organisation], on)[organisation.pk]
        days = {field: at[key(field)] for field in fields}
    return [_shelf(field, fresh, days[field], on) for field in fields]


def _shelf(field: str, fresh: Freshness | None, days: int, on: dt.date) -> Shelf:
    verified_on = getattr(fresh, f"{field}_on", None)
    stale = verified_on is None or verified_on < good_since(days, on)
    ends_on = verified_on + dt.timedelta(days=days) if verified_on and days != FOREVER else None
    return Shelf(field, EVIDENCE_LABELS[field], verified_on, days, ends_on, stale)


def proved_since(fresh: Freshness | None, on: dt.date) -> int:
    """The mask of the fields that were verified on a day or later."""
    return mask(field for field in EVIDENCE if (last := getattr(fresh, f"{field}_on", None)) is not None and last >= on)


def without(column: str, bits: int) -> Any:
    """SQL: a mask column less these fields."""
    return F(column).bitand(~bits & 0x7FFF)
