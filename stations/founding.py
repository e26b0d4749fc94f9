"""What must hold before a mobile organisation is founded, and how it is called. "Why not" is data here: the same list is the
page's checklist, the reasons beside a button that is off, and what the actions refuse by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from branches.enums import MAY_SIT_UNDER
from branches.models import Organisation
from branches.rules import explain
from core.actors import Actor
from core.domain.codes import INDUSTRY
from core.domain.orgnames import place_of
from core.domain.regions import region_place
from core.paths import WIDTH
from core.permissions import Permission
from members.actions.belonging import blockers_to_join_mobile
from stations.founding_enums import ENDINGS, WITH_MEMBERS, FoundingKind
from stations.gathering import FULL, people
from stations.gathering_rules import BRANCH, BRANCH_MOST, GENERAL_BRANCH, GROUP
from stations.models import Founding, FoundingMember

PEOPLE_WORDS = {"retired": "退休", "graduate": "毕业生"}


@dataclass(frozen=True)
class Condition:
    """``why``: what to do about it while it does not hold; ``source``: the regulation behind it; ``step``: where it is done."""

    label: str
    holds: bool
    why: str
    step: str
    source: str = ""


def filters_of(founding: Founding) -> dict[str, str]:
    """Of the list of those who are away: whom it is meant for."""
    given = {"region": founding.region, "industry": founding.trade, "reason": founding.people}
    return {key: value for key, value in given.items() if value}


def candidates(founding: Founding, actor: Actor) -> Any:
    """The journeys of those who gather there and are in no mobile branch or group yet."""
    free = people(actor, founding.path, filters_of(founding)).filter(member__care__isnull=True)
    return free.select_related("member__home__parent").order_by("home__order_path", "member__initials", "pk")


def chosen(founding: Founding, actor: Actor) -> list[FoundingMember]:
    """Those who are to belong to it, in the official order of their branches."""
    rows = FoundingMember.objects.visible_to(actor).filter(founding=founding)
    rows = rows.select_related("member__home", "member__care")
    return list(rows.order_by("member__home__order_path", "member__initials", "pk"))


def conditions(founding: Founding, members: Sequence[FoundingMember], by: Actor, today: dt.date) -> list[Condition]:
    """In the order of the steps. ``members``: as :func:`chosen` gives them."""
    found = [*_of_kind(founding, today), *_of_place(founding)]
    if founding.kind in WITH_MEMBERS:
        found += _of_members(founding, members, today)
    else:
        found.append(_enough_for_general(founding, by, today))
    found.append(Condition("写明成立的理由", bool(founding.reason), "写一两句为什么要成立", "papers"))
    return found


def _of_kind(founding: Founding, today: dt.date) -> list[Condition]:
    if founding.kind != FoundingKind.TEMPORARY:
        return []
    holds = founding.ends_on is not None and founding.ends_on > today
    return [
        Condition(
            "临时党支部写明撤销期限", holds, "填一个以后的日期，到期撤销", "kind", "《中国共产党支部工作条例（试行）》"
        )
    ]


def _of_place(founding: Founding) -> list[Condition]:
    superior = founding.superior
    fits = superior is not None and superior.is_open and superior.kind in MAY_SIT_UNDER[founding.kind]
    why = (
        "选一个上级党组织"
        if superior is None
        else f"{superior.short_name}下面不能设{founding.get_kind_display()}，换一个上级"
    )
    taken = superior is not None and Organisation.objects.open().filter(parent=superior, name=founding.name).exists()
    named = bool(founding.name) and not taken
    return [
        Condition("确定上级党组织", fits, why, "name"),
        Condition("确定全称", named, "同一上级下已有同名的党组织，改一个名称" if taken else "填写全称", "name"),
    ]


def _of_members(founding: Founding, members: Sequence[FoundingMember], today: dt.date) -> list[Condition]:
    is_group = founding.kind == FoundingKind.GROUP
    least = explain((GROUP if is_group else BRANCH).key, founding.organisation, today)
    most = explain(BRANCH_MOST.key, founding.organisation, today)
    full = {one.member_id for one in members if one.member.kind == FULL}
    counted = len(members if is_group else full)
    word = "党员" if is_group else "正式党员"
    missing = least.value - counted
    silent = [one.member.name for one in members if not one.agreed]
    wrong = [f"{one.member.name}：{why}" for one in members for why in blockers_to_join_mobile(one.member)]
    return [
        Condition(
            f"{word}不少于 {least.value} 名（现在 {counted} 名）", missing <= 0, f"还差 {missing} 名{word}", "members",
            least.source,
        ),
        Condition(
            f"党员不超过 {most.value} 名（现在 {len(members)} 名）", len(members) <= most.value,
            f"多了 {len(members) - most.value} 名，分成几个支部", "members", most.source,
        ),
        Condition("选的人都能编入", not wrong, "；".join(wrong), "members"),
        Condition(
            "逐一征求本人意见，都同意", bool(members) and not silent,
            f"{'、'.join(silent[:5])}{'等' if len(silent) > 5 else ''}还没有登记同意" if silent else "先选党员", "consent",
        ),
        Condition(
            "提出书记人选" if not is_group else "提出组长人选", founding.secretary_id in full,
            "从选的正式党员里提一名", "consent",
        ),
    ]  # fmt: skip


def _enough_for_general(founding: Founding, by: Actor, today: dt.date) -> Condition:
    """A general branch holds no members itself: those who are away there count, in a branch already or not."""
    limit = explain(GENERAL_BRANCH.key, founding.organisation, today)
    number = people(by, founding.path, filters_of(founding)).count()
    return Condition(
        f"当地党员超过 {limit.value} 名（现在 {number} 名）", number > limit.value, "人数不够，先建党支部", "kind", limit.source
    )  # fmt: skip


def blockers(found: Sequence[Condition]) -> list[str]:
    return [f"{one.label}：{one.why}" for one in found if not one.holds]


def may_decide(founding: Founding, actor: Actor) -> bool:
    """Mobile organisations are approved at county level: whoever looks after the whole county's organisations."""
    return actor.reaches(founding.path[:WIDTH], Permission.ORGANISE)


def name_for(founding: Founding) -> str:
    """The official pattern: 中共云湖县驻苏州建筑业流动党员支部委员会."""
    place = region_place(founding.region)
    town = place.short().split()[-1] if place else ""
    trade = _trade_words(founding.trade)
    return f"中共{place_of(founding.organisation.name)}驻{town}{trade}{PEOPLE_WORDS.get(founding.people, '')}{ENDINGS[FoundingKind(founding.kind)]}"


def _trade_words(code: str) -> str:
    """农、林、牧、渔业 → 农业; 住宿和餐饮业 → 住宿业: a name has room for one word, and can be changed."""
    label = dict(INDUSTRY.choices()).get(code, "")
    first = label.replace("和", "、").partition("、")[0]
    return f"{first.removesuffix('业')}业" if first else ""
