"""Dates as ledgers have them: often only a month or a year, and written in eight ways.

Also the calendar of the work: quarters and whole months.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

from core.domain.cells import CellError, Parsed, Problem, cell_error, clean_text, is_blank, shown, without_blanks

Precision = Literal["year", "month", "day"]
_COARSENESS = {"day": 0, "month": 1, "year": 2}
FIRST_YEAR, LAST_YEAR = 1900, 2100


@dataclass(frozen=True, order=True)
class PartialDate:
    """A date known to the year, the month or the day; ``day`` is the first day of what is known."""

    day: dt.date
    precision: Precision = "day"

    def __post_init__(self) -> None:
        if self.precision not in get_args(Precision):
            raise ValueError(f"unknown precision {self.precision!r}")
        month = 1 if self.precision == "year" else self.day.month
        first = self.day if self.precision == "day" else dt.date(self.day.year, month, 1)
        object.__setattr__(self, "day", first)

    @classmethod
    def from_iso(cls, text: str) -> PartialDate:
        """From ``2024``, ``2024-07`` or ``2024-07-05``; ``ValueError`` for anything else."""
        return _from_iso(text)

    def iso(self) -> str:
        return self.day.isoformat()[: {"year": 4, "month": 7, "day": 10}[self.precision]]

    def chinese(self) -> str:
        """``2024年7月5日``, ``2024年7月`` or ``2024年``, as printed."""
        text = f"{self.day.year}年"
        if self.precision != "year":
            text += f"{self.day.month}月"
        return f"{text}{self.day.day}日" if self.precision == "day" else text

    def covers(self, other: PartialDate) -> bool:
        """Whether this says the same as ``other``, no more exactly: 2024 covers 2024-07-05 and itself."""
        coarser = _COARSENESS[self.precision] >= _COARSENESS[other.precision]
        return coarser and PartialDate(other.day, self.precision) == self


@lru_cache(maxsize=50_000)
def _from_iso(text: str) -> PartialDate:
    """Remembered: a ledger's dates are compared with the record's again and again, and there are few different ones."""
    if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", text):
        raise ValueError(f"not a date: {text!r}")
    year, month, day = [*map(int, text.split("-")), 1, 1][:3]
    return PartialDate(dt.date(year, month, day), get_args(Precision)[text.count("-")])


@dataclass(frozen=True, order=True)
class Quarter:
    year: int
    number: int

    @property
    def start(self) -> dt.date:
        return dt.date(self.year, self.number * 3 - 2, 1)

    @property
    def end(self) -> dt.date:
        return self.next().start - dt.timedelta(days=1)

    @property
    def label(self) -> str:
        return f"{self.year}年第{'一二三四'[self.number - 1]}季度"

    def previous(self) -> Quarter:
        return quarter_of(self.start - dt.timedelta(days=1))

    def next(self) -> Quarter:
        return quarter_of(add_months(self.start, 3))


def quarter_of(day: dt.date) -> Quarter:
    return Quarter(day.year, (day.month + 2) // 3)


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day ``months`` later (or earlier); 31 August plus 6 is the last of February."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_full_since(day: dt.date, months: int) -> dt.date:
    """The latest start from which ``months`` whole months are over on ``day``: a bound for queries.

    A start is that early exactly when ``add_months(start, months) <= day``; on 28 February also 31 August six months before.
    """
    earlier = add_months(day, -months)
    is_month_end = day.day == calendar.monthrange(day.year, day.month)[1]
    return earlier.replace(day=calendar.monthrange(earlier.year, earlier.month)[1]) if is_month_end else earlier


def months_between(a: dt.date, b: dt.date) -> int:
    """Whole months from ``a`` to ``b``; negative when ``b`` is the earlier."""
    if b < a:
        return -months_between(b, a)
    months = (b.year - a.year) * 12 + b.month - a.month
    return months if add_months(a, months) <= b else months - 1


# -- reading a cell -----------------------------------------------------------------------------


def parse_partial_date(
    raw: object, *, today: dt.date, allow_future: bool = False, date1904: bool = False
) -> Parsed[PartialDate]:
    """A date of any precision, or ``date_invalid``, ``date_ambiguous`` (03/04/05), ``date_future``.

    ``date1904``: the workbook counts its days from 1904 (old files of Macintosh computers).
    """
    if isinstance(raw, CellError):
        return Parsed(None, cell_error(raw))
    if is_blank(raw):
        return Parsed(None)
    found = _read(raw, date1904)
    if isinstance(found, str):
        return Parsed(None, Problem(found, _MESSAGES[found].format(shown(raw))))
    if found.day > today and not allow_future:
        return Parsed(None, Problem("date_future", f"日期“{shown(raw)}”还没有到，请核对。"))
    return Parsed(found)


def parse_date(raw: object, *, today: dt.date, allow_future: bool = False, date1904: bool = False) -> Parsed[dt.date]:
    """A full day; month or year alone is ``date_incomplete``, with what is known in ``extra["partial"]``."""
    parsed = parse_partial_date(raw, today=today, allow_future=allow_future, date1904=date1904)
    if parsed.value is None:
        return Parsed(None, parsed.problem)
    if parsed.value.precision == "day":
        return Parsed(parsed.value.day)
    text = f"日期“{shown(raw)}”不完整，请填到年月日。"
    return Parsed(None, Problem("date_incomplete", text), extra={"partial": parsed.value})


_MESSAGES = {
    "date_invalid": "看不懂日期“{}”，请写成“2024-07-05”或“2024年7月”。",
    "date_ambiguous": "日期“{}”有多种读法，请把年份写成四位，如“2024-07-05”。",
}
_TIME = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$")
_SEPARATORS = str.maketrans(dict.fromkeys("./、,，–—―_年月", "-") | dict.fromkeys("日号约份", ""))
_REMARK = re.compile(r"(左右|前后|以来|至今|开始|起)$|^大约")
_PART_OF_YEAR = re.compile(r"(\d{4}-)([初底末春夏秋冬]|上半-|下半-|春节|年[初底末]).*")
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        r"(\d{4})-(\d{1,2})-(\d{1,2})",
        r"(\d{4})(\d{2})(\d{2})",
        r"(\d{4})-(\d{1,2})",
        r"(\d{4})(\d{2})",
        r"(\d{4})",
    )
)
_DAY_LAST_YEAR = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})")
_SHORT_YEAR = re.compile(r"\d{1,2}-\d{1,2}-\d{1,2}|\d{2}-\d{1,2}|\d{6}")
_SERIAL = re.compile(r"\d{5}(\.\d+)?")
_CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九壹贰叁肆伍陆柒捌玖拾", "000123456789123456789十")
_TENS = re.compile(r"(\d?)十(\d?)")


def _read(raw: object, date1904: bool) -> PartialDate | str:
    """The date in a cell that is not blank, or the code of what is wrong with it."""
    if isinstance(raw, dt.datetime):
        return _date(raw.year, raw.month, raw.day)
    if isinstance(raw, dt.date):
        return _date(raw.year, raw.month, raw.day)
    if isinstance(raw, bool):
        return "date_invalid"
    if isinstance(raw, float) and re.fullmatch(r"\d{4}\.1", str(raw)) and FIRST_YEAR <= raw < LAST_YEAR:
        return "date_ambiguous"  # a number drops its last zero: 2006.1 is January or October
    text = clean_text(raw)
    if _SERIAL.fullmatch(text):
        return _from_serial(int(float(text)), date1904)
    return _from_text(text)


def _from_serial(serial: int, date1904: bool) -> PartialDate | str:
    """A day counted by the spreadsheet; five digits reach from 1927 to 2173."""
    epoch = dt.date(1904, 1, 1) if date1904 else dt.date(1899, 12, 30)
    day = epoch + dt.timedelta(days=serial)
    return _date(day.year, day.month, day.day)


def _from_text(text: str) -> PartialDate | str:
    if len(text) > 40:
        return "date_invalid"
    plain = _REMARK.sub("", without_blanks(_TIME.sub("", text)))
    plain = _TENS.sub(_ten, plain.translate(_CHINESE_DIGITS)).translate(_SEPARATORS)
    if part := _PART_OF_YEAR.fullmatch(plain):
        plain = part[1]
    plain = plain.strip("-")
    for shape in _SHAPES:
        if (match := shape.fullmatch(plain)) and FIRST_YEAR <= int(match[1]) < LAST_YEAR:
            return _date(*map(int, match.groups()))
    if match := _DAY_LAST_YEAR.fullmatch(plain):
        return _day_last_year(*map(int, match.groups()))
    return "date_ambiguous" if _SHORT_YEAR.fullmatch(plain) else "date_invalid"


def _ten(match: re.Match[str]) -> str:
    return str(int(match[1] or 1) * 10 + int(match[2] or 0))


def _day_last_year(first: int, second: int, year: int) -> PartialDate | str:
    """7/25/2024 and 25/7/2024 can be read one way only; 5/7/2024 cannot."""
    if first <= 12 and second <= 12 and first != second:
        return "date_ambiguous"
    month, day = (first, second) if first <= 12 else (second, first)
    return _date(year, month, day)


def _date(year: int, month: int | None = None, day: int | None = None) -> PartialDate | str:
    if not FIRST_YEAR <= year < LAST_YEAR:
        return "date_invalid"
    precision: Precision = "year" if month is None else "month" if day is None else "day"
    try:
        return PartialDate(dt.date(year, 1 if month is None else month, 1 if day is None else day), precision)
    except ValueError:
        return "date_invalid"
