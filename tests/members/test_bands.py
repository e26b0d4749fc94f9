"""The national bands at their edges: as a condition, as the key of a row, and for dates known to the month or the year."""

from __future__ import annotations

import datetime as dt

import pytest

from core.domain.codes import EDUCATION
from members import bands
from members.models import Member

TODAY = dt.date(2026, 11, 21)
BORN = {
    "1991-11-22": "35",  # 34 until tomorrow
    "1991-11-21": "35",  # 35 today
    "1990-11-22": "35",  # 35 for the last day
    "1990-11-21": "36-45",  # 36 today
    "1990": "36-45",  # counts from the first of January
    "1990-12": "35",
    "1980-11-22": "36-45",
    "1980-11-21": "46-60",
    "1965-11-22": "46-60",
    "1965-11-21": "61",
    "1930": "61",
    None: "none",
}  # fmt: skip
JOINED = {
    "2026-11-21": "1", "2025-11-22": "1", "2025-11-21": "1-5", "2025": "1-5", "2020-11-22": "1-5", "2020-11-21": "6-10",
    "2015-11-22": "6-10", "2015-11-21": "11-20", "2005-11-22": "11-20", "2005-11-21": "21", "1949-10": "21", None: "none",
}  # fmt: skip


@pytest.mark.parametrize(
    ("column", "of", "cases"), [("birth_date", bands.AGES, BORN), ("joined_on", bands.PARTY_AGES, JOINED)]
)
def test_every_date_lies_in_one_band_and_the_condition_is_the_key(column, of, cases, branch, make_member):
    people = {make_member(branch, **{column: date}).pk: key for date, key in cases.items()}
    everybody = Member.objects.unscoped()
    numbered = everybody.annotate(band=bands.number_of(column, of, TODAY)).values_list("pk", "band")
    assert {pk: bands.key_at(of, place) for pk, place in numbered} == people
    for key, _ in bands.choices(of):
        found = set(everybody.filter(bands.in_band(column, of, key, TODAY)).values_list("pk", flat=True))
        assert found == {pk for pk, expected in people.items() if expected == key}


def test_every_education_belongs_to_one_band(branch, make_member):
    codes = [code for _, codes in bands.SCHOOLING.values() for code in codes]
    assert sorted(codes) == sorted(code for code, _ in EDUCATION.choices())
    people = {
        make_member(branch, education=code).pk: key for key, code in (("college", "22"), ("basic", "9"), ("none", ""))
    }
    everybody = Member.objects.unscoped()
    assert {pk: bands.schooling_of(code) for pk, code in everybody.values_list("pk", "education")} == people
    for key, _ in bands.schooling_choices():
        found = set(everybody.filter(bands.with_schooling("education", key)).values_list("pk", flat=True))
        assert found == {pk for pk, expected in people.items() if expected == key}
