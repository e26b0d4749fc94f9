"""What this app tells the registries when Django has loaded the models."""

from __future__ import annotations

from django.urls import reverse

from audit import presenters as audit
from audit.presenters import EventKind
from core import handlers, hooks, navigation, rules
from core.handlers import Periodic
from core.navigation import NavItem
from core.permissions import Permission
from sweeps import following, queries, reminding
from sweeps import handlers as own
from sweeps.actions import opening
from sweeps.monitor import running
from sweeps.monitor.causes import RULES as MONITOR_RULES
from sweeps.rules import ALL as RULES

EVENT_KINDS = (
    EventKind("sweep_opened", "开启排查"),
    EventKind("sweep_closed", "关闭排查"),
    EventKind("sweep_answered", "排查核实"),
    EventKind("sweep_tried", "排查没联系上"),
    EventKind("sweep_undone", "撤回核实"),
    EventKind("sweep_confirmed", "确认没有变化"),
    EventKind("sweep_canvassed", "确认在家党员摸排"),
    EventKind("sweep_explained", "说明平衡表的差异"),
    EventKind("sweep_opening_set", "填上期上报数"),
    EventKind("sweep_erratum", "登记勘误"),
    EventKind("sweep_reminded", "催报"),
    EventKind("sweep_again", "再查没核实的"),
    EventKind("sweep_found", "摸排登记"),
    EventKind("sweep_found_undone", "撤回摸排登记"),
    EventKind("monitor_run", "一周一监测"),
    EventKind("return_submit", "上报报表"),
    EventKind("return_take_back", "撤回报表"),
    EventKind("return_accept", "接收报表"),
    EventKind("return_send_back", "退回报表", tone="warn"),
    EventKind("sweep_list_printed", "打印核对表", "export"),
    EventKind("return_printed", "打印报表", "export"),
    EventKind("return_scanned", "上传盖章件"),
    EventKind("return_scan_read", "查看盖章件", "view"),
    EventKind("backcheck_drawn", "抽查"),
    EventKind("backcheck_printed", "打印抽查电话单", "export"),
    EventKind("backcheck_noted", "登记抽查结果"),
    EventKind("backcheck_share", "反馈抽查结果"),
    EventKind("backcheck_reply", "说明抽查结果"),
)
HOUR = 3600


def register() -> None:
    """Hooks, rules, handlers and words for the log."""
    audit.register(*EVENT_KINDS)
    audit.register_subject("sweeps.sweep", lambda public_id: reverse("sweep-detail", args=[public_id]))
    audit.register_subject("sweeps.return", lambda public_id: reverse("return-review", args=[public_id]))
    rules.register(*RULES, *MONITOR_RULES)
    for handler in own.ALL:
        handlers.register(handler)
    navigation.register(
        NavItem(
            "sweeps", "季度排查", "sweep-list", order=18, group=1, permission=Permission.VIEW, waiting=queries.still_to_ask
        )
    )  # fmt: skip
    hooks.evidence_recorded.register(following.evidence_recorded)
    hooks.journeys_written.register(following.journeys_written)
    hooks.journeys_removed.register(following.journeys_removed)
    hooks.subtree_moved.register(following.subtree_moved)
    hooks.member_moved.register(following.member_moved)
    hooks.evidence_withdrawn.register(following.evidence_withdrawn)
    hooks.members_placed.register(following.members_placed)
    hooks.members_bound.register(following.members_bound)
    hooks.members_removed.register(following.members_removed)
    hooks.member_restricted.register(following.member_restricted)
    hooks.member_merged.register(following.member_merged)
    hooks.closing_blockers.register(following.closing_blockers)
    handlers.register_periodic(Periodic("sweeps.open", HOUR, opening.open_due))
    handlers.register_periodic(Periodic("sweeps.remind", HOUR, reminding.run_due))
    handlers.register_periodic(Periodic("sweeps.monitor", HOUR, running.run_due))
    navigation.register(NavItem("monitor", "一周一监测", "monitor", order=29, group=1, permission=Permission.VIEW))
