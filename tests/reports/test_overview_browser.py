"""The overview in a real browser: axe in both sizes, charts by keyboard, and leaders' one page on one sheet of paper."""

from __future__ import annotations

import re

import pytest

from core import clock
from core.actors import SYSTEM
from inbox.models import Todo
from sweeps.enums import Term
from sweeps.models import Return, Sweep
from tests import browsing
from tests.members.test_lists import guest, lost, out
from tests.sweeps.quarter import opened

pytestmark = [*browsing.MARKS, pytest.mark.django_db(transaction=True)]
PLACES = ("320583", "320506", "110105", "310115", "440306", "650102", "990000", "")


@pytest.fixture
def county_at_work(county, branch, foreign_branch, make_member):
    for number in range(16):
        member = make_member(
            branch if number % 3 else foreign_branch, birth_date=f"{1950 + 4 * number}", sex=str(1 + number % 2)
        )
        out(member, region_code=PLACES[number % 8], industry="CEFGHIOPQ"[number % 9], left_on="2020")
    lost(make_member(branch))
    guest(branch)
    opened(county, clock.now())
    closed_quarters(county)
    for number in range(12):
        Todo.objects.create(
            cause=f"test:{number}", organisation=county, organisation_path=county.path, level="yellow", due_on="2026-12-01",
            text=f"云湖县某镇{number}名党员联系不上已满规定的时间，请研究是否认定失联", raised_by=SYSTEM.ref, raised_at=clock.now(),
        )  # fmt: skip


def closed_quarters(county):
    """Eight of them, each with every term: as long as the page gets."""
    now, by = clock.now(), SYSTEM.ref
    for number in range(8):
        sweep = Sweep.objects.create(
            quarter=f"{2024 + number // 4}Q{1 + number % 4}", organisation=county, path=county.path, state="closed",
            on="2024-01-01", branch_due_on="2024-02-01", town_due_on="2024-03-01", county_due_on="2024-03-31", opened_at=now,
            opened_by=by, closed_at=now, closed_by=by,
        )  # fmt: skip
        Return.objects.create(
            sweep=sweep, organisation=county, path=county.path, is_branch=False, state="accepted", submitted_at=now,
            submitted_by=by, accepted_at=now, accepted_by=by, figures=dict.fromkeys(Term.values, 300 + number),
        )  # fmt: skip


@pytest.mark.parametrize("size", browsing.SIZES, ids=lambda size: str(size[0]))
def test_looked_at_and_walked_through_by_keyboard(size, sit, county_user, county_at_work):
    page = sit(county_user, size)
    problems: list[str] = []
    page.on("console", lambda one: problems.append(one.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    for address in ("/overview/leaders/", "/overview/"):
        page.goto(address)
        browsing.looked_at(page)
    page.locator("#places-title ~ .chart a[aria-label^='江苏省']").focus()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "江苏省 4 人"
    page.keyboard.press("Enter")
    page.wait_for_url("**/journeys/out/?term=mobile&province=32")
    browsing.looked_at(page)
    assert problems == []


def test_one_page_for_leaders_is_one_sheet_and_the_tables_are_printed(sit, county_user, county_at_work):
    page = sit(county_user)
    page.goto("/overview/leaders/")
    paper = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
    page.goto("/overview/")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#industry-title ~ details table").is_visible()
    sheets = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", prefer_css_page_size=True)))
    assert sheets <= 6, "a card begins where the one before ends"
