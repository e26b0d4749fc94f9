"""The bands of the national statistics (中国共产党党内统计年报表，失去联系党员情况), used wherever people are counted by them.

Years are whole years on the day of the count: somebody is 36 on the birthday, and in the Party for six years when the
sixth is over. What is not known is in no band, and the table says how many that are.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from core.domain.dates import PartialDate, months_between
from members.lost_clocks import BANDS, band

YEAR = 12


@dataclass(frozen=True)
class Band:
    """``until``: the first whole year that is no longer in it."""

    key: str
    label: str
    until: int


AGES = (
    Band("age35", "35岁及以下", 36), Band("age45", "36至45岁", 46), Band("age60", "46至60岁", 61),
    Band("age61", "61岁及以上", 1000),
)  # fmt: skip
PARTY_AGES = (
    Band("party0", "1年以下", 1), Band("party5", "1至5年", 6), Band("party10", "6至10年", 11),
    Band("party20", "11至20年", 21), Band("party21", "21年及以上", 1000),
)  # fmt: skip
COLLEGE, SECONDARY, LOWER = "college", "secondary", "lower"
SCHOOLING = ((COLLEGE, "大专及以上"), (SECONDARY, "中专、高中、中技"), (LOWER, "初中及以下"))
_SCHOOLING = {
    **dict.fromkeys(("11", "12", "13", "1A", "1B", "21", "22", "23", "24", "2A", "2B", "2C", "2D"), COLLEGE),
    **dict.fromkeys(("41", "44", "47", "6"), SECONDARY),
    **dict.fromkeys(("7", "8", "9"), LOWER),
}
LOST_FOR = tuple((f"lost{number}", label) for number, (_years, label) in enumerate(BANDS))


def _in(bands: tuple[Band, ...], since: dt.date | None, on: dt.date) -> str:
    if since is None or since > on:
        return ""
    years = months_between(since, on) // YEAR
    return next(one.key for one in bands if years < one.until)


def age(born: dt.date | None, on: dt.date) -> str:
    """The key of the band, "" where it is not known."""
    return _in(AGES, born, on)


def party_age(joined: dt.date | None, on: dt.date) -> str:
    return _in(PARTY_AGES, joined, on)


def schooling(code: str) -> str:
    return _SCHOOLING.get(code, "")


def lost_for(since: PartialDate | None, on: dt.date) -> str:
    """失联时间 in bands; "" before six months are over, or where the beginning is not known."""
    label = band(since, on)
    return next((key for key, one in LOST_FOR if one == label), "")
