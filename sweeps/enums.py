"""States, answers and terms of a sweep."""

from __future__ import annotations

from django.db.models import IntegerChoices, TextChoices

from core.transitions import Transition


class SweepState(TextChoices):
    OPENING = "opening", "正在开启"
    OPEN = "open", "进行中"
    CLOSED = "closed", "已关闭"


class ReturnState(TextChoices):
    OPEN = "open", "填报中"
    SUBMITTED = "submitted", "已上报"
    ACCEPTED = "accepted", "已接收"
    SENT_BACK = "sent_back", "已退回"


class Route(IntegerChoices):
    FRESH = 1, "都还有效"
    PARTLY = 2, "部分待核实"
    SILENT = 3, "久未联系"


class ItemState(TextChoices):
    OPEN = "open", "待核实"
    TRYING = "trying", "没联系上，稍后再联系"
    ANSWERED = "answered", "已核实"


class Answer(TextChoices):
    UNCHANGED = "unchanged", "没有变化"
    CHANGED = "changed", "有变化"
    RETURNED = "returned", "已经回来"
    TRANSFERRED = "transferred", "组织关系已转走"
    UNREACHABLE = "unreachable", "联系不上"
    DECEASED = "deceased", "已去世"
    OTHER = "other", "其他情况"
    NEW = "new", "本季新登记"


class Way(TextChoices):
    """How an answer came. Being keyed in by the level above is a way like any other."""

    PHONE = "phone", "电话"
    WECHAT = "wechat", "微信"
    FAMILY = "family", "问家里人"
    VISIT = "visit", "上门"
    PAPER = "paper", "核对表"
    LEDGER = "ledger", "台账"
    RECORD = "record", "日常登记"
    LINK = "link", "本人链接"


class NotReached(TextChoices):
    NO_ANSWER = "no_answer", "没人接"
    OFF = "off", "关机或停机"
    WRONG_NUMBER = "wrong_number", "空号"
    NOT_THE_PERSON = "not_person", "不是本人"


class Origin(IntegerChoices):
    OPENING = 1, "开启时在册"
    JOINED = 2, "期间新增"
    SEARCHED = 3, "联系不上，没有外出登记"


class FindingKind(TextChoices):
    """What a canvass of the members at home may turn up."""

    OUT = "out", "新外出"
    SHORT = "short", "短期外出"
    UNREACHABLE = "unreachable", "联系不上"
    DECEASED = "deceased", "已去世"
    TRANSFERRED = "transferred", "组织关系已转走"
    ARRIVED = "arrived", "外地党员流入"


NEWLY_OUT = (FindingKind.OUT, FindingKind.SHORT)


class PrintKind(TextChoices):
    LIST = "list", "核对表"
    RETURN = "return", "报表"


class Mark(TextChoices):
    """What is ticked on the check list, in the order of its boxes and of the keys 1 to 4."""

    UNCHANGED = "1", "没变"
    CHANGED = "2", "变了"
    UNREACHABLE = "3", "联系不上"
    RETURNED = "4", "已回来"


class CheckState(TextChoices):
    DRAWN = "drawn", "正在抽查"
    SHARED = "shared", "等被抽查单位说明"
    ANSWERED = "answered", "已完成"


class CheckedField(TextChoices):
    """What a back-check asks of each person: the answer as a whole, then the facts that change most."""

    OUTCOME = "outcome", "核实结果"
    PHONE = "phone", "电话"
    PLACE = "place", "去向"
    EMPLOYER = "employer", "单位"


class Verdict(TextChoices):
    AGREES = "agrees", "一致"
    DIFFERS = "differs", "不一致"
    NOT_REACHED = "not_reached", "没问到"


class Term(TextChoices):
    """Terms of the balance sheet: opening + out + in - returned - transferred - closed ± corrections = closing."""

    OPENING = "opening", "上期末"
    OUT = "out", "新流出"
    IN = "in", "新流入"
    LATE = "late", "补登"
    MOVED_IN = "moved_in", "支部间调入"
    RETURNED = "returned", "返乡"
    TRANSFERRED = "transferred", "转走"
    ENDED = "ended", "结束"
    MOVED_OUT = "moved_out", "支部间调出"
    UNEXPLAINED = "unexplained", "未说明"
    CLOSING = "closing", "本期末"


CAME = (Term.OUT, Term.IN, Term.LATE, Term.MOVED_IN)
WENT = (Term.RETURNED, Term.TRANSFERRED, Term.ENDED, Term.MOVED_OUT, Term.UNEXPLAINED)

SUBMIT = Transition("submit", "上报", frozenset({"open", "sent_back"}), "submitted", "submitted")
TAKE_BACK = Transition("take_back", "撤回", frozenset({"submitted"}), "open")
ACCEPT = Transition("accept", "接收", frozenset({"submitted"}), "accepted", "accepted")
SEND_BACK = Transition("send_back", "退回", frozenset({"submitted", "accepted"}), "sent_back", "sent_back")
SHARE = Transition("share", "给被抽查单位看", frozenset({"drawn"}), "shared", "shared")
REPLY = Transition("reply", "说明情况", frozenset({"shared"}), "answered", "answered")
CLOSE = Transition("close", "关闭", frozenset({"open"}), "closed", "closed")
EDITABLE = (ReturnState.OPEN, ReturnState.SENT_BACK)
