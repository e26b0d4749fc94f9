"""The filters of the lists: what may stand in an address, what each means, how it is worded on a chip."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import Q
from django.http import Http404

from core.domain.codes import EDUCATION, INDUSTRY, LEAVING_REASON, MEMBER_KIND, PARTY_STATUS
from core.domain.dates import add_months
from core.domain.regions import ABROAD_CODE, provinces
from members.enums import OPEN_LOST_STATES, LostState, Mobility

Choice = tuple[str, str]
AGES = {"30": (0, 30), "40": (31, 40), "50": (41, 50), "60": (51, 60), "70": (61, 70), "99": (71, 150)}
# 从事行业 is not asked of those who study, follow their family, look for work or are retired.
WITH_TRADE = ("", "work", "business", "abroad", "other")


@dataclass(frozen=True)
class Around:
    """What a condition depends on. ``member``, ``journey``: look-up prefixes from the list's model ("" = itself).

    Lists of members see their open journey as ``open_out``, all lists the open spell of lost contact as ``open_lost``:
    joins that bring one row at most (:meth:`members.listing.PeopleList.base`).
    """

    member: str
    journey: str
    today: dt.date
    mobile_months: Callable[[], int]

    def of_member(self, **conditions: Any) -> Q:
        return Q(**{f"{self.member}{key}": value for key, value in conditions.items()})

    def of_journey(self, **conditions: Any) -> Q:
        return Q(**{f"{self.journey}{key}": value for key, value in conditions.items()})

    def open_out(self) -> Q:
        """Those who are away; in a list of journeys everybody is."""
        return self.of_journey(pk__isnull=False) if self.journey else Q()


@dataclass(frozen=True)
class Filter:
    key: str
    label: str
    choices: Callable[[], Iterable[Choice]]
    condition: Callable[[str, Around], Q]


def _of_member(column: str) -> Callable[[str, Around], Q]:
    return lambda value, around: around.of_member(**{column: value})


def _of_journey(column: str) -> Callable[[str, Around], Q]:
    return lambda value, around: around.open_out() & around.of_journey(**{column: value})


def _age(value: str, around: Around) -> Q:
    low, high = AGES[value]
    youngest = add_months(around.today, -12 * low).isoformat()
    oldest = add_months(around.today, -12 * (high + 1)).isoformat()
    return around.of_member(birth_date__gt=oldest, birth_date__lte=youngest)


def _province(value: str, around: Around) -> Q:
    """A code's first two digits; "none" for those whose destination is not known."""
    if value == "none":
        return around.open_out() & around.of_journey(region_code="")
    return around.open_out() & around.of_journey(region_code__startswith=value)


def _term(value: str, around: Around) -> Q:
    """Short-term out (短期外出) until the months of the rule are over, as the ledger counts it; then mobile."""
    since = add_months(around.today, -around.mobile_months()).isoformat()
    if value == "short":
        return around.of_journey(left_on__gt=since)
    return around.open_out() & (around.of_journey(left_on__lte=since) | around.of_journey(left_on__isnull=True))


def _away(value: str, around: Around) -> Q:
    return around.open_out() if value == "out" else _term(value, around)


def _lost(value: str, _around: Around) -> Q:
    states = OPEN_LOST_STATES if value == "any" else (value,)
    return Q(open_lost__state__in=states)


def _gap(value: str, around: Around) -> Q:
    """四清: basic facts, time, destination, trade; and the two numbers everything hangs on."""
    facts = around.of_member(sex="") | around.of_member(birth_date__isnull=True) | around.of_member(education="")
    gaps = {
        "facts": facts | around.of_member(joined_on__isnull=True),
        "phone": around.of_member(phone=""),
        "identity": around.of_member(identity=""),
        "time": around.open_out() & around.of_journey(left_on__isnull=True),
        "place": around.open_out() & around.of_journey(region_code=""),
        "trade": around.open_out() & around.of_journey(industry="") & around.of_journey(reason__in=WITH_TRADE),
    }
    if value != "any":
        return gaps[value]
    clear = Q()
    for key in ("facts", "time", "place", "trade"):
        clear |= gaps[key]
    return clear


def _fixed(*choices: Choice) -> Callable[[], Iterable[Choice]]:
    return lambda: choices


FILTERS: dict[str, Filter] = {
    one.key: one
    for one in (
        Filter("sex", "性别", _fixed(("1", "男"), ("2", "女")), _of_member("sex")),
        Filter("kind", "人员类别", MEMBER_KIND.choices, _of_member("kind")),
        Filter(
            "age", "年龄",
            _fixed(("30", "30 岁及以下"), ("40", "31-40 岁"), ("50", "41-50 岁"), ("60", "51-60 岁"), ("70", "61-70 岁"), ("99", "71 岁及以上")),
            _age,
        ),
        Filter("education", "学历", EDUCATION.choices, _of_member("education")),
        Filter("status", "党籍状态", PARTY_STATUS.choices, _of_member("party_status")),
        Filter("away", "外出", _fixed(("out", "外出的"), ("mobile", "流动党员"), ("short", "短期外出")), _away),
        Filter(
            "province", "去向",
            lambda: [*((code[:2], name) for code, name in provinces()), (ABROAD_CODE[:2], "境外"), ("none", "去向不明")],
            _province,
        ),
        Filter("mobility", "流动范围", lambda: Mobility.choices, _of_journey("mobility")),
        Filter("reason", "外出原因", LEAVING_REASON.choices, _of_journey("reason")),
        Filter("industry", "行业", INDUSTRY.choices, _of_journey("industry")),
        Filter("term", "外出时长", _fixed(("mobile", "流动党员"), ("short", "短期外出")), _term),
        Filter("lost", "联系情况", _fixed(("any", "联系不上或失联"), ("counting", "联系不上"), ("lost", "失联")), _lost),
        Filter(
            "state", "状态", _fixed(*((one.value, one.label) for one in LostState if one in OPEN_LOST_STATES)),
            lambda value, _around: Q(state=value),
        ),
        Filter(
            "gap", "缺项",
            _fixed(("any", "四清有缺项"), ("facts", "基本情况不全"), ("time", "没有外出时间"), ("place", "去向不明"), ("trade", "没有行业"),
                   ("phone", "没有电话"), ("identity", "没有身份证号")),
            _gap,
        ),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Chosen:
    """The filters of one address, each one known and allowed for the list."""

    keys: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, keys: tuple[str, ...], query: Mapping[str, str]) -> Chosen:
        """Raises Http404 for a value that the filter does not offer: showing everybody instead would mislead."""
        values = {}
        for key in keys:
            value = query.get(key, "")
            if value and value not in {choice for choice, _ in FILTERS[key].choices()}:
                raise Http404
            if value:
                values[key] = value
        return cls(keys, values)

    def condition(self, around: Around) -> Q:
        condition = Q()
        for key, value in self.values.items():
            condition &= FILTERS[key].condition(value, around)
        return condition

    def labels(self) -> dict[str, str]:
        """What the chips say: 学历：大学."""
        return {
            key: f"{FILTERS[key].label}：{dict(FILTERS[key].choices())[value]}" for key, value in self.values.items()
        }

    def form(self) -> forms.Form:
        fields = {
            key: forms.ChoiceField(
                label=FILTERS[key].label, required=False, choices=[("", "不限"), *FILTERS[key].choices()]
            )
            for key in self.keys
        }
        return type("FilterForm", (forms.Form,), fields)(initial=dict(self.values), auto_id="filter-%s")
