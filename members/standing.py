"""How somebody stands on a day, by the county's rules: short-term out, mobile, transfer due, past the expected return,
dues overdue. Each once as a function of one record, with its reason, and once as a condition for a query; tests hold the
two equal.

A date that is known to the month or the year counts from its first day, as in the ledgers; a time that ends (an expected
return, dues paid to) lasts to its last. Sources of the thresholds: ``members.rules``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, IntegerField, Q, Value
from django.db.models.functions import Cast, Coalesce, NullIf, Substr
from django.db.models.lookups import EndsWith, Exact, GreaterThanOrEqual, LessThan

from branches.models import Organisation
from branches.rules import expression
from branches.rules import value as rule_value
from core.domain.dates import PartialDate, add_months, months_between, months_full_since
from members.enums import AWAY_STATES, Direction, JourneyState, Mobility
from members.models import Journey
from members.rules import DUES_MONTHS, MOBILE_BY, MOBILE_MIN_MONTHS, TRANSFER_DUE_MONTHS

EXPECTED = "expected"


@dataclass(frozen=True)
class Thresholds:
    mobile_months: int
    mobile_by: str
    transfer_months: int

    @classmethod
    def of(cls, organisation: Organisation | None, on: dt.date) -> Thresholds:
        """In force at an organisation on a day."""
        months, by, transfer = (
            rule_value(rule.key, organisation, on) for rule in (MOBILE_MIN_MONTHS, MOBILE_BY, TRANSFER_DUE_MONTHS)
        )
        return cls(int(months), str(by), int(transfer))


@dataclass(frozen=True)
class Standing:
    """``text``: a chip; ``why``: the reason in a sentence."""

    key: str
    text: str
    tone: str
    why: str


def standings(journey: Journey, today: dt.date, limits: Thresholds, *, transferring: bool = False) -> list[Standing]:
    """What is to be said of a journey out on a day. ``transferring``: the membership is on its way already."""
    if journey.direction != Direction.OUT or not journey.is_open:
        return []
    if journey.state == JourneyState.REPORTED:
        when = f"打算 {journey.left_on.chinese()} 外出" if journey.left_on else "还没有走"
        return [Standing("reported", "报备待外出", "info", when)]
    found = [_term(journey, today, limits)]
    if not transferring and is_transfer_due(journey, today, limits):
        found.append(Standing("transfer", "应转接", "warn", f"{_away(journey, today)}，地点固定，组织关系未转"))
    if is_return_passed(journey.expected_return_on, today):
        assert journey.expected_return_on is not None
        found.append(
            Standing("late", "过期未返", "warn", f"预计 {journey.expected_return_on.chinese()} 返回，已经过了")
        )
    return found


def _term(journey: Journey, today: dt.date, limits: Thresholds) -> Standing:
    if not is_mobile(journey.left_on, journey.expected_return_on, today, limits):
        assert journey.left_on is not None
        day = add_months(journey.left_on.day, limits.mobile_months)
        why = f"{_away(journey, today)}，{day:%Y-%m-%d} 满 {limits.mobile_months} 个月算流动党员"
        return Standing("short", "短期外出", "neutral", why)
    return Standing("mobile", "流动党员", "info", _away(journey, today))


def _away(journey: Journey, today: dt.date) -> str:
    if journey.left_on is None:
        return "外出时间不详"
    months = months_between(journey.left_on.day, today)
    return f"外出 {months} 个月" if months > 0 else "外出不满 1 个月"


def is_mobile(
    left_on: PartialDate | None, expected_return_on: PartialDate | None, today: dt.date, limits: Thresholds
) -> bool:
    """Whether somebody who is away counts as 流动党员: unknown since when, the months are over, or (by rule) expected to be."""
    if left_on is None or add_months(left_on.day, limits.mobile_months) <= today:
        return True
    if limits.mobile_by != EXPECTED or expected_return_on is None:
        return False
    return _month_number(expected_return_on.day) - _month_number(left_on.day) >= limits.mobile_months


def _month_number(day: dt.date) -> int:
    return day.year * 12 + day.month


def is_transfer_due(journey: Journey, today: dt.date, limits: Thresholds) -> bool:
    """Away for the months of the rule, in one place that is known to the city at least, and not abroad (条例第二十五条)."""
    since = journey.placed_on or journey.left_on
    if since is None or journey.state not in AWAY_STATES:
        return False
    return (
        is_one_place(journey.region_code, journey.mobility) and add_months(since.day, limits.transfer_months) <= today
    )


def is_one_place(region_code: str, mobility: str) -> bool:
    """Known to the city at least, and not abroad."""
    return mobility != Mobility.ABROAD and bool(region_code) and not region_code.endswith("0000")


def is_return_passed(expected: PartialDate | None, today: dt.date) -> bool:
    return expected is not None and last_day(expected) < today


def dues(paid_to: PartialDate | None, today: dt.date, months: int) -> list[Standing]:
    """For the person file: dues that were not paid for the months of the rule."""
    if paid_to is None or not is_dues_overdue(paid_to, today, months):
        return []
    unpaid = months_between(last_day(paid_to), today)
    why = f"交至 {paid_to.chinese()}，已有 {unpaid} 个月没有交纳的记录"
    return [Standing("dues", "党费欠交较久", "warn", why)]


def is_dues_overdue(paid_to: PartialDate | None, today: dt.date, months: int) -> bool:
    """Paid to a time whose last day lies ``months`` months back or more; what was never noted is unknown, not overdue."""
    return paid_to is not None and add_months(last_day(paid_to), months) <= today


def last_day(date: PartialDate) -> dt.date:
    """Of the year, the month or the day that is meant."""
    months = {"year": 12, "month": 1, "day": 0}[date.precision]
    return add_months(date.day, months) - dt.timedelta(days=1) if months else date.day


# -- the same for queries -----------------------------------------------------------------------


def _limit(rule: Any, on: dt.date, prefix: str, value: Callable[[Any], Any], field: Any = None) -> Any:
    """What a rule gives, row by row, at the branch that keeps the journey."""
    return expression(
        rule.key,
        on,
        path=f"{prefix}home_path",
        kind=f"{prefix}home__kind",
        value=value,
        output_field=field or CharField(),
    )


def mobile(prefix: str, on: dt.date) -> Q:
    """Journeys out under ``prefix`` (that are under way) whose member is 流动党员 on a day."""
    over = _limit(MOBILE_MIN_MONTHS, on, prefix, lambda months: months_full_since(on, int(months)).isoformat())
    elapsed = Q(**{f"{prefix}left_on__isnull": True}) | Q(**{f"{prefix}left_on__lte": over})
    return elapsed | _expected_long(prefix, on)


def short(prefix: str, on: dt.date) -> Q:
    """Those who are away, but not yet 流动党员."""
    over = _limit(MOBILE_MIN_MONTHS, on, prefix, lambda months: months_full_since(on, int(months)).isoformat())
    return Q(**{f"{prefix}left_on__gt": over}) & _expected_short(prefix, on)


def _expected_long(prefix: str, on: dt.date) -> Q:
    """Expected to stay away for the months of the rule, where the rule counts them from the start."""
    return Q(**{f"{prefix}expected_return_on__isnull": False}) & Q(GreaterThanOrEqual(*_stay(prefix, on)))


def _expected_short(prefix: str, on: dt.date) -> Q:
    """The contrary, not negated: that would become a sub-query."""
    return Q(**{f"{prefix}expected_return_on__isnull": True}) | Q(LessThan(*_stay(prefix, on)))


def _stay(prefix: str, on: dt.date) -> tuple[Any, Any]:
    """How many months are expected, and how many it takes: more than anybody stays, where the rule waits for them to pass."""
    months = _limit(MOBILE_MIN_MONTHS, on, prefix, int, IntegerField())
    more = _limit(MOBILE_BY, on, prefix, lambda by: 0 if by == EXPECTED else 10_000, IntegerField())
    return _month_of(f"{prefix}expected_return_on") - _month_of(f"{prefix}left_on"), months + more


def _month_of(column: str) -> Any:
    text = Cast(F(column), CharField())
    year = Cast(Substr(text, 1, 4), IntegerField())
    month = Cast(Coalesce(NullIf(Substr(text, 6, 2), Value("")), Value("1")), IntegerField())
    return year * 12 + month


def transfer_due(prefix: str, on: dt.date) -> Q:
    """As :func:`is_transfer_due`; a transfer on its way is not asked for here."""
    return long_there(prefix, on) & Q(**{f"{prefix}state__in": AWAY_STATES}) & _in_one_place(prefix)


def _in_one_place(prefix: str) -> Q:
    """As :func:`is_one_place`. Look-ups of their own, as a negated key would become a sub-query."""
    code = F(f"{prefix}region_code")
    exceptions = (Exact(F(f"{prefix}mobility"), Mobility.ABROAD), Exact(code, ""), EndsWith(code, "0000"))
    return ~Q(*map(Q, exceptions), _connector=Q.OR)


def long_there(prefix: str, on: dt.date) -> Q:
    """Those who have been where they are for the months after which the membership is to follow, whatever place it is."""
    over = _limit(TRANSFER_DUE_MONTHS, on, prefix, lambda months: months_full_since(on, int(months)).isoformat())
    since = Q(**{f"{prefix}placed_on__lte": over})
    return since | Q(**{f"{prefix}placed_on__isnull": True, f"{prefix}left_on__lte": over})


def return_passed(prefix: str, on: dt.date) -> Q:
    """By a day before today, a month before this one, a year before this one: "2026" sorts before "2026-01"."""
    today, column = on.isoformat(), f"{prefix}expected_return_on"
    earlier_year = Q(**{f"{column}__lt": today[:4]})
    earlier_month = Q(**{f"{column}__gte": today[:5], f"{column}__lt": today[:7]})
    return earlier_year | earlier_month | Q(**{f"{column}__gte": today[:8], f"{column}__lt": today})


def dues_overdue(prefix: str, on: dt.date) -> Q:
    """Members under ``prefix`` whose dues are overdue on a day."""

    def bound(months: int) -> dt.date:
        return months_full_since(on, int(months))

    def month(months: int) -> str:
        """The month that is not over at the bound; "-" where it is."""
        day = bound(months)
        return "-" if (day + dt.timedelta(days=1)).day == 1 else day.isoformat()[:7]

    def year(months: int) -> str:
        day = bound(months)
        return "-" if (day.month, day.day) == (12, 31) else day.isoformat()[:4]

    paid = f"{prefix}dues_paid_to"
    over = Q(**{f"{paid}__lte": _limit(DUES_MONTHS, on, prefix, lambda months: bound(months).isoformat())})
    for unfinished in (month, year):
        over &= ~Q(**{paid: _limit(DUES_MONTHS, on, prefix, unfinished)})
    return over
