"""What kind of unit somebody went to, and what he did before, as far as the register says so.

The register has no column for either. Two things it has do speak: the words of the employer's name that only one kind of
unit bears, and that somebody of a village's branch went away to work. Everything else is 其他, and the table says so: a
limited company may be the state's or a private person's, and nobody is put down for either by a guess.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from branches.enums import PLACES
from branches.models import Organisation
from core.paths import ancestors
from reports.quarter.people import Stay

if TYPE_CHECKING:
    from reports.quarter.edition import Edition

UNKNOWN, OTHER = "unknown", "other"
# Words of an employer's name -> (line of the table, the line it is part of). The first that is found decides.
WORDS = tuple(
    (re.compile(pattern), keys)
    for pattern, keys in (
        (r"人才(交流|劳动|服务)|人力资源(市场|服务中心)|劳动服务中心", ("talent", "institution", "public")),
        (r"港资|台资|港澳台", ("private_hmt", "private")),
        (r"外商|外资|中外合资", ("private_foreign", "private")),
        (r"私营|民营", ("private_firm", "private")),
        (r"^民办", ("private_school", "private")),
        (r"个体|自营|自开", ("individual",)),
        (r"人民政府|人民法院|检察院|公安局|派出所|税务局|财政局|教育局|民政局|街道办事处", ("organ", "public")),
        (r"(大学|学院|中学|小学|幼儿园|人民医院|中医院|卫生院|研究院|研究所)$", ("institution", "public")),
        (r"村(民)?委(员)?会|村集体", ("village",)),
        (r"社区(居委会|居民委员会)?$|居委会", ("community",)),
    )
)
COLLEGE_CODES = frozenset({"11", "12", "13", "1A", "1B", "21", "22", "23", "24", "2A", "2B", "2C", "2D"})
VILLAGE, COMMUNITY = "village", "community"


def went_to(stay: Stay) -> tuple[str, ...]:
    """The lines of 外出流向 that somebody counts in."""
    employer = stay.employer.strip()
    for pattern, keys in WORDS:
        if employer and pattern.search(employer):
            return keys
    if not employer and not stay.region and not stay.place:
        return (OTHER, UNKNOWN)
    return (OTHER,)


def did_before(stay: Stay, edition: Edition) -> str:
    """原职业. Code 113 (外出务工经商人员) stands under 农牧渔民: who left a village's branch to work or trade."""
    if stay.reason == "graduate" and stay.education in COLLEGE_CODES:
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
    return VILLAGE if re.search(r"村", one.short_name) else ""
