"""When a committee's term ends, and how near that is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from branches import rules
from branches.enums import TEMPORARY
from branches.models import Organisation
from core.domain.dates import add_months
from core.domain.orgnames import place_of

_VILLAGES = ("村", "社区")


@dataclass(frozen=True)
class Term:
    """``tone``: of the chip; ``text``: 任期至 …, 已届满 …."""

    ends_on: dt.date
    text: str
    tone: str


def term(organisation: Organisation, today: dt.date) -> Term | None:
    """None where nobody is elected (places, groups, temporary ones) or the day of the election is not known."""
    key = rule_key(organisation)
    elected = organisation.elected_on
    if not key or elected is None or not organisation.is_open:
        return None
    ends_on = add_months(elected.day, 12 * rules.value(key, organisation, today))
    if ends_on < today:
        return Term(ends_on, f"{ends_on:%Y-%m} 已届满，应当换届", "bad")
    if ends_on < add_months(today, rules.value("term_warn_months", organisation, today)):
        return Term(ends_on, f"{ends_on:%Y-%m} 届满，准备换届", "warn")
    return Term(ends_on, f"任期至 {ends_on:%Y-%m}", "ok")


def rule_key(organisation: Organisation) -> str:
    """Which rule gives the years; "" for kinds that do not elect."""
    if organisation.kind in TEMPORARY or organisation.kind not in {"611", "621", "631", "632"}:
        return ""
    village = place_of(organisation.short_name).rstrip("第一二三四五六七八九十").endswith(_VILLAGES)
    if village:
        return "village_term_years"
    return "committee_term_years" if organisation.kind == "611" else "branch_term_years"
