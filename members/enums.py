"""Choices of the register, and what evidence speaks of."""

from django.db.models import TextChoices


class Direction(TextChoices):
    OUT = "out", "流出"
    IN = "in", "流入"


class JourneyState(TextChoices):
    REPORTED = "reported", "已报备"
    AWAY = "away", "在外"
    ARRIVED = "arrived", "已报到"
    RETURNED = "returned", "已返乡"
    TRANSFERRED = "transferred", "已转出"
    CLOSED = "closed", "已结束"


OPEN_STATES = (JourneyState.REPORTED, JourneyState.AWAY, JourneyState.ARRIVED)


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
    """联系不上 counts; 失联 is confirmed by the town; then 停止党籍, and 恢复 or 除名."""

    COUNTING = "counting", "联系不上"
    LOST = "lost", "失联"
    STOPPED = "stopped", "停止党籍"
    REINSTATED = "reinstated", "恢复党籍"
    REMOVED = "removed", "除名"
    FOUND = "found", "已取得联系"


OPEN_LOST_STATES = (LostState.COUNTING, LostState.LOST, LostState.STOPPED)


class Source(TextChoices):
    """Where a piece of evidence comes from."""

    LEDGER = "ledger", "台账"
    EDIT = "edit", "修改"
    SWEEP = "sweep", "排查"
    CONTACT = "contact", "联系"
    CHECK_IN = "check_in", "报到"
    REQUEST = "request", "办件"
    LINK = "link", "本人"


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
