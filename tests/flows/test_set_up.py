"""Set-up of an empty county: the code from the server, the county, the first accounts, then the ledgers of the first week."""

from __future__ import annotations

import base64
from collections.abc import Callable

from django_otp.oath import totp

from accounts.actions.factors import DIGITS, STEP
from tests.flows.visitor import Visitor
from tests.installation import Installation

OWN_PASSWORD = "Guihuai-Shuxia-58"


def test_from_an_empty_database_to_the_first_ledgers(served_empty: Installation, visit: Callable[..., Visitor]) -> None:
    # given a server that was just installed, and whoever reads its output
    code = served_empty.command("set_up_code").strip().split("：")[-1].split()[-1]
    keeper = visit(served_empty)
    keeper.open("/members/")
    assert keeper.page.url.endswith("/set-up/"), "before there is a county every address leads to set-up"

    # when the code is typed wrong, then right
    keeper.fill(code="AAAA-AAAA")
    keeper.press("下一步")
    keeper.sees("设置口令不对")
    keeper.fill(code=code.lower())
    keeper.press("下一步")

    # and the county is named with its first two people
    keeper.fill(
        county="中共云湖县委员会", region_code="379981", name="赵敏", username="zhaomin", password=OWN_PASSWORD,
        password_again=OWN_PASSWORD, administrator_name="吴涛", administrator_username="wutao",
    )  # fmt: skip
    keeper.press("建好并登录")

    # then the administrator's slip is printed, and the first week begins
    keeper.sees("已经建好", "吴涛")
    slip = keeper.page.locator(".slip-code").inner_text()
    keeper.follow("接着录入党组织")

    # once a second factor is set, as the rule of these two posts asks
    set_second_factor(keeper)
    keeper.open("/first-week/")
    assert "/first-week/organisations/" in keeper.page.url

    # when organisations and members come in by their ledgers
    keeper.bring_in("01-党组织名册.xlsx")
    keeper.bring_in("02-党员名册-全县.xlsx")

    # then the first week goes on to the accounts, and a town's are opened from its posts
    keeper.open("/first-week/")
    assert keeper.page.url.endswith("/first-week/accounts/")
    keeper.follow("柳河镇党委")
    keeper.press("开通账号")
    keeper.press("打印这些人的账号条")
    assert keeper.page.locator(".slip-code").count() >= 5
    keeper.open("/first-week/ledgers/")
    keeper.press("办完首次设置")
    keeper.sees("首次设置已办完")

    # and the administrator comes in by the slip, to see accounts and no people
    administrator = visit(served_empty)
    administrator.open("/sign-in/slip/")
    administrator.fill(username="wutao", code=slip)
    administrator.press("下一步")
    administrator.fill(password=OWN_PASSWORD, password_again=OWN_PASSWORD)
    administrator.press("设好密码，进入")
    administrator.sees("办好了")
    administrator.follow("开始工作")
    set_second_factor(administrator)
    administrator.open("/accounts/")
    administrator.sees("赵敏")
    assert administrator.page.request.get(served_empty.url + "/members/").status == 403


def set_second_factor(visitor: Visitor) -> None:
    """As an app on a phone would: the secret is read off the page."""
    visitor.sees("请先设好再继续办事")
    visitor.press("开始设置")
    secret = visitor.page.locator("main ol b").inner_text().replace(" ", "")
    code = totp(base64.b32decode(secret), step=STEP, digits=DIGITS)
    visitor.fill(code=f"{code:0{DIGITS}d}")
    visitor.press("启用动态口令")
    visitor.sees("请收好备用码")
