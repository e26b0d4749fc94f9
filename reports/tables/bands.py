"""The national bands (:mod:`members.bands`) as columns of the tables, worded as they are printed.

Years are whole years on the day of the count: somebody is 36 on the birthday, and in the Party for six years when the
sixth is over. What is not known is in no band, and the table says how many that are.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from core.domain.dates import PartialDate, months_between
from members import bands
from members.lost_clocks import BANDS, band

YEAR = 12


@dataclass(frozen=True)
class Band:
    """``high``: the last whole year that is in it; None: open."""

    key: str
    label: str
    high: int | None


def _printed(prefix: str, of: tuple[bands.Band, ...], labels: tuple[str, ...]) -> tuple[Band, ...]:
    return tuple(Band(f"{prefix}{one.key}", label, one.high) for one, label in zip(of, labels, strict=True))


AGES = _printed("age", bands.AGES, ("35岁及以下", "36至45岁", "46至60岁", "61岁及以上"))
PARTY_AGES = _printed("party", bands.PARTY_AGES, ("1年以下", "1至5年", "6至10年", "11至20年", "21年及以上"))
SCHOOLING = tuple((key, label) for key, (label, _codes) in bands.SCHOOLING.items())
COLLEGE, SECONDARY, LOWER = (key for key, _label in SCHOOLING)
LOST_FOR = tuple((f"lost{number}", label) for number, (_years, label) in enumerate(BANDS))


def _in(of: tuple[Band, ...], since: dt.date | None, on: dt.date) -> str:
    if since is None or since > on:
        return ""
    years = months_between(since, on) // YEAR
    return next(one.key for one in of if one.high is None or years <= one.high)


def age(born: dt.date | None, on: dt.date) -> str:
    """The key of the band, "" where it is not known."""
    return _in(AGES, born, on)


def party_age(joined: dt.date | None, on: dt.date) -> str:
    return _in(PARTY_AGES, joined, on)


def schooling(code: str) -> str:
    found = bands.schooling_of(code)
    return "" if found == bands.NONE else found


def lost_for(since: PartialDate | None, on: dt.date) -> str:
    """失联时间 in bands; "" before six months are over, or where the beginning is not known."""
    label = band(since, on)
    return next((key for key, one in LOST_FOR if one == label), "")
