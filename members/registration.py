"""What this app tells the registries when Django has loaded the models."""

from __future__ import annotations

from django.urls import reverse

from audit import presenters as audit
from audit.presenters import EventKind
from core import handlers, hooks, ledgers, navigation, rules
from core.handlers import Periodic
from core.navigation import NavItem
from core.permissions import Permission
from members import ledgers as own
from members import moves
from members.actions import waiting
from members.freshness import RULES as SHELF_LIVES
from members.listing import IN, LOST, MEMBERS, OUT
from members.rules import ALL as RULES

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
    EventKind("journey_step", "流动经过"),
    EventKind("journey_step_undone", "撤销流动登记", tone="warn"),
    EventKind("transfer_asked", "申请转接组织关系"),
    EventKind("transfer_received", "接收组织关系"),
    EventKind("transfer_refused", "退回组织关系转接", tone="warn"),
    EventKind("transfer_withdrawn", "撤回组织关系转接"),
    EventKind("mobile_joined", "编入流动支部"),
    EventKind("mobile_left", "退出流动支部"),
    EventKind("guest_admitted", "转入组织关系"),
    EventKind("duties_edited", "修改责任清单"),
    EventKind("duties_confirmed", "确认责任清单"),
    EventKind("lost_opened", "登记联系不上"),
    EventKind("lost_noted", "修改联系情况"),
    EventKind("lost_searched", "查找"),
    EventKind("lost_found", "取得联系"),
    EventKind("lost_decided", "失联办理", tone="warn"),
    EventKind("lost_undone", "撤销失联办理", tone="warn"),
    EventKind("lost_paper_made", "失联登记表", "export", "info"),
)


PAGES = (("clears", "四清"), ("transfer-list", "组织关系转接"), ("duty-lists", "责任清单"))


def register() -> None:
    """Ledgers, hooks, rules and words for the log."""
    audit.register(*EVENT_KINDS)
    audit.register_subject("members.member", lambda public_id: reverse("member-detail", args=[public_id]))
    for ledger in own.ALL:
        ledgers.register(ledger)
    rules.register(*RULES, *SHELF_LIVES)
    hooks.subtree_moved.register(moves.subtree_moved)
    hooks.closing_blockers.register(moves.closing_blockers)
    for place, people in enumerate((MEMBERS, OUT, IN, LOST)):
        label = "联系不上" if people is LOST else people.title
        navigation.register(
            NavItem(people.url_name, label, people.url_name, order=20 + place, group=1, permission=Permission.VIEW)
        )
    for place, (url_name, label) in enumerate(PAGES):
        navigation.register(NavItem(url_name, label, url_name, order=24 + place, group=1, permission=Permission.VIEW))
    handlers.register_periodic(Periodic("members.waiting", 6 * 3600, waiting.bring_up_to_date))
