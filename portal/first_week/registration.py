"""What the first week tells the registries when Django has loaded the models."""

from __future__ import annotations

from audit import presenters as audit
from audit.presenters import EventKind
from core import checklist, rules
from core.checklist import Item
from core.rules import Rule
from portal.first_week.actions import FINISHED, is_finished
from portal.first_week.state import STEPS, FirstWeekStep

LABELS = {
    "organisations": "导入或新建党组织",
    "members": "导入党员名册",
    "accounts": "给乡镇开通账号",
    "ledgers": "导入流动党员台账",
}
EVENT_KINDS = (
    EventKind("set_up", "首次设置", "setting"),
    EventKind("set_up_refused", "首次设置口令不对", "refusal", "warn"),
    EventKind("feedback_given", "意见建议"),
    EventKind("rules_exported", "导出规则", "export"),
)


def register() -> None:
    audit.register(*EVENT_KINDS)
    rules.register(Rule(FINISHED, "首次设置已办完（首页不再提示）", False, "本系统约定", kind="flag"))
    checklist.register(
        *(_item(step, 10 * number) for number, step in enumerate(STEPS, start=1)),
        Item("finish", "看看还缺什么，办完首次设置", lambda _: is_finished(), "first-week", 90),
    )


def _item(step: FirstWeekStep, order: int) -> Item:
    return Item(step.key, LABELS[step.key], lambda actor: step.begun(actor) or is_finished(), step.url_name, order)
