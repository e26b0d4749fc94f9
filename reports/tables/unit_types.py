"""What kind of unit somebody went to, and what he did before, as far as the register says so.

Whoever keeps the journey may say both (``unit_kind``, ``former_work``). Where nobody has, two things do speak: the words of the
employer's name that only one kind of unit bears, and that somebody of a village's branch went away to work. Everything else is
其他, and the table says so: a limited company may be the state's or a private person's, and nobody is put down for either by a guess.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from branches.enums import PLACES
from branches.models import Organisation
from core.paths import ancestors
from reports.quarter.people import Stay
from reports.tables import bands

if TYPE_CHECKING:
    from reports.quarter.edition import Edition

UNKNOWN, OTHER = "unknown", "other"
# Kind of unit -> the lines of the table that it counts in: its own, and those that this is part of.
LINES = {
    "organ": ("organ", "public"), "institution": ("institution", "public"), "talent": ("talent", "institution", "public"),
    "public_firm": ("public",), "public_hmt": ("public_hmt", "public"), "public_foreign": ("public_foreign", "public"),
    "private_school": ("private_school", "private"), "private_firm": ("private_firm", "private"),
    "private_hmt": ("private_hmt", "private"), "private_foreign": ("private_foreign", "private"),
    "individual": ("individual",), "community": ("community",), "town_community": ("town_community",), "village": ("village",),
    "other": (OTHER,),
}  # fmt: skip
# Words of an employer's name -> kind of unit. The first that is found decides.
WORDS = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"人才(交流|劳动|服务)|人力资源(市场|服务中心)|劳动服务中心", "talent"),
        (r"港资|台资|港澳台", "private_hmt"),
        (r"外商|外资|中外合资", "private_foreign"),
        (r"私营|民营", "private_firm"),
        (r"^民办", "private_school"),
        (r"个体|自营|自开", "individual"),
        (r"人民政府|人民法院|检察院|公安局|派出所|税务局|财政局|教育局|民政局|街道办事处", "organ"),
        (r"(大学|学院|中学|小学|幼儿园|人民医院|中医院|卫生院|研究院|研究所)$", "institution"),
        (r"村(民)?委(员)?会|村集体", "village"),
        (r"社区(居委会|居民委员会)?$|居委会", "community"),
    )
)
VILLAGE, COMMUNITY = "village", "community"


def went_to(stay: Stay) -> tuple[str, ...]:
    """The lines of 外出流向 that somebody counts in."""
    if stay.unit_kind:
        return LINES[stay.unit_kind]
    employer = stay.employer.strip()
    for pattern, kind in WORDS:
        if employer and pattern.search(employer):
            return LINES[kind]
    if not employer and not stay.region and not stay.place:
        return (OTHER, UNKNOWN)
    return (OTHER,)


def did_before(stay: Stay, edition: Edition) -> str:
    """原职业, as stated; else: code 113 (外出务工经商人员) stands under 农牧渔民: who left a village's branch to work or trade."""
    if stay.former_work:
        return stay.former_work
    if stay.reason == "graduate" and bands.schooling(stay.education) == bands.COLLEGE:
        return "graduate"
    if stay.reason in ("work", "business") and kind_of_place(stay.path, edition) == VILLAGE:
        return "farmer"
    return OTHER


def kind_of_place(path: str, edition: Edition) -> str:
    """Whether a branch stands in a village or a community: by what it sits under, else by its own name; "" for neither."""
    line = (edition.by_path[one] for one in reversed(ancestors(path)) if one in edition.by_path)
    return next((kind for one in line if (kind := _kind(one))), "")


def _kind(one: Organisation) -> str:
    if one.kind in PLACES:
        return one.kind
    if re.search(r"社区|居委会", one.short_name):
        return COMMUNITY
    return VILLAGE if re.search(r"村(?![镇乡街区])", one.short_name) else ""  # 周村镇, 中关村街道 are no villages
