"""On a secretary's phone: somebody says that he will leave, leaves, is talked to, and comes home; each step undone once."""

from __future__ import annotations

import datetime as dt

import pytest

from core import clock
from members.models import Journey
from tests.browsing import MARKS, PHONE, looked_at

pytestmark = [*MARKS, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def phone(sit, secretary_user):
    return sit(secretary_user, PHONE)


def state() -> str:
    return str(Journey.objects.unscoped().get().state)


def test_from_the_report_to_the_return(phone, branch, make_member):
    member = make_member(branch, name="何小明")
    soon = clock.today() + dt.timedelta(days=3)
    phone.goto(member.get_absolute_url())
    looked_at(phone)
    phone.click("a.button:has-text('外出报备')")
    looked_at(phone)
    phone.fill("#id_left_on", soon.isoformat())
    phone.fill("#id_where", "江苏省苏州市昆山市")
    phone.select_option("#id_reason", "work")
    phone.check("#id_phone_ok")
    phone.check("#id_promised")
    phone.click("button:has-text('报备')")
    phone.wait_for_selector("text=报备待外出")
    looked_at(phone)
    assert state() == "reported"

    phone.click("a.button:has-text('已经外出')")
    looked_at(phone)
    phone.click("main button:has-text('登记')")
    phone.wait_for_selector("text=已登记外出")
    assert state() == "away"
    phone.click("button:has-text('撤销“已外出”')")
    phone.wait_for_selector("text=恢复到登记以前")
    assert state() == "reported"
    phone.click("a.button:has-text('已经外出')")
    phone.click("main button:has-text('登记')")
    phone.wait_for_selector("text=短期外出")

    phone.click("a.button:has-text('登记联系')")
    looked_at(phone)
    phone.check("input[name=confirmed][value=phone]")
    phone.fill("#id_text", "通了电话，一切都好")
    phone.click("main button:has-text('登记')")
    phone.wait_for_selector("text=一切都好")

    phone.click("a.button:has-text('地址、工作、电话变了')")
    looked_at(phone)
    phone.fill("#id_on", clock.today().isoformat())
    phone.fill("#id_employer", "某电子厂")
    phone.click("button:has-text('登记变化')")
    phone.wait_for_selector("text=已登记变化")

    phone.click("a.button:has-text('返乡登记')")
    looked_at(phone)
    phone.check("input[name=outcome][value=returned]")
    phone.fill("#id_on", clock.today().isoformat())
    phone.click("main button:has-text('登记')")
    phone.wait_for_selector("text=这段经历结束了")
    looked_at(phone)
    assert state() == "returned"
