"""Where our people gather, the founding of mobile branches, agreements: what they tell the registries."""

from __future__ import annotations

from django.urls import reverse

from audit import presenters as audit
from audit.presenters import EventKind
from core import handlers, hooks, ledgers, navigation, rules
from core.handlers import Periodic
from core.navigation import NavItem
from core.permissions import Permission
from stations import gathering_moves as moves
from stations.actions import agreements
from stations.agreement_ledger import AgreementsLedger
from stations.agreements import RULES as AGREEMENT_RULES
from stations.gathering_rules import ALL as GATHERING_RULES

EVENT_KINDS = (
    EventKind("proposal_aside", "先放一放建议"),
    EventKind("proposal_again", "重新考虑建议"),
    EventKind("founding_begun", "开始筹建党组织"),
    EventKind("founding_edited", "修改筹建"),
    EventKind("founding_members", "选拟编入的党员"),
    EventKind("founding_consent", "登记本人意见"),
    EventKind("founding_submit", "报批筹建"),
    EventKind("founding_take_back", "撤回筹建"),
    EventKind("founding_approve", "登记批复"),
    EventKind("founding_refuse", "不批准筹建", tone="warn"),
    EventKind("founding_withdraw", "停办筹建", tone="warn"),
    EventKind("founding_reopen", "重新筹建"),
    EventKind("founding_complete", "成立党组织"),
    EventKind("founding_paper_made", "请示、批复文书", "export", "info"),
    EventKind("agreement_made", "登记共管协议"),
    EventKind("agreement_edited", "修改共管协议"),
    EventKind("agreement_exchanged", "登记共管交流"),
    EventKind("agreement_exchange_withdrawn", "撤回共管交流"),
    EventKind("agreement_scanned", "上传共管协议"),
    EventKind("agreement_scan_read", "查看共管协议扫描件", "view"),
)
SIX_HOURS = 6 * 3600


def register() -> None:
    audit.register(*EVENT_KINDS)
    audit.register_subject("stations.agreement", lambda public_id: reverse("agreement-detail", args=[public_id]))
    audit.register_subject("stations.founding", lambda public_id: reverse("founding-detail", args=[public_id]))
    ledgers.register(AgreementsLedger())
    rules.register(*AGREEMENT_RULES, *GATHERING_RULES)
    hooks.subtree_moved.register(moves.subtree_moved)
    hooks.closing_blockers.register(moves.closing_blockers)
    hooks.members_bound.register(moves.members_bound)
    hooks.member_merged.register(moves.member_merged)
    handlers.register_periodic(Periodic("stations.agreements", SIX_HOURS, agreements.bring_up_to_date))
    navigation.register(
        NavItem("gathering", "党员聚在哪里", "gathering", order=27, group=1, permission=Permission.EDIT)
    )
    navigation.register(
        NavItem("agreement-list", "共管协议", "agreement-list", order=28, group=1, permission=Permission.EDIT)
    )
