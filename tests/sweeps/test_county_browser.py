"""A quarter from its opening to its closing on the county's and the town's desks, with what the branches handed in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from branches.models import Organisation
from core import clock
from core.actors import SYSTEM
from jobs.runner import run_waiting
from members.models import Freshness, Journey
from sweeps import balance
from sweeps.actions import answering, canvassing, returns
from sweeps.models import Return, Sweep
from tests.browsing import MARKS, SIZES, looked_at

pytestmark = [*MARKS, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=SIZES, ids=["desktop", "phone"])
def desk(request: pytest.FixtureRequest, sit: Callable[..., Page]) -> Callable[[Any], Page]:
    """``desk(user)``: a page in which that person is signed in."""
    return lambda user: sit(user, request.param)


def press(page: Page, words: str) -> None:
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=words, exact=True).first.click()
    looked_at(page)


def follow(page: Page, words: str) -> None:
    with page.expect_navigation():
        page.locator("main").get_by_role("link", name=words).first.click()
    looked_at(page)


def away(branch: Organisation, make_member: Any) -> None:
    """Somebody on a journey of whom nothing has run out."""
    member, now = make_member(branch), clock.now()
    Journey.objects.create(
        member=member, direction="out", state="away", home=branch, home_path=branch.path, created_at=now, updated_at=now
    )
    fields = ("phone", "place", "employer", "reason", "address", "dues")
    Freshness.objects.create(member=member, **{f"{name}_on": clock.today() for name in fields})


def test_from_opening_to_closing(
    desk: Any, make_member: Any, county: Organisation, town: Organisation, branch: Organisation, other_branch: Organisation,
    county_user: Any, town_user: Any,
) -> None:  # fmt: skip
    away(branch, make_member)
    away(branch, make_member)
    page = desk(county_user)
    page.goto("/sweeps/")
    looked_at(page)
    follow(page, "开启排查")
    assert "不用再问的栏目" in page.inner_text("main")
    press(page, "开启排查")
    assert "正在开启" in page.inner_text("main")
    run_waiting()
    sweep = Sweep.objects.unscoped().get()
    page.goto(sweep.get_absolute_url())
    looked_at(page)
    follow(page, "马店镇党委")
    assert "何寨村党支部" in page.inner_text("main")

    mine = Return.objects.unscoped().get(organisation=branch)
    answering.confirm_all(of=mine, by=SYSTEM)
    canvassing.confirm_canvass(of=mine, by=SYSTEM)
    returns.submit(of=mine, by=SYSTEM)
    canvassing.nil_return(of=Return.objects.unscoped().get(organisation=other_branch), by=SYSTEM)

    desk_of_town = desk(town_user)
    desk_of_town.goto(sweep.get_absolute_url())
    looked_at(desk_of_town)
    follow(desk_of_town, "何寨村党支部")
    desk_of_town.fill("#id_comment", "请补上去苏州的那一位")
    press(desk_of_town, "退回")
    assert Return.objects.unscoped().get(organisation=branch).state == "sent_back"
    returns.submit(of=mine, by=SYSTEM)
    for name in ("何寨村党支部", "吕楼村党支部"):
        desk_of_town.goto(sweep.get_absolute_url())
        follow(desk_of_town, name)
        press(desk_of_town, "接收")
    press(desk_of_town, "上报")

    page.goto(sweep.get_absolute_url())
    follow(page, "马店镇党委")
    page.go_back()
    with page.expect_navigation():
        page.locator("#review").locator("xpath=ancestor::section").get_by_role("link", name="马店镇党委").click()
    looked_at(page)
    press(page, "接收")
    follow(page, "关闭排查")
    press(page, "关闭排查")
    closed = Sweep.objects.unscoped().get()
    assert closed.state == "closed"
    follow(page, "平衡表")
    assert "上期末 2" in page.inner_text(".equation")
    assert "本期末 2" in page.inner_text(".equation")
    follow(page, "现在知道的数")
    own = Return.objects.unscoped().select_related("sweep").get(organisation=county)
    assert balance.sheet(closed, own.path).balances
    with page.expect_navigation():
        page.click("nav.tabs a >> nth=0")
    with page.expect_navigation():
        page.click(".equation a >> nth=-1")
    looked_at(page)
    assert "共 2 人" in page.inner_text("main")
