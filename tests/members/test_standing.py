"""How somebody stands on a day: each rule at its boundary, by the function and by the query."""

from __future__ import annotations

import datetime as dt

import pytest

from branches.rules import set_rule
from core import clock
from core.actors import SYSTEM
from core.domain.dates import PartialDate
from members import standing
from members.models import Journey, Member
from members.standing import Thresholds

pytestmark = pytest.mark.django_db
ELAPSED = Thresholds(6, "elapsed", 6)
DAY = dt.date.fromisoformat


def partial(text: str) -> PartialDate | None:
    return PartialDate.from_iso(text) if text else None


@pytest.fixture
def away(branch, make_member):
    """``away(left_on=...)``: a journey out, written directly."""

    def make(**columns):
        now = clock.now()
        values = {"direction": "out", "state": "away", "region_code": "370211", "mobility": "city", **columns}
        return Journey.objects.create(
            member=make_member(branch), home=branch, home_path=branch.path, created_at=now, updated_at=now, **values
        )

    return make


def found(condition, journey) -> bool:
    return Journey.objects.filter(condition, pk=journey.pk).exists()


@pytest.mark.parametrize(
    ("left_on", "today", "is_mobile"),
    [
        ("2026-05-21", "2026-11-20", False),  # the day before
        ("2026-05-21", "2026-11-21", True),  # the day
        ("2026-05-21", "2026-11-22", True),
        ("2025-08-31", "2026-02-27", False),  # 31 August + 6 is the last of February
        ("2025-08-31", "2026-02-28", True),
        ("2023-08-31", "2024-02-28", False),  # in a leap year the 29th
        ("2023-08-31", "2024-02-29", True),
        ("2024-02-29", "2024-08-28", False),
        ("2024-02-29", "2024-08-29", True),
        ("2025-10-31", "2026-04-30", True),
        ("2025-10-31", "2026-04-29", False),
        ("2026-05", "2026-10-31", False),  # the month counts from its first day
        ("2026-05", "2026-11-01", True),
        ("2026", "2026-06-30", False),
        ("2026", "2026-07-01", True),
        ("", "2026-07-01", True),  # unknown since when: as the ledgers count it
    ],
)  # fmt: skip
def test_mobile_after_the_months(away, left_on, today, is_mobile):
    on, journey = DAY(today), away(left_on=partial(left_on))
    assert standing.is_mobile(journey.left_on, None, on, ELAPSED) is is_mobile
    assert found(standing.mobile("", on), journey) is is_mobile
    assert found(standing.short("", on), journey) is not is_mobile


@pytest.mark.parametrize(
    ("left_on", "expected", "is_mobile"),
    [
        ("2026-11-01", "2027-05-01", True),
        ("2026-11-01", "2027-04-30", False),
        ("2026-11-30", "2027-05", True),  # an estimate counts by the month
        ("2026-11", "2027", False),
        ("2026-11", "2028", True),
        ("2026-11-01", "", False),
        ("2026-05-01", "", True),  # the months are over, whatever was expected
    ],
)
def test_mobile_by_what_is_expected(away, county, left_on, expected, is_mobile):
    on = DAY("2026-11-21")
    set_rule(organisation=county, key="mobile_by", value="expected", starts_on=DAY("2026-01-01"), by=SYSTEM)
    journey = away(left_on=partial(left_on), expected_return_on=partial(expected))
    limits = Thresholds.of(journey.home, on)
    assert limits.mobile_by == "expected"
    assert standing.is_mobile(journey.left_on, journey.expected_return_on, on, limits) is is_mobile
    assert found(standing.mobile("", on), journey) is is_mobile
    assert found(standing.short("", on), journey) is not is_mobile


