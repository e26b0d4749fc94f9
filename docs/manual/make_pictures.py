"""Make the manual's pictures again: a portal of its own in a temporary folder, a browser, one flow after another.

    .venv/bin/python docs/manual/make_pictures.py                # all of them, some minutes
    .venv/bin/python docs/manual/make_pictures.py import print   # only these pages of the manual

Everybody in the pictures is invented: they show the sample county (``demo/``). What has to be clicked gets a red frame
with a number, and the text speaks of ①②③. Each flow has the name of its page; it clicks through what the page says, so a
step that no longer works ends the run.
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[2])]

import gathering  # noqa: E402
import quarter  # noqa: E402
from studio import CHROMIUM, PASSWORD, PHONE, PICTURES, Studio, one_time_code, portal, sample_ledger, slip_code  # noqa: E402

from core.domain.identity import check_digit  # noqa: E402

TOWN, BRANCH, AUDITOR = "zhen05", "zhibu0202", "shenji"  # 白水镇; 柳河镇魏庄村; 云湖县委


def upload(page: Page, *numbers: str) -> None:
    """Drop sample ledgers in and wait until they are checked."""
    page.goto("/ledgers/in/")
    page.set_input_files("input[type=file]", [sample_ledger(number) for number in numbers])
    page.click("text=上传并核对")
    page.wait_for_url("**/check/", timeout=120_000)


def first_week(studio: Studio) -> None:
    page = studio.page()
    page.goto("/")
    page.fill("input[name=code]", studio.manage("set_up_code").split("：")[1][:9])
    studio.shoot(page, "first-week-code", "input[name=code]", "form .button--main")
    page.click("form .button--main")
    for name, value in {
        "county": "中共云湖县委员会", "region_code": "379981", "name": "赵敏", "username": "zhaomin",
        "password": PASSWORD, "password_again": PASSWORD, "administrator_name": "吴涛", "administrator_username": "wutao",
    }.items():  # fmt: skip
        page.fill(f"input[name={name}]", value)
    studio.shoot(page, "first-week-county", whole=True)
    page.click("text=建好并登录")
    studio.shoot(page, "first-week-done", "main a:has-text('接着录入')")
    page.click("main a:has-text('接着录入')")
    page.click("text=开始设置")
    studio.shoot(page, "first-week-factor", "main ol b", "main form .button--main")
    page.fill("[name=code]", one_time_code(page.inner_text("main ol b")))
    page.click("main form .button--main")
    page.wait_for_selector("text=备用码")
    studio.shoot(page, "first-week-spare-codes")
    page.goto("/first-week/")
    studio.shoot(page, "first-week-organisations", "text=导入党组织名册", "text=先跳过，下一步")
    upload(page, "01")
    page.goto(page.url.replace("/check/", "/apply/"))
    page.click("main form .button--main")
    page.wait_for_url("**/result/", timeout=120_000)
    page.goto("/first-week/organisations/")
    studio.shoot(page, "first-week-missing", whole=True)


def first_sign_in(studio: Studio) -> None:
    staff = studio.page("zhen02")
    staff.goto("/accounts/")
    staff.click("main td a:has-text('张桐')")
    staff.click("button:has-text('打印账号条')")
    studio.shoot(staff, "slip", height=560)
    code = slip_code(staff)
    page = studio.page(size=PHONE)
    page.goto("/sign-in/")
    studio.shoot(page, "sign-in", "a:has-text('用账号条登录')", height=610)
    page.click("a:has-text('用账号条登录')")
    page.fill("input[name=username]", "zhibu0201")
    page.fill("input[name=code]", code)
    studio.shoot(page, "sign-in-slip", "input[name=username]", "input[name=code]", "form .button--main")
    page.click("form .button--main")
    studio.shoot(page, "sign-in-secret", "form .button--main")
    page.goto("/sign-in/slip/secret/?kind=pin")
    page.fill("input[name=pin]", "379264")
    page.fill("input[name=pin_again]", "379264")
    page.click("form .button--main")
    studio.shoot(page, "sign-in-done", "text=开始工作")
    page.click("text=开始工作")
    page.wait_for_url("/")
    studio.shoot(page, "home-phone")
    desk = studio.page("zhen03")
    desk.goto("/")
    studio.shoot(desk, "home", ".nav", ".who", "form.find")


def import_(studio: Studio) -> None:
    page = studio.page(TOWN)
    page.goto("/ledgers/in/")
    page.set_input_files("input[type=file]", sample_ledger("08"))
    studio.shoot(page, "import-upload", ".drop-zone", "button:has-text('上传并核对')")
    page.click("text=上传并核对")
    page.wait_for_url("**/check/", timeout=120_000)
    studio.shoot(page, "import-check", ".tabs", "text=下载错误清单", "text=导入 18 人")
    check = page.url
    page.goto(check.replace("/check/", "/columns/"))
    studio.shoot(page, "import-columns")
    page.goto(f"{check}?show=error")
    studio.shoot(
        page,
        "import-mend",
        "button:has-text('确认是此人')",
        "button:has-text('改好')",
        "button:has-text('不导入这一行')",
    )
    page.click("button:has-text('确认是此人：潘东生')")
    page.wait_for_selector("text=认错了，撤回")
    page.goto(check.replace("/check/", "/apply/"))
    studio.shoot(page, "import-apply", "button:has-text('只导入可用的')")
    page.click("button:has-text('只导入可用的')")
    page.wait_for_selector("text=导入好了", timeout=120_000)
    studio.shoot(page, "import-result", "main a:has-text('撤销这次导入')")
    page.click("main a:has-text('撤销这次导入')")
    studio.shoot(page, "import-undo", "button:has-text('撤销这次导入')")
    village = studio.page("zhen10")
    upload(village, "15")
    studio.shoot(village, "import-marks", "button:has-text('就按这样读')")


def find(studio: Studio) -> None:
    page = studio.page("zhen02")
    page.goto("/journeys/out/")
    page.fill("#find", "zt")
    studio.shoot(page, "find-box", "form.find")
    page.click("form.find button")
    studio.shoot(page, "find-found", height=420)
    page.goto("/journeys/out/")
    studio.shoot(page, "find-list", ".tree", "#filters", "text=导出这份名单")
    page.goto("/journeys/out/?province=31")
    studio.shoot(page, "find-filtered", ".filter-chips", "text=保存为常用")
    page.click("text=保存为常用")
    page.fill("input[name=name]", "在上海的")
    page.click("main form .button--main")
    page.goto("/journeys/out/")
    page.click("text=选择显示哪些栏目")
    studio.shoot(page, "find-columns", ".choose-columns")
    phone = studio.page(BRANCH, PHONE)
    phone.goto("/members/")
    studio.shoot(phone, "find-phone")


def person(studio: Studio) -> None:
    page = studio.page("zhen02")
    page.goto("/journeys/out/")
    page.click("main tbody tr:nth-child(3) a")
    studio.shoot(page, "person", "text=修改档案", "button:has-text('显示')", ".deeds")
    page.click("button:has-text('显示')")
    address = page.url
    page.click("text=修改档案")
    studio.shoot(page, "person-edit", whole=True)
    conflict(studio, page, address)


def conflict(studio: Studio, page: Page, address: str) -> None:
    """Two people change one field; the second is asked."""
    page.goto(f"{address}edit/")
    other = studio.page("zhen02")
    other.goto(f"{address}edit/")
    for window, employer in ((other, "云湖县柳河镇南街 1 号"), (page, "云湖县柳河镇北街 2 号")):
        window.fill("[name=home_address]", employer)
        window.click("main form .button--main")
        window.wait_for_load_state()
    studio.shoot(page, "person-conflict")


def doubles(studio: Studio) -> None:
    page = studio.page("zhen02")
    page.goto("/members/")
    name = page.inner_text("main tbody tr:nth-child(2) td a").strip()
    page.click("main tbody tr:nth-child(2) td a")
    year, month, day = map(int, re.findall(r"[0-9]+", page.inner_text("dt:text-is('出生日期') + dd")))
    body = f"379981{year:04}{month:02}{day:02}991"
    page.goto("/members/new/")
    page.fill("[name=name]", name)
    page.fill("[name=identity]", body + check_digit(body))
    page.check("[name=belongs] >> nth=0")
    page.select_option("[name=branch]", index=2)
    page.click("main form .button--main")
    page.wait_for_selector("main .deeds")
    page.goto("/members/")
    studio.shoot(page, "doubles-button", "main >> text=查找重复", height=420)
    page.goto("/members/doubles/")
    studio.shoot(page, "doubles", "main td >> text=对照")
    page.click("main td >> text=对照")
    studio.shoot(page, "doubles-merge", "text=合并成一份")
    page.click("text=合并成一份")
    page.wait_for_load_state()
    studio.shoot(page, "doubles-undo", "text=撤销合并")


def export(studio: Studio) -> None:
    page = studio.page(TOWN)
    page.goto("/ledgers/out/")
    studio.shoot(
        page,
        "export",
        "main tr:has-text('流出党员台账') >> text=导出",
        "main tr:has-text('流出党员台账') >> text=空白模板",
        "main td >> text=取回",
    )
    page.goto("/ledgers/out/new/?kind=outflow")
    page.fill("[name=purpose]", "报县委组织部四季度台账")
    studio.shoot(page, "export-new", whole=True)
    page.click("main form .button--main")
    page.wait_for_selector("main a:has-text('下载')", timeout=120_000)
    studio.shoot(page, "export-done", "main a:has-text('下载')")


def print_(studio: Studio) -> None:
    page = studio.page("zhen02")
    page.goto("/journeys/out/")
    studio.shoot(page, "print-button", ".tools >> text=打印", height=420)
    page.click("main tbody tr:nth-child(3) a")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 800, "height": 1000})
    studio.shoot(page, "print-person")


def accounts(studio: Studio) -> None:
    page = studio.page("zhen03")
    page.goto("/accounts/")
    studio.shoot(
        page,
        "accounts",
        "main a:has-text('青石镇党委')",
        "main .page-actions >> text=开通账号",
        "main tbody tr:nth-child(2) td a",
    )
    page.goto("/accounts/new/")
    studio.shoot(page, "accounts-new", whole=True)
    page.goto("/accounts/")
    page.click("main tbody tr:nth-child(2) td a")
    studio.shoot(
        page,
        "accounts-one",
        "text=找人代岗",
        "button:has-text('打印账号条')",
        "button:has-text('停用账号')",
        whole=True,
    )
    page.goto("/account/factor/")
    page.click("text=开始设置")
    studio.shoot(page, "accounts-factor")


def log(studio: Studio) -> None:
    page = studio.page(AUDITOR)
    page.goto("/log/")
    studio.shoot(page, "log", "#filters")


def stations(studio: Studio) -> None:
    page = studio.page("yizhan01")
    page.goto("/")
    studio.shoot(page, "station", "a.button:has-text('到站报到')", ".figure", "h2:has-text('三站')")
    phone = studio.page("yizhan01", PHONE)
    phone.goto("/")
    phone.click("a.button:has-text('到站报到')")
    phone.wait_for_selector("#id_number")
    studio.shoot(phone, "check-in", height=900)


FRESH: dict[str, Callable[[Studio], None]] = {"first-week": first_week}  # needs a portal without a county
SAMPLE: dict[str, Callable[[Studio], None]] = {
    "first-sign-in": first_sign_in,
    "import": import_,
    "find": find,
    "person": person,
    "doubles": doubles,
    "export": export,
    "print": print_,
    "accounts": accounts,
    "log": log,
    "stations": stations,
    **quarter.FLOWS,
    **gathering.FLOWS,
}


def main(wanted: list[str]) -> int:
    if CHROMIUM is None:
        print("No Chromium on this machine: apt-get install chromium")
        return 1
    if unknown := set(wanted) - {*FRESH, *SAMPLE}:
        print(f"No such page: {', '.join(sorted(unknown))}. There are: {', '.join((*FRESH, *SAMPLE))}")
        return 1
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--font-render-hinting=none"]
        )
        for flows, sample in ((FRESH, False), (SAMPLE, True)):
            chosen = {name: flow for name, flow in flows.items() if not wanted or name in wanted}
            if not chosen:
                continue
            with portal(sample=sample) as (address, environment):
                studio = Studio(browser, address, environment)
                for name, flow in chosen.items():
                    print(name, flush=True)
                    flow(studio)
        browser.close()
    print(f"{sum(one.stat().st_size for one in PICTURES.glob('*.png')) / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
