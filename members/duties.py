"""The three duty lists (责任清单): of the organisation that somebody leaves, of the one that he comes to, of the member.

Only how many there are (7, 6, 5) is known from where the practice comes from; the words are our own, after the duties of
the regulations on the education and management of members, and the county may put its own in their place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from members.enums import DutySide
from members.models import DutyConfirmation, DutyList

DEFAULTS: dict[str, tuple[str, ...]] = {
    DutySide.HOME: (
        "外出前谈一次话，问清去哪里、为什么、去多久、怎么联系，做好登记。",
        "每名流动党员定一名联系人，常联系，思想、工作、生活有人过问。",
        "把学习内容、支部活动和重要决定及时告诉本人，想办法让本人参加组织生活。",
        "提醒按时交纳党费、每年至少汇报一次；长期在一个地方的，办好组织关系转接。",
        "同流入地党组织常通气，介绍党员情况，一起做好管理和民主评议。",
        "关心本人和家里的困难，节日返乡时走访、座谈、补课。",
        "表现好的列入后备力量，愿意回来的帮着回来；联系不上的抓紧查找、上报。",
    ),
    DutySide.HOST: (
        "主动了解外来的党员，来报到的热情接待、及时登记，不推托。",
        "就近编入一个党支部或党小组，通知参加组织生活。",
        "党群服务中心向流入党员开放，学习、活动、办事都方便。",
        "一起做好日常管理和民主评议，把表现告诉流出地党组织。",
        "就业、就医、子女上学有困难的，帮着想办法。",
        "同流出地党组织常联系，符合条件的共同办好组织关系转接。",
    ),
    DutySide.MEMBER: (
        "外出前向支部报告去哪里、为什么、去多久、怎么联系，需要的领取活动证。",
        "到了以后向流入地党组织报到，参加那里的组织生活。",
        "按时交纳党费；选举和表决回原支部参加。",
        "每年至少向原支部汇报一次；地址、单位、电话变了及时报告。",
        "遵守党纪国法，做好样子；返乡后向支部报到，交回活动证。",
    ),
}


@dataclass(frozen=True)
class Duties:
    """One side's list; ``version`` 0: the words that come with the portal."""

    side: DutySide
    lines: tuple[str, ...]
    version: int = 0


def lists() -> dict[str, Duties]:
    """By side: one query."""
    own = {one.side: one for one in DutyList.objects.all()}
    return {
        side: Duties(DutySide(side), tuple(own[side].lines), own[side].version)
        if side in own
        else Duties(DutySide(side), lines)
        for side, lines in DEFAULTS.items()
    }


def confirmed(organisation_ids: Iterable[int | None], year: int) -> dict[int, DutyConfirmation]:
    """Who has confirmed the year's duties, by organisation. Unscoped: the other end of a journey is named with it."""
    wanted = [one for one in organisation_ids if one is not None]
    found = DutyConfirmation.objects.unscoped().filter(organisation_id__in=wanted, year=year)
    return {one.organisation_id: one for one in found}
