"""Ledgers come in and go out: the next edition, a file full of mistakes, taking it back, the list and the official book."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from core.domain.identity import check_digit
from tests.flows.visitor import DESKTOP, LEDGERS, PHONE, Visitor
from tests.installation import Installation

IMPORT = re.compile(r"^导入 \d")
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
COUNTS = json.loads((LEDGERS.parent / "counts.json").read_text("utf-8"))


def cells(file: Path) -> list[list[object]]:
    """The first sheet as it opens in a spreadsheet program."""
    return [list(row) for row in load_workbook(file).worksheets[0].iter_rows(values_only=True)]


def total(visitor: Visitor) -> int:
    """How many people the list says there are."""
    return int(visitor.page.locator(".page-lead").inner_text().split("·")[1].split("人")[0].strip().replace(",", ""))


@SIZES
def test_the_next_edition_comes_in_and_is_taken_back(
    house: Installation, visit: Callable[..., Visitor], size: dict[str, int]
) -> None:
    # given a town whose third-quarter ledger is in: the same file again has nothing to do
    clerk = visit(house, size)
    clerk.sign_in("zhen02")
    clerk.upload("03-流出党员台账-柳河镇.xlsx")
    clerk.sees("无变化", "回到台账导入")
    assert clerk.page.locator("#import-actions").get_by_role("link", name=IMPORT).count() == 0

    # when the fourth-quarter ledger is uploaded
    clerk.upload("09-流出党员台账-柳河镇-四季度.xlsx")

    # then its differences are shown before anything is written
    for outcome, number in (("changed", COUNTS["changed_in_09"]), ("new", COUNTS["new_in_09"])):
        clerk.open(clerk.page.url.split("?")[0] + f"?show={outcome}")
        assert clerk.page.locator("main tbody tr").count() == number
    clerk.apply()
    clerk.sees("导入好了")
    clerk.open("/journeys/out/")
    assert total(clerk) == COUNTS["outflow_by_town"]["柳河镇"] + COUNTS["new_in_09"]

    # and all of it can be taken back
    clerk.open("/ledgers/in/")
    clerk.follow("09-流出党员台账")
    clerk.follow("撤销这次导入")
    clerk.page.locator("form.confirm").get_by_role("button", name="撤销这次导入").click()
    clerk.page.get_by_role("heading", name="已撤销").wait_for(timeout=30_000)
    clerk.look()
    clerk.open("/journeys/out/")
    assert total(clerk) == COUNTS["outflow_by_town"]["柳河镇"]


def test_mistakes_are_mended_on_the_page_and_in_the_error_book(
    house: Installation, visit: Callable[..., Visitor]
) -> None:
    # given a file full of mistakes
    clerk = visit(house)
    clerk.sign_in("zhen05")
    clerk.upload("08-问题台账-白水镇.xlsx")
    expected = json.loads((LEDGERS / "08-问题台账-白水镇.expected.json").read_text("utf-8"))
    stopped = [one["row"] for one in expected if one["outcome"] in ("error", "held")]
    assert clerk.page.locator("tr.row--bad").count() == len(stopped)

    # when a cell is mended on the spot
    wrong = str(cells(LEDGERS / "08-问题台账-白水镇.xlsx")[4][1])
    row = clerk.page.locator("tr.row--bad").filter(has=clerk.page.get_by_label("第 5 行 公民身份号码"))
    row.locator("input[name=text]").fill(wrong[:17] + check_digit(wrong[:17]))
    row.get_by_role("button", name="改好").click()
    clerk.page.locator("tr:not(.row--bad)").filter(has_text="改过").wait_for()
    clerk.look()
    assert clerk.page.locator("tr.row--bad").count() == len(stopped) - 1

    # and the rest goes home as a workbook with a reason in each row
    book = cells(clerk.download("下载错误清单"))
    assert len([line for line in book if line[-1]]) >= len(stopped) - 1
    clerk.apply()
    clerk.sees("还有没导入的")

    # then the usable rows are in, the mended one too, and nothing of the others
    clerk.sees(f"{len(stopped) - 1} 行留着没有导入")


@SIZES
def test_exactly_this_list_goes_out(house: Installation, visit: Callable[..., Visitor], size: dict[str, int]) -> None:
    # given a narrowed list
    clerk = visit(house, size)
    clerk.sign_in("zhen02")
    clerk.open("/journeys/out/?reason=work")
    number = total(clerk)
    names = clerk.page.locator("main tbody .card-title a").all_inner_texts()
    assert 0 < number < COUNTS["outflow_by_town"]["柳河镇"]

    # when it is exported, first without saying what for
    clerk.follow("导出这份名单")
    clerk.page.locator("[name=purpose]").evaluate("one => one.required = false")
    clerk.press("开始导出")
    clerk.sees("请写明导出的用途")
    clerk.fill(purpose="报组织股核对三季度外出务工人员")
    clerk.press("开始导出")

    # then the file has those people and no others, with masked numbers
    clerk.page.locator("main a[download]").wait_for(timeout=30_000)
    clerk.look()
    book = cells(clerk.download("下载"))
    found = [row for row in book if set(names) & {str(cell) for cell in row}]
    assert len(found) == number == len(names)
    assert "****" in str(found[0]) or "***" in str(found[0])


def test_the_official_ledger_goes_out(house: Installation, visit: Callable[..., Visitor]) -> None:
    # given the county's staff
    clerk = visit(house)
    clerk.sign_in("xian")
    clerk.open("/ledgers/out/")

    # when the whole county's outflow ledger is asked for
    clerk.open("/ledgers/out/new/?kind=outflow")
    clerk.fill(purpose="报市委组织部三季度台账")
    clerk.press("开始导出")
    clerk.page.locator("main a[download]").wait_for(timeout=30_000)
    clerk.look()
    file = clerk.download("下载")

    # then it opens as a workbook with everybody who is out, and their whole numbers
    people = {str(cell) for row in cells(file) for cell in row if str(cell).startswith("379981")}
    assert len(people) == COUNTS["outflow"]

    # and it stands under the own exports, for nobody else
    clerk.open("/ledgers/out/")
    clerk.sees("报市委组织部三季度台账")
    other = visit(house)
    other.sign_in("zhen02")
    address = clerk.page.locator("main a[download][href*='/files/']").first.get_attribute("href")
    assert other.page.request.get(house.url + str(address)).status == 404
