"""A town that hands in the same people over and over, and what may happen to them in between."""

from __future__ import annotations

from typing import Any

from branches.actions import organisations
from branches.models import RuleSetting
from core import clock
from exchange.actions.applies import apply, undo
from exchange.actions.batches import receive
from exchange.actions.checks import check
from exchange.actions.learned import learn_value
from exchange.models import ImportBatch
from members.actions.journeys import edit_journey, end_journey
from members.actions.lost import open_lost
from members.actions.people import edit_member, move_member
from members.models import Journey, Member
from tests.conftest import next_identity

HEAD = "序号,姓名,公民身份号码,所在党支部,流出时间,流出原因,流入地（省）,流入地（市）,流入地（县）,工作单位及职务,联系电话,联系人电话,党费交至,备注"
REGISTER = "序号,姓名,性别,公民身份号码,出生日期,人员类别,入党日期,所在党支部,手机号码,家庭住址"
NAMES = ("何建国", "何秀英", "何明", "吕海涛", "吕芳", "吕志强", "何桂兰", "吕玉梅")


class Town:
    """Eight people in two branches, their ledger as lines, taken in by the town."""

    def __init__(self, by: Any, town: Any) -> None:
        self.by, self.town = by, town
        self.numbers = [next_identity() for _ in NAMES]
        self.lines = [
            f"{at + 1},{name},{number},{name[0]}{'寨' if name[0] == '何' else '楼'}村党支部,20{10 + at}-0{at + 1}-15,务工,江苏省,苏州市,"
            f"昆山市,某厂,1990001{at:04d},1990002{at:04d},2026年{at + 1}月,"
            for at, (name, number) in enumerate(zip(NAMES, self.numbers, strict=True))
        ]
        self.lines[5] = self.lines[5].replace("务工", "搞副业")  # a word that is in no list: a warning
        self.lines[6] = (
            self.lines[6].replace("江苏省", "同上").replace("2016", "2026")
        )  # 同上, and away for a short time

    def take(
        self, lines: list[str] | None = None, *, head: str = HEAD, kind: str = "outflow", to_apply: bool = True
    ) -> ImportBatch:
        data = "\n".join([head, *(self.lines if lines is None else lines), ""]).encode()
        batch = receive(data=data, name="台账.csv", by=self.by, under=self.town, kind=kind)
        batch = check(batch=batch, by=self.by, data=data)
        return apply(batch=batch, by=self.by, mode="good_rows") if to_apply else batch


def row_of(people: Town, at: int) -> Member:
    return Member.objects.visible_to(people.by).get(name=NAMES[at])


def edited(people: Town) -> None:
    member = row_of(people, 0)
    edit_member(member=member, values={"home_address": "云湖县青石镇"}, by=people.by)


def moved(people: Town) -> None:
    other = row_of(people, 3).home
    move_member(member=row_of(people, 0), to=other, by=people.by)


def ended(people: Town) -> None:
    journey = Journey.objects.visible_to(people.by).get(member=row_of(people, 0))
    end_journey(journey=journey, outcome="returned", on="2026-05", by=people.by)


def journey_edited(people: Town) -> None:
    journey = Journey.objects.visible_to(people.by).get(member=row_of(people, 0))
    edit_journey(journey=journey, values={"employer": "某校"}, by=people.by)


def lost(people: Town) -> None:
    open_lost(member=row_of(people, 0), values={"since": "2026-01"}, by=people.by)


def learned(people: Town) -> None:
    batch = ImportBatch.objects.visible_to(people.by).latest("pk")
    learn_value(batch=batch, key="reason", text="务工", value="3", by=people.by)


def renamed(people: Town) -> None:
    home = row_of(people, 3).home
    organisations.rename(home, name=home.name.replace("吕楼", "新吕楼"), short_name="新吕楼村党支部", by=people.by)


def ruled(people: Town) -> None:
    RuleSetting.objects.create(
        organisation=people.town, key="mobile_min_months", value=24, starts_on="2020-01-01", set_by=people.by.ref,
        set_at=clock.now(),
    )  # fmt: skip


def undone(people: Town) -> None:
    undo(batch=ImportBatch.objects.visible_to(people.by).latest("pk"), by=people.by)
