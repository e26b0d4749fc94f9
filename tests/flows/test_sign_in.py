"""Through the door: by printed slip on a desktop and on a phone, changing places, larger text."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.flows.visitor import DESKTOP, PHONE, Visitor
from tests.installation import Installation

OWN_PASSWORD = "Guihuai-Shuxia-58"


def print_slip(visitor: Visitor, username: str) -> str:
    """The code on the slip that the level above prints for one of its accounts."""
    visitor.open("/accounts/")
    row = visitor.page.locator("tr, li").filter(has_text=username).first
    visitor.page.goto(visitor.house.url + str(row.get_by_role("link").first.get_attribute("href")))
    visitor.look()
    visitor.press("打印账号条")
    return visitor.page.locator(".slip-code").inner_text()


@pytest.fixture
def slip(house: Installation, visit: Callable[..., Visitor]) -> str:
    town = visit(house)
    town.sign_in("zhen02")
    return print_slip(town, "zhibu0201")


def come_by_slip(visitor: Visitor, code: str) -> None:
    visitor.open("/sign-in/")
    visitor.follow("用账号条登录")
    visitor.fill(username="zhibu0201", code=code)
    visitor.press("下一步")


def test_a_printed_slip_leads_to_a_password(house: Installation, visit: Callable[..., Visitor], slip: str) -> None:
    # given a secretary at a computer with the slip that the town has printed
    secretary = visit(house, DESKTOP)

    # when the code is typed wrong, then right, and a password of one's own is set
    come_by_slip(secretary, "AAAA-AAAA")
    secretary.sees("口令")
    come_by_slip(secretary, slip)
    secretary.follow("改设密码")
    secretary.fill(password="123456", password_again="123456")
    secretary.press("设好密码，进入")
    assert secretary.page.locator(".field__errors").count() > 0
    secretary.fill(password=OWN_PASSWORD, password_again=OWN_PASSWORD)
    secretary.press("设好密码，进入")
    secretary.sees("账号条已经作废")
    secretary.follow("开始工作")

    # then the slip is worth nothing any more, and the password opens
    again = visit(house)
    come_by_slip(again, slip)
    assert "/sign-in/slip/" in again.page.url
    assert "secret" not in again.page.url
    again.sign_in("zhibu0201", OWN_PASSWORD)
    assert again.page.url == house.url + "/"


def test_a_printed_slip_leads_to_a_pin_on_a_phone(
    house: Installation, visit: Callable[..., Visitor], slip: str
) -> None:
    # given a secretary with a phone
    secretary = visit(house, PHONE)

    # when the slip is used and a PIN set
    come_by_slip(secretary, slip)
    secretary.fill(pin="471926", pin_again="471926")
    secretary.press("设好口令，进入")
    secretary.sees("办好了")
    secretary.follow("开始工作")
    secretary.page.locator(".bottombar").get_by_role("link", name="菜单").click()
    secretary.press("退出", within="#menu")

    # then six digits are enough on this phone, and wrong ones are not
    secretary.follow("用六位口令登录")
    secretary.fill(pin="471927")
    secretary.press("登录")
    secretary.sees("口令不对")
    secretary.fill(pin="471926")
    secretary.press("登录")
    assert secretary.page.url == house.url + "/"

    # and on another phone they are of no use
    stranger = visit(house, PHONE)
    stranger.open("/sign-in/pin/")
    stranger.sees("还没有绑定六位口令")


def test_changing_places_leaves_nothing_behind(house: Installation, visit: Callable[..., Visitor]) -> None:
    # given two people of two towns at one desk
    desk = visit(house)
    desk.sign_in("zhen02")
    desk.open("/journeys/out/")
    first = desk.page.locator("main table tbody .card-title").first.inner_text()
    desk.sees("柳河镇", first)

    # when the second takes the first one's place
    desk.press("换人", within="#menu")
    assert "/sign-in/" in desk.page.url
    desk.page.go_back()
    desk.page.wait_for_load_state()
    desk.sees_not(first)
    desk.sign_in("zhen05")
    desk.open("/journeys/out/")

    # then only the second one's people are there
    desk.sees("白水镇")
    desk.sees_not(first)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_larger_text_stays_and_fits(house: Installation, visit: Callable[..., Visitor], size: dict[str, int]) -> None:
    # given somebody who cannot read the text well
    reader = visit(house, size)
    reader.sign_in("zhibu0201")
    before = reader.page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")

    # when they choose the largest
    reader.page.get_by_role("button", name="特大").click()
    expect(reader.page.locator("html")).to_have_class(re.compile("text-huge"))

    # then it is larger on every page, after signing out too, and nothing runs off the screen
    for address in ("/", "/members/", "/journeys/out/", "/inbox/", "/account/", "/help/"):
        reader.open(address)
        assert reader.page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") > before
    reader.page.context.clear_cookies(name="session")
    reader.open("/sign-in/")
    assert reader.page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") > before
