"""The pictures of journeys, of lost contact and of a quarter's sweep: one branch goes from the first card to handing in."""

from playwright.sync_api import Page
from studio import PHONE, Studio

TOWN, BRANCH, OTHER = "zhen02", "zhibu0207", "卫营村党支部"  # 柳河镇 and two of its branches
TALL_PHONE, SHEET = {"width": 390, "height": 1150}, {"width": 1123, "height": 794}
SHEET_UPRIGHT = {"width": 794, "height": 1123}


def journeys(studio: Studio) -> None:
    page = studio.page(TOWN)
    page.goto("/journeys/out/")
    page.click("main tbody tr:nth-child(3) a")
    page.click("main .stay__title a")
    page.click("text=登记联系、思想汇报")
    page.fill("[name=text]", "打了电话，一切都好，春节回来")
    page.check("[name=confirmed][value=phone]")
    page.click("main form .button--main")
    page.wait_for_selector("text=已登记")
    page.reload()
    studio.shoot(page, "journeys-page", ".deeds", ".standing", ".timeline")
    page.click("text=返乡登记")
    studio.shoot(page, "journeys-return")
    page.goto("/members/")
    page.click("main tbody tr:nth-child(4) a")
    page.click("main .deeds >> text=登记流出")
    studio.shoot(page, "journeys-leave", whole=True)


def lost(studio: Studio) -> None:
    page = studio.page(TOWN)
    page.goto("/members/")
    page.click("main tbody tr:nth-child(5) a")
    page.click("main .deeds >> text=登记联系不上")
    page.fill("[name=since]", "2026-03")
    page.click("main form .button--main")
    for way, text in (("phone", "打了三次，都是关机"), ("family", "问了他哥哥，说过年没有回来")):
        page.click("text=记一次查找")
        page.check(f"[name=way][value={way}]", force=True)
        page.check("[name=result][value=no_answer]", force=True)
        page.fill("[name=text]", text)
        page.click("main form .button--main")
        page.wait_for_selector("text=查找经过")
    page.reload()
    studio.shoot(page, "lost", "main >> text=记一次查找", "main .facts")


def sweep_branch(studio: Studio) -> None:
    page = studio.page(BRANCH, PHONE)
    page.set_viewport_size(TALL_PHONE)
    page.goto("/sweeps/")
    page.click("main td a")
    page.wait_for_url("**/returns/*/")
    studio.shoot(page, "sweep-return", "text=去核实", "text=去摸排")
    page.click("text=去核实")
    studio.shoot(page, "sweep-card", ".call__main", "#id_way", ".question", ".ask__save .button--main")
    page.click("label[for=way-phone]")
    page.click("[name=do][value=same]")
    page.wait_for_selector("text=上一位")
    page.click("label[for=way-phone]")
    page.click("label[for=result-returned]")
    page.fill(".result__more [name=on]", "2026-11-02")
    page.click("text=登记，下一位")
    page.wait_for_selector("text=已经回来")
    hand_in(page)


def hand_in(page: Page) -> None:
    """The fresh ones, the canvass with somebody who has left, and the button that hands it in."""
    page.click(".ask-head__back")
    page.click("text=都还有效的几位")
    page.click("text=这几位都没有变化")
    page.click("text=去摸排")
    page.locator(".tick__name").nth(2).click()
    page.click(".tick__more:visible label:has-text('新外出')")
    page.fill(".tick__more:visible [name$=-on]", "2026-11-05")
    page.fill(".tick__more:visible [name$=-where]", "浙江省杭州市余杭区")
    page.click("text=其余都在家，没有别人来，确认")
    page.click("main form .button--main:has-text('上报')")
    page.wait_for_selector("text=等上一级审核")


def sweep_town(studio: Studio) -> None:
    page = studio.page(TOWN)
    page.goto("/sweeps/")
    page.click("main td a")
    matrix = page.url
    table = "table:has-text('各党组织的进度')"
    studio.shoot(
        page, "sweep-matrix", f"{table} tbody tr:nth-child(2)", f"{table} tbody tr:nth-child(4) td.number a",
        f"{table} tbody tr:nth-child(7) .chip", whole=True,
    )  # fmt: skip
    page.click("main .page-actions >> text=平衡表")
    studio.shoot(page, "sweep-balance", height=560)
    page.goto(matrix)
    page.click(f"main td a:has-text('{OTHER}')")
    page.click("main .page-actions >> text=/^核对表$/")
    page.click("text=生成核对表")
    page.wait_for_selector(".paper")
    page.emulate_media(media="print")
    page.set_viewport_size(SHEET)
    studio.shoot(page, "sweep-paper")
    keyed = studio.page(TOWN)
    keyed.goto(matrix)
    keyed.click(f"main td a:has-text('{OTHER}')")
    keyed.click("main .page-actions >> text=/^核对表$/")
    keyed.click("main td >> text=录入")
    keyed.wait_for_selector(".key-row")
    studio.shoot(keyed, "sweep-key", "#on-behalf", ".key-marks >> nth=0", height=700)


def backcheck(studio: Studio) -> None:
    """Needs a return that was handed in: after the branch's own page."""
    page = studio.page(TOWN)
    page.goto("/sweeps/")
    page.click("main td a")
    page.click("table:has-text('等我审核') td a")
    studio.shoot(page, "sweep-review", "main .button:has-text('接收')", "main .button:has-text('退回')", whole=True)
    page.click("main .page-actions >> text=抽查")
    page.click("main .button:has-text('抽取样本')")
    page.wait_for_selector("text=逐人结果")
    studio.shoot(page, "sweep-check", "text=生成电话单", ".backcheck-fields >> nth=0", height=900)


def sweep_county(studio: Studio) -> None:
    page = studio.page("xian")
    page.goto("/sweeps/new/")
    studio.shoot(page, "sweep-new", ".figures", "main form[method=post] .button >> nth=-1", whole=True)


def monitor(studio: Studio) -> None:
    staff = studio.page("xian")
    staff.goto("/monitor/")
    staff.click("text=现在查一次")
    staff.wait_for_selector("text=监测完成", timeout=120_000)
    page = studio.page(TOWN)
    page.goto("/monitor/")
    studio.shoot(page, "monitor", "main table", "main .card:has-text('什么时候查')")


def clears(studio: Studio) -> None:
    page = studio.page(TOWN)
    page.goto("/clears/")
    studio.shoot(page, "clears", height=560)


def overview(studio: Studio) -> None:
    page = studio.page("xian")
    page.goto("/overview/")
    studio.shoot(page, "overview", ".figures", ".overdue", height=1500)
    page.goto("/overview/leaders/")
    page.emulate_media(media="print")
    page.set_viewport_size(SHEET_UPRIGHT)
    studio.shoot(page, "overview-leaders", whole=True)


def papers(studio: Studio) -> None:
    page = studio.page("xian")
    page.goto("/papers/")
    page.fill("[name=purpose]", "报市委组织部")
    whole = "[name=kind][value=packet]"
    studio.shoot(page, "papers", "[name=sweep]", "[name=numbers] >> nth=0", "[name=purpose]", whole, height=620)
    page.click(whole)
    page.wait_for_selector("main a:has-text('下载')", timeout=120_000)
    studio.shoot(page, "papers-done", "main a:has-text('下载')", height=520)


FLOWS = {
    "journeys": journeys,
    "lost": lost,
    "sweep-branch": sweep_branch,
    "sweep-town": sweep_town,
    "backcheck": backcheck,
    "sweep-county": sweep_county,
    "papers": papers,
    "monitor": monitor,
    "clears": clears,
    "overview": overview,
}
