"""From the place where people gather to a mobile branch: a town's clerk on a desktop, then the same on a phone; the county decides."""

from __future__ import annotations

import pytest

from members.models import Member
from stations.models import Founding
from tests.browsing import DESKTOP, MARKS, PHONE, looked_at
from tests.stations.test_gathering import away

pytestmark = [*MARKS, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_from_the_place_to_the_branch(size, sit, town_user, county_user, branch, other_branch, make_member):
    for number in range(4):
        away(make_member((branch, other_branch)[number % 2], name=f"何苏{'甲乙丙丁'[number]}"))
    page = sit(town_user, size)
    page.goto("/gathering/")
    looked_at(page)
    page.click("a:has-text('流动党员党支部')")
    looked_at(page)
    page.click("a.button:has-text('办起来')")
    looked_at(page)
    page.click("button:has-text('开始筹建')")
    page.wait_for_url("**/steps/name/")
    looked_at(page)
    page.click("button:has-text('下一步')")
    page.wait_for_url("**/steps/members/")
    looked_at(page)
    for box in page.locator("input[name=member]").all():
        box.check()
    page.click("button:has-text('下一步')")
    page.wait_for_url("**/steps/consent/")
    looked_at(page)
    for box in page.locator("input[name=agreed]").all():
        box.check()
    page.select_option("#secretary", index=1)
    page.click("button:has-text('下一步')")
    page.wait_for_url("**/steps/papers/")
    page.fill("#id_reason", "都在苏州做工，能一起过组织生活")
    page.click("main button:has-text('保存')")
    page.wait_for_selector("text=下载请示")
    looked_at(page)
    address = page.url
    page.click("button:has-text('报县里审批')")
    page.wait_for_selector("text=等县里审批")

    county = sit(county_user, size)
    county.goto(address)
    county.click("a.button:has-text('登记批复')")
    looked_at(county)
    county.fill("#id_approval_no", "云组发〔2026〕12号")
    county.click("main button:has-text('登记')")
    county.click("a.button:has-text('成立')")
    looked_at(county)
    county.click("main button:has-text('成立')")
    county.wait_for_selector("text=党组织已经建好")
    looked_at(county)
    made = Founding.objects.unscoped().get().made
    assert Member.objects.unscoped().filter(care=made).count() == 4
