"""A branch's quarter: from the queue to the return that is handed in, on a phone and at a desk; and the nil return."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.flows.visitor import DESKTOP, PHONE, Visitor
from tests.installation import Installation

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
SECRETARY = "zhibu0103"
# The phones of one branch were verified long ago; its people are asked anew. Prints a branch that has nobody away.
LONG_AGO = f"""
import datetime, django
django.setup()
from accounts.models import User
from core.actors import SYSTEM
from members.models import Freshness
from sweeps.actions.opening import fill
from sweeps.models import Item, Return, Sweep
branch = User.objects.get(username="{SECRETARY}").organisation
sweep = Sweep.objects.visible_to(SYSTEM).get()
mine = Item.objects.visible_to(SYSTEM).filter(path=branch.path)
old = sweep.on - datetime.timedelta(days=200)
Freshness.objects.visible_to(SYSTEM).filter(member__in=mine.values("member")).update(phone_on=old)
mine.delete()
fill(sweep=sweep)
asked = Item.objects.visible_to(SYSTEM).values("path")
idle = Return.objects.visible_to(SYSTEM).filter(is_branch=True).exclude(path__in=asked).values("organisation")
print(User.objects.filter(organisation__in=idle, username__startswith="zhibu").order_by("username").first().username)
"""


def next_card(secretary: Visitor, button: str) -> None:
    """Press what answers; the next card comes in its place."""
    secretary.page.evaluate("document.getElementById('card').dataset.answered = 'yes'")
    secretary.page.get_by_role("button", name=button, exact=True).click()
    expect(secretary.page.locator("#card[data-answered]")).to_have_count(0)


def name_on(secretary: Visitor) -> str:
    return secretary.page.locator(".ask__name").inner_text()


def choose(secretary: Visitor, legend: str, words: str) -> None:
    group = secretary.page.get_by_role("group", name=legend)
    group.locator("label").filter(has_text=words).first.click()


@SIZES
def test_from_the_queue_to_the_return(house: Installation, visit: Callable[..., Visitor], size: dict[str, int]) -> None:
    # given a branch whose people were last asked long ago
    house.python("-c", LONG_AGO)
    secretary = visit(house, size)
    secretary.sign_in(SECRETARY)
    secretary.sees("人待核实")
    secretary.follow("去核实")
    first = name_on(secretary)

    # when one has another phone, which is rung from the card
    secretary.page.get_by_role("button", name="打电话").click()
    expect(secretary.page.locator("a.call__dial")).to_have_attribute("href", "tel:" + dialled(secretary))
    choose(secretary, "怎样问到的", "电话")
    choose(secretary, "联系电话", "换号了")
    secretary.fill(phone="19900990077")
    for legend in other_questions(secretary):
        choose(secretary, legend, "还不清楚" if has_no_value(secretary, legend) else "没变")
    secretary.look()
    next_card(secretary, "保存，下一位")

    # then the next one is there, the last one can be taken back, and asks anew
    secretary.sees(f"上一位：{first}，有变化")
    assert name_on(secretary) != first
    secretary.look()
    secretary.press("撤回", within=".last-one")
    secretary.sees(f"已撤回对{first}的核实")
    assert name_on(secretary) == first

    # when one does not answer the phone, and nothing was chosen for another
    choose(secretary, "怎样问到的", "电话")
    next_card(secretary, "没人接")
    secretary.sees(f"上一位：{first}，没人接")
    second = name_on(secretary)
    secretary.page.locator(".ask__save button").first.click()
    secretary.sees("请选一样")
    secretary.look()

    # and all others are as they were, to the last card
    choose(secretary, "怎样问到的", "微信")
    for _ in range(20):
        button = secretary.page.locator(".ask__save button").last
        next_card(secretary, button.inner_text())
        if not secretary.page.locator(".ask__save").count():
            break
    secretary.sees("今天要核实的都做完了")
    secretary.look()

    # then the return says what is left; who was not reached is asked again from the list
    secretary.follow("下一步：摸排、上报")
    secretary.sees("还有 1 人没有核实", "还没有确认在家党员的摸排", "撤回上一个：")
    secretary.sees_not(second)
    secretary.follow("列成表填")
    secretary.page.locator("label[for=way-visit]").click()
    row = secretary.page.locator("[data-portal-row]")
    row.locator("select").last.select_option("returned")
    row.locator("input[name$='-on']").fill("2026-10-09")
    row.locator("input[name$='-on']").press("Enter")
    expect(secretary.page.locator(".by-table__done")).to_contain_text("已经回来")
    secretary.look()

    # when the others are all at home but one, the return goes up
    secretary.open(secretary.page.url.replace("/table/", "/canvass/"))
    if secretary.page.locator("#find-name").count():
        secretary.page.fill("#find-name", "没有这个人")
        expect(secretary.page.locator(".canvass__list li:visible")).to_have_count(0)
        secretary.page.fill("#find-name", "")
    one = secretary.page.locator(".canvass__list li").first
    one.locator(".tick").check()
    one.locator("label").filter(has_text="新外出").click()
    one.locator("[name$='-on']").fill("2026-10")
    one.locator("[name$='-where']").fill("江苏省苏州市昆山市")
    secretary.look()
    secretary.press("其余都在家")
    secretary.sees("摸排已确认", "新外出", "都齐了，可以上报")
    secretary.press("上报")
    secretary.sees("已上报，等上一级审核", "撤回来改")


@SIZES
def test_a_nil_return_is_one_tap(house: Installation, visit: Callable[..., Visitor], size: dict[str, int]) -> None:
    # given a branch with nobody away
    username = house.python("-c", LONG_AGO).split()[-1]
    secretary = visit(house, size)
    secretary.sign_in(username)
    secretary.follow("去上报")

    # when its secretary taps once
    secretary.press("零报告，上报")

    # then it is handed in
    secretary.sees("零报告已上报")


def dialled(secretary: Visitor) -> str:
    """The number that the link shows."""
    return secretary.page.locator("a.call__dial").inner_text().split()[-1]


def other_questions(secretary: Visitor) -> list[str]:
    legends = secretary.page.locator(".question legend").evaluate_all(
        "all => all.map(one => one.firstChild.textContent)"
    )
    return [one.strip() for one in legends if "联系电话" not in one]


def has_no_value(secretary: Visitor, legend: str) -> bool:
    return "没有登记" in secretary.page.get_by_role("group", name=legend).locator("legend").inner_text()
