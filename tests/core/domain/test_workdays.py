"""2026 as the State Council announced it: a working Saturday in October, a working Sunday in January."""

import datetime as dt

import pytest

from core.domain.workdays import is_working_day


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-01-01", False),  # 元旦
        ("2026-01-04", True),  # a Sunday made up for it
        ("2026-02-14", True),  # a Saturday before the Spring Festival
        ("2026-09-20", True),  # a Sunday before National Day
        ("2026-09-30", True),
        ("2026-10-01", False),  # 国庆
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-10-10", True),  # a Saturday made up for it
        ("2026-10-11", False),
        ("2026-11-21", False),
        ("2026-11-23", True),
    ],
)
def test_working_days(day, works):
    assert is_working_day(dt.date.fromisoformat(day)) is works
