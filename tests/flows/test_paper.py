"""A village on paper: its list is printed, comes back, and is keyed in without touching the mouse."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from tests.flows.visitor import DESKTOP, PHONE, Visitor
from tests.installation import Installation

# Opens the quarter, with twenty people to ask in one branch of the first town.
OPEN = """
import datetime, django, json
django.setup()
from accounts.models import User
from branches.models import Organisation
from core.actors import SYSTEM
from jobs.runner import run_waiting
from members.models import Journey, Member
from sweeps import population
from sweeps.actions import opening
from sweeps.models import Item, Return
town = User.objects.get(username="zhen01").organisation
homes = list(Member.objects.registered().filter(home_path__startswith=town.path).values_list("home", flat=True))
branch = Organisation.objects.get(pk=max(set(homes), key=homes.count))  # the largest
away = Journey.objects.filter(home_path=branch.path, direction="out").values("member_id")
then = datetime.datetime(2026, 1, 5, tzinfo=datetime.timezone.utc)
asked = Journey.objects.filter(home_path=branch.path, direction="out", state__in=["away", "arrived"]).count()
at_home = Member.objects.registered().filter(home=branch).exclude(pk__in=away)
for member in at_home[: 20 - asked]:
    Journey.objects.create(
        member=member, direction="out", state="away", home=branch, home_path=branch.path, region_code="320583",
        destination_text="花桥镇", employer="某物流站点", created_at=then, updated_at=then,
    )
sweep = opening.open_sweep(organisation=Organisation.objects.get(parent=None), by=SYSTEM)
run_waiting()
population.fill(sweep)  # it may have been open: those who left since
of = Return.objects.get(sweep=sweep, organisation=branch)
print(json.dumps([of.public_id, of.number, Item.objects.filter(path=branch.path).count()]))
"""


@pytest.fixture
def village(house: Installation) -> tuple[str, str, int]:
    """(id, number, people) of the return."""
    return tuple(json.loads(house.python("-c", OPEN).splitlines()[-1]))


class Keys:
    """A keyboard that counts."""

    def __init__(self, visitor: Visitor) -> None:
        self.page, self.pressed = visitor.page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1


def test_twenty_rows_are_keyed_in_by_one_key_each(
    house: Installation, visit: Callable[..., Visitor], village: tuple[str, str, int]
) -> None:
    # given a printed list
    public_id, number, people = village
    assert people == 20
    clerk = visit(house, DESKTOP)
    clerk.sign_in("zhen01")
    clerk.open(f"/returns/{public_id}/paper/")
    clerk.press("生成核对表")
    clerk.sees(number, "花桥镇", "手印", "支部书记签字")

    # when the clerk types the number on it
    clerk.open("/returns/find/")
    clerk.fill(number=number)
    clerk.press("打开")

    # and who signed it, then one key for each row, and Enter on the button that the last one leads to
    clerk.page.keyboard.type("何建国（支部书记）")
    keys = Keys(clerk)
    keys.press("Enter", *["1"] * people)
    assert clerk.page.evaluate("document.activeElement.textContent") == "保存"
    with clerk.page.expect_navigation():
        keys.press("Enter")

    # then all of them are saved, with twenty-two keys
    assert keys.pressed == people + 2
    clerk.look()
    clerk.sees("已保存 20 人", "还有 0 人没录")


def test_what_changed_is_typed_in_the_row_and_a_mistake_stays_there(
    house: Installation, visit: Callable[..., Visitor], village: tuple[str, str, int]
) -> None:
    clerk = visit(house, DESKTOP)
    clerk.sign_in("zhen01")
    clerk.open(f"/returns/{village[0]}/key/")
    clerk.page.keyboard.type("何建国")
    keys = Keys(clerk)

    # when the first has a new phone, the second came back and nobody wrote when, the third cannot be reached
    keys.press("Enter", "2")
    clerk.page.keyboard.type("19900123456")
    while clerk.page.evaluate("document.activeElement.type") != "radio":
        keys.press("Enter")
    keys.press("4", "Enter", "3", "ArrowUp", "ArrowUp")
    clerk.page.get_by_role("button", name="保存").press("Enter")
    clerk.page.wait_for_selector(".key-row--bad")
    clerk.look()

    # then two are saved, and the one is asked for again where the cursor stands
    clerk.sees("已保存 2 人；还有 1 行没有保存", "请填写日期")
    keys.page.keyboard.type("2026-10")
    clerk.press("保存")
    clerk.sees("已保存 1 人", "已经回来", "199****3456")


def test_a_list_is_for_a4_paper_and_old_eyes(
    house: Installation, visit: Callable[..., Visitor], village: tuple[str, str, int]
) -> None:
    clerk = visit(house, DESKTOP)
    clerk.sign_in("zhen01")
    clerk.open(f"/returns/{village[0]}/paper/")
    clerk.press("生成核对表")
    pages = clerk.page.pdf(prefer_css_page_size=True)
    sizes = set(re.findall(rb"/MediaBox\s*\[0 0 (\d+)[\d.]* (\d+)", pages))
    assert sizes == {(b"841", b"594")}  # A4, lying
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", pages)) <= 6
    clerk.page.emulate_media(media="print")
    for part in (".paper-person td", ".paper-columns th", ".paper-tick", ".paper-signs p", ".paper-head p"):
        size = clerk.page.locator(part).first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
        assert size >= 14 * 96 / 72 - 0.1, part
    head = clerk.page.locator(".paper thead").first
    assert head.evaluate("one => getComputedStyle(one).display") == "table-header-group"  # on every page
    assert not clerk.page.locator(".side").is_visible()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_pages_of_paper_fit_every_screen(
    house: Installation, visit: Callable[..., Visitor], village: tuple[str, str, int], size: dict[str, int]
) -> None:
    clerk = visit(house, size)
    clerk.sign_in("zhen01")
    for page in ("paper", "key", "print", "backcheck"):
        clerk.open(f"/returns/{village[0]}/{page}/")
    clerk.open(f"/returns/{village[0]}/print/")
    clerk.press("打印现在的报表")
    clerk.sees(village[1], "摘要", "盖章")
