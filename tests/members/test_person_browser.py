"""The pages of one person in a real browser, on an old desktop and on a phone: axe, no sideways scroll, the flows that clerks use."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core.actors import acting_as
from members.actions import journeys, lost, people
from members.models import Member
from tests.browsing import MARKS, SIZES, looked_at
from tests.conftest import make_identity

OUT = {
    "left_on": "2024-07", "region_code": "370211", "destination_text": "某某路 8 号", "employer": "某电子厂", "reason": "work",
    "contact_name": "吕明", "contact_phone": "19900777888",
}  # fmt: skip

pytestmark = [*MARKS, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people_here(branch, other_branch, make_member, town_actor):
    """何晓明 and 何小明, possibly one person, both away; the first cannot be reached."""
    kept = make_member(branch, name="何晓明", identity=make_identity(123), birth_date="1985-03-12", nation="01")
    gone = make_member(branch, name="何小明", identity=make_identity(133), birth_date="1985-03-12", education="7")
    with acting_as(town_actor):
        journeys.open_journey(member=kept, direction="out", values=OUT, by=town_actor)
        journeys.open_journey(member=gone, direction="out", values={"left_on": "2021"}, by=town_actor)
        lost.open_lost(member=kept, values={"since": "2025-01", "steps": "问过其兄"}, by=town_actor)
        people.edit_member(
            member=kept, values={"home_address": "何寨村东头", "education": "6"}, by=town_actor, confirmed=["phone"]
        )
    return kept, gone


@pytest.fixture
def open_page(sit, town_user):
    def visit(address: str, size: tuple[int, int]):
        page = sit(town_user, size)
        page.goto(address)
        return page

    return visit


def pages_of(kept: Member, gone: Member) -> dict[str, str]:
    journey = kept.journeys.unscoped().get()
    spell = kept.lost_contacts.unscoped().get()
    found = {name: reverse(f"member-{name}", args=[kept.public_id]) for name in ("detail", "edit", "move", "status")}
    found.update(
        {f"journey-{name}": reverse(f"journey-{name}", args=[journey.public_id]) for name in ("detail", "edit", "end")}
    )
    found.update({f"lost-{name}": reverse(f"lost-{name}", args=[spell.public_id]) for name in ("edit", "found")})
    found["journey-new"] = f"{reverse('journey-new-out')}?member={kept.public_id}"
    found["merge"] = reverse("member-merge", args=[kept.public_id, gone.public_id])
    return {**found, "new": reverse("member-new"), "doubles": reverse("double-list")}


@pytest.mark.parametrize("size", SIZES)
def test_pages_can_be_used_by_everybody(people_here, open_page, size):
    page = open_page("/", size)
    for address in pages_of(*people_here).values():
        page.goto(address)
        looked_at(page)


@pytest.mark.parametrize("size", SIZES)
def test_a_number_is_shown_in_place(people_here, open_page, size):
    kept, _gone = people_here
    number = kept.reveal("phone")
    page = open_page(kept.get_absolute_url(), size)
    assert number not in page.content()
    page.click("button[aria-label='显示联系电话']")
    page.wait_for_selector(f"text={number}")
    assert page.url.endswith(kept.get_absolute_url())


def test_edit_and_merge_from_page_to_page(people_here, open_page):
    kept, gone = people_here
    page = open_page(kept.get_absolute_url(), SIZES[0])
    page.click("text=修改档案")
    page.fill("#id_home_address", "何寨村西头")
    page.click("button:has-text('保存')")
    page.wait_for_selector("text=已保存，改动记入历史")
    page.goto(reverse("double-list"))
    page.click("a.button:has-text('对照')")
    page.check("input[name=open_journey][value=kept]")
    page.click("button:has-text('合并成一份')")
    page.wait_for_selector("text=两份档案已合并")
    page.click("button:has-text('撤销合并')")
    page.wait_for_selector("text=已撤销合并")
    gone.refresh_from_db()
    assert gone.merged_into is None
