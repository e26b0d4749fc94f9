"""The quarter's papers on the county's desk: the packet from one click to the file, the words of the report, one person's file."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from jobs.runner import run_waiting
from tests.browsing import DESKTOP, MARKS, SIZES, looked_at
from tests.reports.people import came, out
from tests.sweeps.quarter import opened

pytestmark = [*MARKS, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("size", SIZES, ids=["desktop", "phone"])
def test_the_packet_by_one_click(
    sit: Callable[..., Page], size: tuple[int, int], county: Any, branch: Any, make_member: Any, county_user: Any
) -> None:
    out(make_member(branch, name="周甲"))
    came(make_member, branch)
    opened(county)
    page = sit(county_user, size)
    page.goto("/papers/")
    looked_at(page)
    page.locator("[name=numbers][value=full]").check()
    page.fill("[name=purpose]", "报市委组织部")
    with page.expect_navigation():
        page.get_by_role("button", name="一键出全部材料").click()
    looked_at(page)
    run_waiting()
    page.reload()
    looked_at(page)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载", exact=True).first.click()
    with zipfile.ZipFile(waiting.value.path()) as packet:
        assert packet.testzip() is None
        assert len({name[:2] for name in packet.namelist()}) == 9
    page.goto("/papers/tables/summary/")
    looked_at(page)
    with page.expect_navigation():
        page.locator("main table a").first.click()
    looked_at(page)
    page.goto("/papers/tables/mobile/")
    looked_at(page)
    expect(page.get_by_text("本表只统计流动党员")).to_be_visible()
    if size == DESKTOP:
        assert page.evaluate("(one => one.scrollWidth - one.clientWidth)(document.querySelector('.table-scroll'))") <= 0
    page.goto("/papers/texts/report/")
    looked_at(page)
    page.fill("[name=body]", "报告\n市委：\n本季流出{流出人数}名。")
    with page.expect_navigation():
        page.get_by_role("button", name="看看效果").click()
    looked_at(page)
    expect(page.get_by_text("本季流出1名。")).to_be_visible()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("以后出的材料就用这些文字")).to_be_visible()
    looked_at(page)
