"""Finding people and mending their records: search, two people at one record, doubles, a list kept by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from python_calamine import CalamineWorkbook

from core.domain.names import initials
from tests.conftest import make_identity
from tests.flows.visitor import DESKTOP, PHONE, Visitor
from tests.installation import ROOT, Installation

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


@dataclass(frozen=True)
class Person:
    name: str
    identity: str
    phone: str
    branch: str


@pytest.fixture(scope="module")
def somebody() -> Person:
    """Somebody of 柳河镇 with a name of three characters that nobody else there has."""
    rows = (
        CalamineWorkbook.from_path(ROOT / "demo" / "ledgers" / "02-党员名册-全县.xlsx")
        .get_sheet_by_index(0)
        .to_python()
    )
    there = [Person(row[1], row[4], row[11], row[10]) for row in rows[3:] if "柳河镇" in str(row[10])]
    names = [one.name for one in there]
    return next(one for one in there if len(one.name) == 3 and names.count(one.name) == 1 and one.phone)


def member_url(visitor: Visitor, person: Person) -> str:
    visitor.find(person.phone)
    return visitor.page.url


@SIZES
def test_searching_never_puts_a_number_into_an_address(
    house: Installation, visit: Callable[..., Visitor], somebody: Person, size: dict[str, int]
) -> None:
    # given the staff of the town
    clerk = visit(house, size)
    clerk.sign_in("zhen02")

    # when they look for a part of the name, the initials, the tail of the phone
    for words in (somebody.name[1:], initials(somebody.name), somebody.phone[-4:]):
        clerk.find(words)
        # then the person is among those found
        assert clerk.heading() == "找人"
        clerk.sees(somebody.name)

    # and a whole number leads to the file at once, without standing in any address
    for number in (somebody.phone, somebody.identity):
        clerk.find(number)
        assert clerk.heading() == somebody.name
        assert not any(number in address for address in clerk.seen)
        clerk.sees_not(number)

    # and is shown in place when asked for
    clerk.page.get_by_role("button", name="显示公民身份号码").click()
    clerk.sees(somebody.identity)
    clerk.look()

    # while another town finds nobody
    stranger = visit(house)
    stranger.sign_in("zhen05")
    stranger.find(somebody.phone)
    stranger.sees("没有查到")


@SIZES
def test_two_people_change_one_record(
    house: Installation, visit: Callable[..., Visitor], somebody: Person, size: dict[str, int]
) -> None:
    # given two clerks with the same form open
    first, second = visit(house, size), visit(house)
    for clerk in (first, second):
        clerk.sign_in("zhen02")
        clerk.open(member_url(clerk, somebody) + "edit/")

    # when one saves and then the other
    second.fill(home_address="柳河镇东头")
    second.press("保存")
    second.sees("已保存")
    first.fill(home_address="柳河镇西头")
    first.press("保存")

    # then nothing is lost: both see whose value is whose, and one is chosen
    first.sees("两个人都改了的栏目", "柳河镇东头", "柳河镇西头")
    first.fill(keep_home_address="yours")
    first.press("保存")
    first.sees("已保存", "柳河镇西头")
    second.page.reload()
    second.sees("柳河镇西头", "柳河镇东头")  # the record, and its history


def test_two_records_of_one_person_become_one_and_two_again(
    house: Installation, visit: Callable[..., Visitor], somebody: Person
) -> None:
    # given somebody who was registered a second time, with a slip in the identity number
    clerk = visit(house)
    clerk.sign_in("zhen02")
    clerk.open("/members/new/")
    born = dt.datetime.strptime(somebody.identity[6:14], "%Y%m%d").date()  # noqa: DTZ007 a day has no zone
    clerk.fill(name=somebody.name, identity=make_identity(999, born=born), phone=somebody.phone)
    branch = clerk.page.locator("[name=branch] option").filter(
        has_text=somebody.branch.removeprefix("中共云湖县柳河镇")[:-5]
    )
    clerk.fill(branch=str(branch.first.get_attribute("value")))
    clerk.press("登记")
    clerk.sees("已建档")

    # when the pair is found and merged
    clerk.open("/members/doubles/")
    clerk.sees(somebody.name)
    row = clerk.page.locator("tr").filter(has_text=somebody.name).first
    with clerk.page.expect_navigation():
        row.get_by_role("link", name="对照").click()
    clerk.look()
    clerk.press("合并成一份")
    clerk.sees("两份档案已合并")

    # then there is one, and after the undo two
    clerk.find(somebody.name)
    assert clerk.page.locator("main tbody tr").count() == 1
    clerk.page.go_back()
    clerk.press("撤销合并")
    clerk.sees("已撤销合并")
    clerk.find(somebody.name)
    assert clerk.page.locator("main tbody tr").count() == 2


@SIZES
def test_a_list_is_kept_by_name(house: Installation, visit: Callable[..., Visitor], size: dict[str, int]) -> None:
    # given a list narrowed to those who went out for work
    clerk = visit(house, size)
    clerk.sign_in("zhen02")
    clerk.open("/journeys/out/?reason=work")
    number = clerk.page.locator(".page-lead").inner_text().split("人")[0]

    # when it is given a name
    if clerk.is_phone:
        clerk.page.get_by_role("link", name="筛选条件").click()
    clerk.follow("保存为常用")
    clerk.fill(name="外出务工的")
    clerk.press("保存")

    # then it stands on the list with its number, leads there, and only for its owner
    clerk.sees("已保存为常用名单")
    clerk.open("/journeys/out/")
    clerk.follow("外出务工的")
    assert "reason=work" in clerk.page.url
    assert clerk.page.locator(".page-lead").inner_text().split("人")[0] == number
    other = visit(house)
    other.sign_in("zhen05")
    other.open("/journeys/out/")
    other.sees_not("外出务工的")
    clerk.press("删去常用名单")
    clerk.open("/journeys/out/")
    clerk.sees_not("外出务工的")
