"""Working days in China: weekends and public holidays off, make-up days (调休) on."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from holidays import HolidayBase, country_holidays


@lru_cache(maxsize=1)
def _calendar() -> HolidayBase:
    """Years are added as they are asked for. Of a year whose make-up days are not announced yet the weekends are off."""
    return country_holidays("CN")


def is_working_day(day: dt.date) -> bool:
    return bool(_calendar().is_working_day(day))
