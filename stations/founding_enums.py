"""The founding of a mobile organisation: its kinds, what its members have in common, its states and the moves between them."""

from django.db.models import TextChoices

from core.transitions import Transition


class FoundingKind(TextChoices):
    """National codes of the kinds of organisation (``branches.enums``), as far as they are set up away from home."""

    BRANCH = "631", "流动党员党支部"
    JOINT = "632", "流动党员联合党支部"
    TEMPORARY = "931", "流动党员临时党支部"
    GROUP = "group", "流动党员党小组"
    GENERAL = "621", "流动党员党总支"


WITH_MEMBERS = frozenset({FoundingKind.BRANCH, FoundingKind.JOINT, FoundingKind.TEMPORARY, FoundingKind.GROUP})
BRANCHES = WITH_MEMBERS - {FoundingKind.GROUP}
ENDINGS = {
    FoundingKind.BRANCH: "流动党员支部委员会",
    FoundingKind.JOINT: "流动党员联合支部委员会",
    FoundingKind.TEMPORARY: "流动党员临时支部委员会",
    FoundingKind.GROUP: "流动党员党小组",
    FoundingKind.GENERAL: "流动党员总支部委员会",
}


class FoundingState(TextChoices):
    DRAFT = "draft", "正在准备"
    SUBMITTED = "submitted", "等县里审批"
    APPROVED = "approved", "已批准"
    DONE = "done", "已成立"
    REFUSED = "refused", "没有批准"
    WITHDRAWN = "withdrawn", "不办了"


S = FoundingState
SUBMIT = Transition("submit", "报县里审批", frozenset({S.DRAFT}), S.SUBMITTED, "submitted")
TAKE_BACK = Transition("take_back", "撤回来改", frozenset({S.SUBMITTED}), S.DRAFT)
APPROVE = Transition("approve", "批准", frozenset({S.SUBMITTED}), S.APPROVED, "decided")
REFUSE = Transition("refuse", "不批准", frozenset({S.SUBMITTED}), S.REFUSED, "decided")
COMPLETE = Transition("complete", "成立", frozenset({S.APPROVED}), S.DONE, "done")
WITHDRAW = Transition("withdraw", "不办了", frozenset({S.DRAFT, S.SUBMITTED, S.APPROVED}), S.WITHDRAWN, "withdrawn")
REOPEN = Transition("reopen", "重新准备", frozenset({S.REFUSED, S.WITHDRAWN}), S.DRAFT)
OPEN_STATES = frozenset({S.DRAFT, S.SUBMITTED, S.APPROVED})
