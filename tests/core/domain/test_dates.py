import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.cells import CellError
from core.domain.dates import (
    PartialDate,
    Quarter,
    add_months,
    months_between,
    months_full_since,
    parse_date,
    parse_partial_date,
    quarter_of,
)

TODAY = dt.date(2026, 11, 21)
days = st.dates(dt.date(1928, 1, 1), TODAY)


@pytest.mark.parametrize(
    ("raw", "iso"),
    [
        (dt.date(2024, 7, 5), "2024-07-05"),
        (dt.datetime.fromisoformat("2024-07-05T23:59:00"), "2024-07-05"),
        (45478, "2024-07-05"),
        (45478.0, "2024-07-05"),
        (45478.75, "2024-07-05"),
        ("45478", "2024-07-05"),
        ("2019-03-09", "2019-03-09"),
        ("2019.07", "2019-07"),
        (2019.07, "2019-07"),
        (2006.12, "2006-12"),
        ("2006.1", "2006-01"),
        ("2024/7/5", "2024-07-05"),
        ("20240705", "2024-07-05"),
        (20240705, "2024-07-05"),
        ("202407", "2024-07"),
        (202407.0, "2024-07"),
        ("2023年4月", "2023-04"),
        ("2023 年 4 月", "2023-04"),
        ("2021年", "2021"),
        (2021, "2021"),
        ("2021年9月28日", "2021-09-28"),
        ("2021年9月28号", "2021-09-28"),
        ("二〇二四年七月", "2024-07"),
        ("二〇二四年七月五日", "2024-07-05"),
        ("二○二三年十二月二十一日", "2023-12-21"),
        ("二零二三年十月三十日", "2023-10-30"),
        ("贰零贰肆年柒月", "2024-07"),
        ("2026-09-30 00:00:00", "2026-09-30"),
        ("2024-07-05T08:00:00+08:00", "2024-07-05"),
        ("２０２４．７．５", "2024-07-05"),
        ("2024.7.5.", "2024-07-05"),
        ("约2021年3月", "2021-03"),
        ("2021年3月至今", "2021-03"),
        ("2023年底", "2023"),
        ("2023年上半年", "2023"),
        ("12/25/2024", "2024-12-25"),
        ("25/12/2024", "2024-12-25"),
    ],
)
def test_read(raw, iso):
    parsed = parse_partial_date(raw, today=TODAY)
    assert parsed.problem is None
    assert parsed.value.iso() == iso


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("2025-02-30", "date_invalid"),
        ("2024-13-01", "date_invalid"),
        (60, "date_invalid"),
        ("60", "date_invalid"),
        (-5, "date_invalid"),
        (True, "date_invalid"),
        ("长期", "date_invalid"),
        ("至今", "date_invalid"),
        ("7月5日", "date_invalid"),
        ("9" * 100_000, "date_invalid"),
        ("9999-12-31", "date_invalid"),
        ("03/04/05", "date_ambiguous"),
        ("24年7月", "date_ambiguous"),
        ("5/7/2024", "date_ambiguous"),
        ("240705", "date_ambiguous"),
        (2006.1, "date_ambiguous"),  # January, or October without its last zero
        ("2031-01-01", "date_future"),
        (dt.date(2026, 11, 22), "date_future"),
        ("2027年", "date_future"),
        (CellError("#VALUE!"), "cell_error"),
    ],
)
def test_refused(raw, code):
    parsed = parse_partial_date(raw, today=TODAY)
    assert (parsed.value, parsed.problem.code) == (None, code)


@pytest.mark.parametrize("raw", [None, "", "无", "—", "0000-00-00"])
def test_blank_is_no_problem(raw):
    parsed = parse_partial_date(raw, today=TODAY)
    assert (parsed.value, parsed.problem) == (None, None)


def test_future_is_allowed_where_told():
    assert parse_partial_date("2031-01-01", today=TODAY, allow_future=True).value.iso() == "2031-01-01"


def test_this_month_and_year_are_not_the_future():
    assert parse_partial_date("2026年11月", today=TODAY).value.iso() == "2026-11"
    assert parse_partial_date("2026", today=TODAY).value.iso() == "2026"


def test_old_macintosh_workbooks_count_from_1904():
    assert parse_partial_date(45478 - 1462, today=TODAY, date1904=True).value.iso() == "2024-07-05"


def test_parse_date_wants_the_day():
    assert parse_date("20240705", today=TODAY).value == dt.date(2024, 7, 5)
    incomplete = parse_date("2024年7月", today=TODAY)
    assert (incomplete.value, incomplete.problem.code) == (None, "date_incomplete")
    assert incomplete.extra["partial"].iso() == "2024-07"
    assert parse_date("2025-02-30", today=TODAY).problem.code == "date_invalid"
    assert parse_date("", today=TODAY).problem is None