def test_a_town_may_set_its_own_months(away, town, foreign_branch):
    on = DAY("2026-11-21")
    set_rule(organisation=town, key="mobile_min_months", value=3, starts_on=DAY("2026-01-01"), by=SYSTEM)
    here, there = away(left_on=partial("2026-08-21")), away(left_on=partial("2026-08-21"))
    Journey.objects.filter(pk=there.pk).update(home=foreign_branch, home_path=foreign_branch.path)
    assert (found(standing.mobile("", on), here), found(standing.mobile("", on), there)) == (True, False)


@pytest.mark.parametrize(
    ("columns", "is_due"),
    [
        ({"left_on": "2026-05-21"}, True),
        ({"left_on": "2026-05-22"}, False),
        ({"left_on": "2026-04", "placed_on": "2026-05-21"}, True),
        ({"left_on": "2026-04", "placed_on": "2026-05-22"}, False),  # moved on: not in one place for so long
        ({"left_on": None}, False),
        ({"left_on": "2020", "region_code": ""}, False),
        ({"left_on": "2020", "region_code": "370000"}, False),  # a province is no place
        ({"left_on": "2020", "region_code": "370200"}, True),
        ({"left_on": "2020", "region_code": "990000", "mobility": "abroad"}, False),
        ({"left_on": "2020", "state": "arrived"}, True),
        ({"left_on": "2020", "state": "returned"}, False),
        ({"left_on": "2020", "state": "reported"}, False),
    ],
)
def test_transfer_due(away, columns, is_due):
    on = DAY("2026-11-21")
    dates = {name: partial(value or "") for name, value in columns.items() if name in ("left_on", "placed_on")}
    journey = away(**{**columns, **dates})
    assert standing.is_transfer_due(journey, on, ELAPSED) is is_due
    assert found(standing.transfer_due("", on), journey) is is_due


@pytest.mark.parametrize(
    ("expected", "is_passed"),
    [
        ("2026-11-20", True), ("2026-11-21", False), ("2026-11-22", False), ("2026-10", True), ("2026-11", False),
        ("2026-12", False), ("2025", True), ("2026", False), ("2027", False), ("", False),
    ],
)  # fmt: skip
def test_return_passed(away, expected, is_passed):
    on, journey = DAY("2026-11-21"), away(expected_return_on=partial(expected))
    assert standing.is_return_passed(journey.expected_return_on, on) is is_passed
    assert found(standing.return_passed("", on), journey) is is_passed


@pytest.mark.parametrize(
    ("paid_to", "today", "is_overdue"),
    [
        ("2026-05", "2026-11-29", False),  # paid to the end of May: six months are over on 30 November
        ("2026-05", "2026-11-30", True),
        ("2026-05-21", "2026-11-20", False),
        ("2026-05-21", "2026-11-21", True),
        ("2025", "2026-06-29", False),
        ("2025", "2026-06-30", True),
        ("2025-08", "2026-02-27", False),
        ("2025-08", "2026-02-28", True),
        ("2027", "2026-11-21", False),
        ("", "2026-11-21", False),  # never noted: unknown, not overdue
    ],
)
def test_dues_overdue(branch, make_member, paid_to, today, is_overdue):
    on, member = DAY(today), make_member(branch, dues_paid_to=partial(paid_to))
    assert standing.is_dues_overdue(member.dues_paid_to, on, 6) is is_overdue
    assert Member.objects.filter(standing.dues_overdue("", on)).exists() is is_overdue


def test_each_standing_says_why(away):
    on = DAY("2026-11-21")
    journey = away(left_on=partial("2026-04-10"), expected_return_on=partial("2026-10"))
    said = {one.text: one.why for one in standing.standings(journey, on, ELAPSED)}
    assert said == {
        "流动党员": "外出 7 个月",
        "应转接": "外出 7 个月，地点固定，组织关系未转",
        "过期未返": "预计 2026年10月 返回，已经过了",
    }
    short = standing.standings(away(left_on=partial("2026-09-21")), on, ELAPSED)
    assert [(one.key, one.why) for one in short] == [("short", "外出 2 个月，2027-03-21 满 6 个月算流动党员")]
    assert standing.standings(away(state="returned"), on, ELAPSED) == []
