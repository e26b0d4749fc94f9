"""What this app tells the registries when Django has loaded the models."""

from __future__ import annotations

from django.urls import reverse

from audit import presenters as audit
from audit.presenters import EventKind
from core import hooks, ledgers, navigation, rules
from core.columns import Column, Kind
from core.navigation import NavItem
from core.permissions import Permission
from members import ledgers as own
from members import moves
from members.listing import IN, LOST, MEMBERS, OUT
from members.rules import ALL as RULES

STATIONS = ledgers.RefusedKind(
    kind="stations",
    title="红色驿站名册",
    columns=(
        Column("station", "驿站名称", required=True),
        Column("head", "站长", Kind.NAME),
        Column("address", "详细地址"),
        Column("host_unit", "依托单位"),
        Column("opened_on", "挂牌日期", Kind.DATE),
        Column("core", "依托党组织"),
    ),
    keywords=("驿站",),
    code="kind_not_available",
    text="这是红色驿站名册。驿站功能还没有开通，这份文件先留着，开通以后再导入。",
)


EVENT_KINDS = (
    EventKind("member_opened", "打开档案", "view", "info"),
    EventKind("number_shown", "查看完整号码", "view", "info"),
    EventKind("member_registered", "登记党员"),
    EventKind("member_edited", "修改档案"),
    EventKind("member_verified", "核实"),
    EventKind("identity_changed", "更正身份证号", tone="warn"),
    EventKind("member_moved", "调整支部"),
    EventKind("party_status_set", "党籍状态", tone="warn"),
    EventKind("member_merged", "合并档案", tone="warn"),
    EventKind("merge_undone", "撤销合并", tone="warn"),
    EventKind("journey_opened", "登记流动经历"),
    EventKind("journey_edited", "修改流动经历"),
    EventKind("journey_ended", "结束流动经历"),
    EventKind("lost_opened", "登记联系不上"),
    EventKind("lost_noted", "补充查找情况"),
    EventKind("lost_found", "取得联系"),
)


def register() -> None:
    """Ledgers, hooks, rules and words for the log."""
    audit.register(*EVENT_KINDS)
    audit.register_subject("members.member", lambda public_id: reverse("member-detail", args=[public_id]))
    for ledger in own.ALL:
        ledgers.register(ledger)
    ledgers.register_refused(STATIONS)
    rules.register(*RULES)
    hooks.subtree_moved.register(moves.subtree_moved)
    hooks.closing_blockers.register(moves.closing_blockers)
    for place, people in enumerate((MEMBERS, OUT, IN, LOST)):
        label = "联系不上" if people is LOST else people.title
        navigation.register(
            NavItem(people.url_name, label, people.url_name, order=20 + place, group=1, permission=Permission.VIEW)
        )
