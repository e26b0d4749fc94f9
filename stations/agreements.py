"""What is due under an agreement (双向共管协议): the next exchange, and the end. Worked out, stored nowhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from branches.rules import values_at
from core.domain.dates import add_months
from core.rules import Rule
from stations.models import Agreement

EXCHANGE_MONTHS = Rule(
    "agreement_exchange_months", "双向共管：几个月至少交流一次", 3,
    "各地通行做法：每季度与驻外党组织至少联系一次，没有全国统一规定；协议里另有约定的从约定", unit="个月", low=1, high=12,
)  # fmt: skip
WARN_DAYS = Rule("agreement_warn_days", "双向共管：交流到期提前几天提醒", 14, "本系统默认", unit="天", low=0, high=60)
ENDS_DAYS = Rule("agreement_ends_days", "双向共管：协议到期提前几天提醒", 30, "本系统默认", unit="天", low=0, high=180)
SCAN_MEGABYTES = Rule("agreement_scan_megabytes", "协议扫描件最大", 10, "本系统默认", unit="MB", low=1, high=50)
SCAN_DAYS = Rule("agreement_scan_days", "协议扫描件保留几天", 3650, "本系统默认", unit="天", low=365, high=36500)
RULES = (EXCHANGE_MONTHS, WARN_DAYS, ENDS_DAYS, SCAN_MEGABYTES, SCAN_DAYS)
_READ = (EXCHANGE_MONTHS.key, WARN_DAYS.key, ENDS_DAYS.key)


@dataclass(frozen=True)
class Due:
    """How one agreement stands on a day. ``next_on``: when the next exchange is due, None when none is."""

    agreement: Agreement
    next_on: dt.date | None
    warn: bool  # the exchange is due soon, or overdue
    ends_soon: bool
    state: str
    tone: str

    def is_late(self, today: dt.date) -> bool:
        return self.next_on is not None and self.next_on < today


def standing(agreements: Iterable[Agreement], today: dt.date) -> list[Due]:
    """Of agreements read ``with_exchanges`` and their organisation: one query for the rules of all."""
    found = list(agreements)
    rules = values_at(_READ, {one.organisation_id: one.organisation for one in found}.values(), today)
    return [_due(one, rules[one.organisation_id], today) for one in found]


def _due(one: Any, rule: dict[str, Any], today: dt.date) -> Due:
    if one.ends_on is not None and one.ends_on < today:
        return Due(one, None, False, False, "已到期", "neutral")
    months = one.every_months or int(rule[EXCHANGE_MONTHS.key])
    next_on = add_months(max(one.last_on or one.starts_on, one.starts_on), months)
    ends_soon = one.ends_on is not None and (one.ends_on - today).days <= int(rule[ENDS_DAYS.key])
    if one.starts_on > today:
        return Due(one, next_on, False, False, "还没开始", "neutral")
    warn = (next_on - today).days <= int(rule[WARN_DAYS.key])
    if next_on < today:
        return Due(one, next_on, warn, ends_soon, f"交流超期 {(today - next_on).days} 天", "warn")
    if ends_soon:
        return Due(one, next_on, warn, True, "快到期", "info")
    return Due(one, next_on, warn, False, "该交流了" if warn else "执行中", "info" if warn else "ok")
