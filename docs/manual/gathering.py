"""The pictures of where people gather, of founding a mobile branch, and of agreements."""

from studio import Studio

COUNTY, TOWN = "xian", "zhen02"  # 云湖县委; 柳河镇


def gather(studio: Studio) -> None:
    page = studio.page(COUNTY)
    page.goto("/gathering/")
    studio.shoot(page, "gather", ".gathering-unit", ".tabs", "main tbody tr:first-child a")
    page.click("main tbody a:has-text('流动党员党支部') >> nth=0")
    studio.shoot(page, "gather-proposal", "text=办起来", "button:has-text('先放一放')")


def mobile_branch(studio: Studio) -> None:
    page = studio.page(TOWN)
    page.goto("/gathering/")
    page.click("main tbody a:has-text('流动党员党支部') >> nth=0")
    page.click("text=办起来")
    page.click("main form .button--main")
    page.wait_for_url("**/steps/name/")
    page.click("main form .button--main")
    page.wait_for_url("**/steps/members/")
    for box in page.locator("input[name=member]").all()[:5]:
        box.check()
    studio.shoot(page, "mobile-branch-members", ".steps", "main tbody input[type=checkbox]", "main form .button--main")
    page.click("main form .button--main")
    page.wait_for_url("**/steps/consent/")
    for box in page.locator("input[name=agreed]").all()[:4]:
        box.check()
    page.select_option("#secretary", index=1)
    page.click("main form .button--main")
    page.wait_for_url("**/steps/papers/")
    page.goto(page.url.replace("steps/papers/", ""))
    studio.shoot(page, "mobile-branch", ".steps", ".conditions a", height=900)


def agreements(studio: Studio) -> None:
    page = studio.page(COUNTY)
    for partner, place, signed in (
        ("青岛云湖县商会党支部", "山东省青岛市", "2026-03-02"),
        ("中共昆山市玉山镇委员会", "江苏省苏州市昆山市", ""),
    ):
        page.goto("/agreements/new/")
        page.fill("[name=partner_text]", partner)
        page.fill("[name=place]", place)
        page.fill("[name=subject]", "流动党员的日常联系、组织生活和困难帮扶")
        if signed:
            page.fill("[name=signed_on]", signed)
        page.click("main form .button--main")
        page.wait_for_selector("text=已登记")
    page.goto("/agreements/")
    studio.shoot(page, "agreements", "text=登记协议", "main tbody .chip", height=420)
    page.click("main tbody td a")
    page.click("text=登记交流")
    page.select_option("[name=way]", "call")
    page.fill("[name=text]", "通报了三名党员的近况，商会帮两人找到了新单位")
    page.click("main form .button--main")
    page.wait_for_selector("text=通报了三名党员")
    page.reload()
    studio.shoot(page, "agreements-one", "text=登记交流", "button:has-text('撤回')")


FLOWS = {"gather": gather, "mobile-branch": mobile_branch, "agreements": agreements}
