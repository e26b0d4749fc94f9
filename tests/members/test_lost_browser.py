"""On a secretary's phone: somebody cannot be reached, is searched for, and found; with thumbs, without sideways scroll."""

from __future__ import annotations

import pytest
from django.urls import reverse

from members.models import LostContact, LostStep
from tests.browsing import MARKS, PHONE, looked_at

pytestmark = [*MARKS, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def phone(sit, secretary_user):
    return sit(secretary_user, PHONE)


def test_open_step_found(phone, branch, make_member):
    member = make_member(branch, name="何小明", dues_paid_to="2026-03")
    phone.goto(member.get_absolute_url())
    phone.click("a.button:has-text('登记联系不上')")
    assert phone.input_value("#id_since") == "2026-03"
    looked_at(phone)
    phone.click("button:has-text('登记')")
    phone.wait_for_selector("text=还没有查找记录")
    looked_at(phone)
    phone.click("text=记一次查找")
    phone.check("input[name=way][value=family]")
    phone.check("input[name=result][value=reached]")
    looked_at(phone)
    phone.click("button:has-text('记下')")
    phone.wait_for_selector("text=登记取得联系")  # the finding is asked for next
    looked_at(phone)
    phone.click("button:has-text('取得联系了')")
    phone.wait_for_selector("text=已登记取得联系")
    looked_at(phone)
    spell = LostContact.objects.get()
    assert (spell.state, LostStep.objects.get().result) == ("found", "reached")
    phone.click("button:has-text('撤销')")
    phone.wait_for_selector("text=已撤销")
    assert LostContact.objects.get().state == "counting"
    assert phone.url.endswith(reverse("lost-detail", args=[spell.public_id]))
