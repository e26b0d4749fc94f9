"""The bands of the national tables (党内统计年报表): age, Party age, schooling. The same for lists, overview and papers.

Years are completed years on a day; a date known to the year or the month counts from its first day. Whoever has no date stands
under :data:`NONE`, so that the bands of a group always add up to the group.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Case, Expression, IntegerField, Q, Value, When

from core.domain.dates import add_months

NONE = "none"
NONE_LABEL = "没有登记"


@dataclass(frozen=True)
class Band:
    """``low`` to ``high`` completed years, both included; None: open."""

    key: str
    label: str
    low: int | None
    high: int | None


AGES = (
    Band("35", "35 岁及以下", None, 35),
    Band("36-45", "36—45 岁", 36, 45),
    Band("46-60", "46—60 岁", 46, 60),
    Band("61", "61 岁及以上", 61, None),
)
PARTY_AGES = (
    Band("1", "不满 1 年", None, 0),
    Band("1-5", "1—5 年", 1, 5),
    Band("6-10", "6—10 年", 6, 10),
    Band("11-20", "11—20 年", 11, 20),
    Band("21", "21 年及以上", 21, None),
)
SCHOOLING: dict[str, tuple[str, tuple[str, ...]]] = {
    "college": ("大专及以上", ("11", "12", "13", "1A", "1B", "21", "22", "23", "24", "2A", "2B", "2C", "2D")),
    "middle": ("中专、高中、中技", ("41", "44", "47", "6")),
    "basic": ("初中及以下", ("7", "8", "9")),
}


def choices(bands: tuple[Band, ...]) -> list[tuple[str, str]]:
    return [*((band.key, band.label) for band in bands), (NONE, NONE_LABEL)]


def schooling_choices() -> list[tuple[str, str]]:
    return [*((key, label) for key, (label, _) in SCHOOLING.items()), (NONE, NONE_LABEL)]


def begun_after(years: int, today: dt.date) -> str:
    """Whoever was born (joined) after this day has not completed ``years`` years; on it or before, he has."""
    return add_months(today, -12 * years).isoformat()


def in_band(column: str, bands: tuple[Band, ...], key: str, today: dt.date) -> Q:
    """Rows whose partial date in ``column`` lies in a band on a day."""
    if key == NONE:
        return Q(**{f"{column}__isnull": True})
    band = next(one for one in bands if one.key == key)
    condition = Q()
    if band.high is not None:
        condition &= Q(**{f"{column}__gt": begun_after(band.high + 1, today)})
    if band.low is not None:
        condition &= Q(**{f"{column}__lte": begun_after(band.low, today)})
    return condition


def number_of(column: str, bands: tuple[Band, ...], today: dt.date) -> Expression:
    """Each row's band by its place in ``bands``, the youngest first, as SQL: by halves, for rows are many. See :func:`key_at`."""
    last = len(bands) - 1

    def among(low: int, high: int) -> Expression:
        if low == last:
            none = When(Q(**{f"{column}__isnull": True}), then=Value(len(bands)))
            return Case(none, default=Value(last), output_field=IntegerField())
        if low == high:
            return Value(low)
        middle = (low + high) // 2
        years = bands[middle].high
        assert years is not None  # only the last band is open
        younger = When(Q(**{f"{column}__gt": begun_after(years + 1, today)}), then=among(low, middle))
        return Case(younger, default=among(middle + 1, high), output_field=IntegerField())

    return among(0, last)


def key_at(bands: tuple[Band, ...], place: int) -> str:
    return bands[place].key if place < len(bands) else NONE


def with_schooling(column: str, key: str) -> Q:
    """Rows whose code of education in ``column`` belongs to a band."""
    return Q(**{column: ""}) if key == NONE else Q(**{f"{column}__in": SCHOOLING[key][1]})


def schooling_of(code: str) -> str:
    """The band of a code of education."""
    return next((key for key, (_, codes) in SCHOOLING.items() if code in codes), NONE)