@given(days, st.sampled_from(["%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y-%m-%d 00:00:00"]))
def test_every_form_of_every_day(day, form):
    assert parse_date(day.strftime(form), today=TODAY).value == day


@given(days)
def test_every_serial(day):
    serial = (day - dt.date(1899, 12, 30)).days
    assert parse_date(serial, today=TODAY).value == day
    assert parse_date(float(serial), today=TODAY).value == day


@given(st.one_of(st.text(), st.integers(), st.floats(), st.datetimes(), st.dates()))
def test_no_cell_raises(raw):
    parsed = parse_partial_date(raw, today=TODAY)
    assert parsed.value is None or parsed.problem is None


@given(days, st.sampled_from(["year", "month", "day"]))
def test_iso_and_back(day, precision):
    partial = PartialDate(day, precision)
    assert PartialDate.from_iso(partial.iso()) == partial
    assert parse_partial_date(partial.chinese(), today=TODAY).value == partial


@pytest.mark.parametrize("text", ["", "24", "2024-7", "2024-07-05-01", "2024-02-30"])
def test_from_iso_refuses(text):
    with pytest.raises(ValueError, match=r"."):
        PartialDate.from_iso(text)


def test_partial_date_keeps_the_first_day():
    assert PartialDate(dt.date(2024, 7, 5), "month").day == dt.date(2024, 7, 1)
    assert PartialDate(dt.date(2024, 7, 5), "year").day == dt.date(2024, 1, 1)
    with pytest.raises(ValueError, match="precision"):
        PartialDate(dt.date(2024, 7, 5), "week")


@pytest.mark.parametrize(
    ("a", "b", "covers"),
    [
        ("2024", "2024-07-05", True),
        ("2024-07", "2024-07-05", True),
        ("2024", "2024-07", True),
        ("2024-07-05", "2024-07-05", True),
        ("2024-07-05", "2024-07", False),
        ("2024-08", "2024-07-05", False),
        ("2023", "2024-07", False),
    ],
)
def test_covers(a, b, covers):
    assert PartialDate.from_iso(a).covers(PartialDate.from_iso(b)) is covers


def test_dates_sort():
    texts = ["2025", "2024-07-05", "2024", "2024-07"]
    assert [p.iso() for p in sorted(map(PartialDate.from_iso, texts))] == ["2024", "2024-07", "2024-07-05", "2025"]


def test_quarters():
    quarter = quarter_of(dt.date(2026, 11, 21))
    assert quarter == Quarter(2026, 4)
    assert (quarter.start, quarter.end) == (dt.date(2026, 10, 1), dt.date(2026, 12, 31))
    assert quarter.label == "2026年第四季度"
    assert quarter.previous() == Quarter(2026, 3)
    assert quarter.next() == Quarter(2027, 1)
    assert Quarter(2026, 1).previous() == Quarter(2025, 4)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)))
def test_every_day_is_in_its_quarter(day):
    quarter = quarter_of(day)
    assert quarter.start <= day <= quarter.end


def test_months():
    assert add_months(dt.date(2026, 8, 31), 6) == dt.date(2027, 2, 28)
    assert add_months(dt.date(2026, 1, 15), -13) == dt.date(2024, 12, 15)
    assert months_between(dt.date(2026, 2, 15), dt.date(2026, 8, 14)) == 5
    assert months_between(dt.date(2026, 2, 15), dt.date(2026, 8, 15)) == 6
    assert months_between(dt.date(2026, 8, 15), dt.date(2026, 2, 15)) == -6
    assert months_between(dt.date(2026, 8, 31), dt.date(2027, 2, 28)) == 6


@given(st.dates(dt.date(1900, 1, 1), dt.date(2090, 1, 1)), st.integers(0, 100))
def test_months_there_and_counted(day, months):
    assert months_between(day, add_months(day, months)) == months


@pytest.mark.parametrize(
    ("day", "months", "start"),
    [
        ("2026-11-20", 6, "2026-05-20"),
        ("2026-02-28", 6, "2025-08-31"),  # 31 August plus six months is 28 February
        ("2026-04-30", 6, "2025-10-31"),
        ("2026-05-30", 3, "2026-02-28"),  # 1 March plus three months is a day later
        ("2028-02-29", 24, "2026-02-28"),
        ("2026-02-28", 24, "2024-02-29"),
        ("2028-02-28", 24, "2026-02-28"),
    ],
)
def test_the_latest_start_by_table(day, months, start):
    assert months_full_since(dt.date.fromisoformat(day), months).isoformat() == start


@given(st.dates(dt.date(1910, 1, 1), dt.date(2090, 1, 1)), st.integers(0, 60), st.integers(-5, 5))
def test_the_latest_start_divides_those_whose_months_are_over_from_the_others(day, months, off):
    latest = months_full_since(day, months)
    start = latest + dt.timedelta(days=off)
    assert (add_months(start, months) <= day) == (start <= latest)
