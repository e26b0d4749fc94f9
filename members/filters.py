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
from core.domain.regions import ABROAD_CODE, prefixes, provinces
from members import bands, standing
from members.clears import CLEARS, OF_JOURNEY, OF_MEMBER
from members.enums import OPEN_LOST_STATES, LostState, Mobility

Choice = tuple[str, str]
NONE = (bands.NONE, bands.NONE_LABEL)
NO_SEX = ("", "0", "9")  # not known, not stated
REPORTED = "reported"  # shown only when asked for: they have not left
TERMS: Mapping[str, Callable[[str, dt.date], Q]] = {
    "mobile": standing.mobile,
    "short": standing.short,
    "transfer": standing.transfer_due,
    "late": standing.return_passed,
    REPORTED: lambda _journey, _today: Q(),
}


@dataclass(frozen=True)
class Around:
    """What a condition depends on. ``member``, ``journey``: look-up prefixes from the list's model ("" = itself).

    Lists of members see their open journey as ``open_out``, all lists the open spell of lost contact as ``open_lost``:
    joins that bring one row at most (:meth:`members.listing.PeopleList.base`).
    """

    member: str
    journey: str
    today: dt.date

    def of_member(self, **conditions: Any) -> Q:
        return Q(**{f"{self.member}{key}": value for key, value in conditions.items()})

    def of_journey(self, **conditions: Any) -> Q:
        return Q(**{f"{self.journey}{key}": value for key, value in conditions.items()})

    def open_out(self) -> Q:
        """Those who are away; in a list of journeys everybody is."""
        return self.of_journey(pk__isnull=False) if self.journey else Q()


@dataclass(frozen=True)
class Filter:
    """``offered``: stands in the form; the others come with a link, and show as a chip."""

    key: str
    label: str
    choices: Callable[[], Iterable[Choice]]
    condition: Callable[[str, Around], Q]
    offered: bool = True


def _of_member(column: str) -> Callable[[str, Around], Q]:
    return lambda value, around: around.of_member(**{column: value})


def _stated(column: str) -> Callable[[str, Around], Q]:
    """Of the journey, by its code; "none" where nobody has stated it."""
    return lambda value, around: around.open_out() & around.of_journey(**{column: "" if value == bands.NONE else value})


def _sex(value: str, around: Around) -> Q:
    return around.of_member(sex__in=NO_SEX) if value == bands.NONE else around.of_member(sex=value)


def _banded(column: str, of: tuple[bands.Band, ...]) -> Callable[[str, Around], Q]:
    return lambda value, around: bands.in_band(f"{around.member}{column}", of, value, around.today)


def _schooling(value: str, around: Around) -> Q:
    return bands.with_schooling(f"{around.member}education", value)


def _province(value: str, around: Around) -> Q:
    """A code's first two digits; "none" for those whose destination is not known."""
    if value == "none":
        return around.open_out() & around.of_journey(region_code="")
    return around.open_out() & around.of_journey(region_code__startswith=value)


def _region(value: str, around: Around) -> Q:
    """The beginning of a code: a province, a city or a county (:func:`core.domain.regions.prefixes`)."""
    return around.open_out() & around.of_journey(region_code__startswith=value)


def _term(value: str, around: Around) -> Q:
    """Short-term out (短期外出) until the months of the rule are over, then mobile; and what follows from staying away."""
    return around.open_out() & TERMS[value](around.journey, around.today)


def _away(value: str, around: Around) -> Q:
    return around.open_out() if value == "out" else _term(value, around)


def _lost(value: str, _around: Around) -> Q:
    states = OPEN_LOST_STATES if value == "any" else (value,)
    return Q(open_lost__state__in=states)


def _gap(value: str, around: Around) -> Q:
    """四清, and the two numbers that everything hangs on."""
    if value == "any":
        clear = Q()
        for key in CLEARS:
            clear |= _gap(key, around)
        return clear
    if value in OF_MEMBER:
        return OF_MEMBER[value](around.member)
    return around.open_out() & OF_JOURNEY[value](around.journey)


def _dues(value: str, around: Around) -> Q:
    if value == "unknown":
        return around.of_member(dues_paid_to__isnull=True)
    return standing.dues_overdue(around.member, around.today)


def _fixed(*choices: Choice) -> Callable[[], Iterable[Choice]]:
    return lambda: choices


FILTERS: dict[str, Filter] = {
    one.key: one
    for one in (
        Filter("sex", "性别", _fixed(("1", "男"), ("2", "女"), NONE), _sex),
        Filter("kind", "人员类别", MEMBER_KIND.choices, _of_member("kind")),
        Filter("age", "年龄", lambda: bands.choices(bands.AGES), _banded("birth_date", bands.AGES)),
        Filter("party_age", "党龄", lambda: bands.choices(bands.PARTY_AGES), _banded("joined_on", bands.PARTY_AGES)),
        Filter("schooling", "学历层次", bands.schooling_choices, _schooling),
        Filter("education", "学历", EDUCATION.choices, _of_member("education")),
        Filter("status", "党籍状态", PARTY_STATUS.choices, _of_member("party_status")),
        Filter("away", "外出", _fixed(("out", "外出的"), ("mobile", "流动党员"), ("short", "短期外出")), _away),
        Filter(
            "province", "去向",
            lambda: [*((code[:2], name) for code, name in provinces()), (ABROAD_CODE[:2], "境外"), ("none", "去向不明")],
            _province,
        ),
        Filter("region", "地方", lambda: prefixes().items(), _region, offered=False),
        Filter("mobility", "流动范围", lambda: [*Mobility.choices, NONE], _stated("mobility")),
        Filter("reason", "外出原因", lambda: [*LEAVING_REASON.choices(), NONE], _stated("reason")),
        Filter("industry", "行业", lambda: [*INDUSTRY.choices(), NONE], _stated("industry")),
        Filter(
            "term", "外出情况",
            _fixed(("mobile", "流动党员"), ("short", "短期外出"), ("transfer", "应转接组织关系"), ("late", "过了预计返回时间"),
                   (REPORTED, "报备了还没走")),
            _term,
        ),
        Filter(
            "care", "流动支部", _fixed(("in", "已编入"), ("none", "没有编入")),
            lambda value, around: around.of_member(care__isnull=value == "none"),
        ),
        Filter("dues", "党费", _fixed(("overdue", "欠交较久"), ("unknown", "没有登记交至哪天")), _dues),
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
        fields: dict[str, forms.Field] = {}
        for key in self.keys:
            one = FILTERS[key]
            if one.offered:
                fields[key] = forms.ChoiceField(label=one.label, required=False, choices=[("", "不限"), *one.choices()])
            elif key in self.values:
                fields[key] = forms.CharField(widget=forms.HiddenInput)
        return type("FilterForm", (forms.Form,), fields)(initial=dict(self.values), auto_id="filter-%s")
