"""Choices of the register, and what evidence speaks of."""

from django.db.models import TextChoices

from core.transitions import Transition


class Direction(TextChoices):
    OUT = "out", "流出"
    IN = "in", "流入"


class JourneyState(TextChoices):
    REPORTED = "reported", "已报备"
    AWAY = "away", "在外"
    ARRIVED = "arrived", "已报到"
    RETURNED = "returned", "已返乡"
    TRANSFERRED = "transferred", "组织关系已转接"
    CLOSED = "closed", "已结束"


OPEN_STATES = (JourneyState.REPORTED, JourneyState.AWAY, JourneyState.ARRIVED)
AWAY_STATES = (JourneyState.AWAY, JourneyState.ARRIVED)  # whoever has only reported a departure is still at home

# The steps from one state of a journey to the next, for people; a ledger may set "away" or "arrived" at once.
DEPART = Transition("depart", "登记已外出", frozenset({JourneyState.REPORTED}), JourneyState.AWAY)
ARRIVE = Transition("arrive", "确认报到", frozenset({JourneyState.REPORTED, JourneyState.AWAY}), JourneyState.ARRIVED)
RETURN = Transition("return", "返乡登记", frozenset(AWAY_STATES), JourneyState.RETURNED)
TRANSFER = Transition("transfer", "转接组织关系", frozenset(AWAY_STATES), JourneyState.TRANSFERRED)
CLOSE = Transition("close", "结束这段经历", frozenset(OPEN_STATES), JourneyState.CLOSED)
ENDINGS = {str(one.target): one for one in (RETURN, TRANSFER, CLOSE)}


class Wish(TextChoices):
    """Where a member wishes to take part while away."""

    HOME = "home", "留在原支部"
    HOST = "host", "参加流入地党组织的活动"
    MOBILE = "mobile", "编入流动党员党支部"
    TRANSFER = "transfer", "转接组织关系"


class StepKind(TextChoices):
    """What happened on a journey, as its page tells it."""

    REPORTED = "reported", "外出报备"
    OPENED = "opened", "登记流动"
    DEPARTED = "departed", "已外出"
    ARRIVED = "arrived", "报到"
    REFUSED = "refused", "退回报到"
    CHANGED = "changed", "情况变化"
    THOUGHTS = "thoughts", "思想汇报"
    CONTACT = "contact", "联系"
    TRANSFER_ASKED = "asked", "申请转接组织关系"
    TRANSFER_REFUSED = "turned_down", "转接被退回"
    TRANSFER_WITHDRAWN = "withdrawn", "撤回转接"
    RETURNED = "returned", "返乡登记"
    TRANSFERRED = "transferred", "组织关系已转接"
    CLOSED = "closed", "结束"


NOTES = (StepKind.THOUGHTS, StepKind.CONTACT)
HOST_STEPS = (StepKind.ARRIVED, StepKind.REFUSED)  # the receiving organisation's to take and to take back


class TransferState(TextChoices):
    ASKED = "asked", "等待接收"
    RECEIVED = "received", "已接收"
    REFUSED = "refused", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"


class DutySide(TextChoices):
    """Whose duties a list says."""

    HOME = "home", "流出地党组织"
    HOST = "host", "流入地党组织"
    MEMBER = "member", "流动党员"


class Mobility(TextChoices):
    """How far somebody went; derived from region codes, never typed."""

    ABROAD = "abroad", "境外"
    PROVINCE = "province", "跨省"
    CITY = "city", "省内跨市"
    COUNTY = "county", "市内跨县"
    TOWN = "town", "县内跨乡镇"


class MembershipKind(TextChoices):
    HOME = "home", "组织关系"
    MOBILE = "mobile", "流动党员党支部"
    INFLOW = "inflow", "流入纳入"


class LostState(TextChoices):
    """联系不上 counts; 失联 is confirmed by the town; then 停止党籍, and 恢复 or 除名. 预备党员 lose the candidacy instead."""

    COUNTING = "counting", "联系不上"
    LOST = "lost", "失联"
    STOPPED = "stopped", "停止党籍"
    REINSTATED = "reinstated", "恢复党籍"
    REMOVED = "removed", "除名"
    CANCELLED = "cancelled", "取消预备党员资格"
    FOUND = "found", "已取得联系"


OPEN_LOST_STATES = (LostState.COUNTING, LostState.LOST, LostState.STOPPED)
CONFIRMED_LOST_STATES = (LostState.LOST, LostState.STOPPED)  # what a form may call 失联


class SearchWay(TextChoices):
    """How somebody who cannot be reached was looked for."""

    PHONE = "phone", "打本人电话"
    OTHER_PHONE = "other_phone", "打其他电话"
    WECHAT = "wechat", "发微信"
    FAMILY = "family", "问家属"
    VILLAGERS = "villagers", "问同乡、亲友"
    EMPLOYER = "employer", "问用人单位"
    VISIT = "visit", "上门找"
    LETTER = "letter", "寄信"
    HOST = "host", "请流入地党组织帮找"
    OTHER = "other", "其他办法"


class SearchResult(TextChoices):
    NO_ANSWER = "no_answer", "没人接、没回音"
    WRONG = "wrong", "停机、空号或不是本人"
    UNKNOWN = "unknown", "对方也不知道"
    CLUE = "clue", "有线索，接着找"
    REACHED = "reached", "联系上本人了"


class LostActKind(TextChoices):
    """What was done with a spell of lost contact, apart from searching."""

    CONFIRM = "confirm", "确认失联"
    STOP = "stop", "停止党籍"
    CANCEL = "cancel", "取消预备党员资格"
    REMOVE = "remove", "除名"
    APPLY = "apply", "本人申请恢复党籍"
    PASS = "pass", "党支部同意恢复"
    ENDORSE = "endorse", "上级党委同意恢复"
    REINSTATE = "reinstate", "批准恢复党籍"
    REFUSE = "refuse", "不予恢复党籍"
    FOUND = "found", "取得联系"


class Source(TextChoices):
    """Where a piece of evidence comes from."""

    LEDGER = "ledger", "台账"
    EDIT = "edit", "修改"
    SWEEP = "sweep", "排查"
    CONTACT = "contact", "联系"
    CHECK_IN = "check_in", "报到"
    REQUEST = "request", "办件"
    LINK = "link", "本人"


# Sources that mean somebody spoke with the person, or heard of them the same day.
CONTACT_SOURCES = (Source.SWEEP, Source.CONTACT, Source.CHECK_IN, Source.REQUEST, Source.LINK)

# Field of evidence -> the column keys that prove it when a ledger or a form states them.
EVIDENCE = {
    "facts": ("name", "sex", "nation", "birth_date", "education", "member_kind", "joined_on", "confirmed_on"),
    "phone": ("phone",),
    "address": ("home_address",),
    "place": ("region_code", "destination_text"),
    "employer": ("employer", "industry"),
    "reason": ("reason",),
    "dues": ("dues_paid_to",),
}
EVIDENCE_LABELS = {
    "facts": "基本情况",
    "phone": "联系电话",
    "address": "家庭住址",
    "place": "去向",
    "employer": "单位与行业",
    "reason": "外出原因",
    "dues": "党费",
}
