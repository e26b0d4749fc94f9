"""Thresholds of the register. Each default comes from the regulation named; a county or town may set its own."""

from core.rules import Rule

MOBILE_MIN_MONTHS = Rule(
    "mobile_min_months",
    "外出满几个月算流动党员",
    6,
    "《关于进一步加强和改进流动党员管理工作的意见》(2024)",
    unit="个月",
    low=1,
    high=24,
)
LOST_MONTHS = Rule(
    "lost_months",
    "联系不上满几个月可认定失联",
    6,
    "《中国共产党党员教育管理工作条例》第二十四条",
    unit="个月",
    low=1,
    high=24,
)
STOP_TO_REMOVAL_YEARS = Rule(
    "stop_to_removal_years",
    "停止党籍满几年仍联系不上可按自行脱党除名",
    2,
    "《中国共产党党员教育管理工作条例》第二十四条",
    unit="年",
    low=1,
    high=10,
)
ABROAD_YEARS = Rule(
    "abroad_years",
    "因私出国（境）满几年未返回一般停止党籍",
    5,
    "《中国共产党党员教育管理工作条例》第二十四条",
    unit="年",
    low=1,
    high=20,
)
# Who enters a decision: the meeting is held elsewhere, the level that answers for it says so here.
LEVELS = (("branch", "党支部"), ("committee", "上级党委"), ("county", "县级"))
STOP_BY = Rule(
    "lost_stop_by",
    "停止党籍的决定由谁登记",
    "branch",
    "本系统默认：党支部或上级党委决定",
    kind="choice",
    choices=LEVELS,
)
REMOVE_BY = Rule(
    "lost_remove_by", "除名的决定由谁登记", "committee", "本系统默认：支部党员大会通过，上级党委批准", kind="choice",
    choices=LEVELS,
)  # fmt: skip
CANCEL_BY = Rule(
    "lost_cancel_by", "取消预备党员资格的决定由谁登记", "committee", "本系统默认：支部党员大会通过，上级党委批准",
    kind="choice", choices=LEVELS,
)  # fmt: skip
REINSTATE_BY = Rule(
    "lost_reinstate_by", "恢复党籍由谁批准登记", "county", "本系统默认：本人申请，支部、上级党委同意，县委组织部批准",
    kind="choice", choices=LEVELS,
)  # fmt: skip
MOBILE_BY = Rule(
    "mobile_by", "从什么时候起算流动党员", "elapsed", "《关于进一步加强和改进流动党员管理工作的意见》(2024)：连续六个月以上不能参加活动",
    kind="choice", choices=(("elapsed", "实际外出满规定的月数"), ("expected", "预计外出满规定的月数，从外出时起")),
)  # fmt: skip
TRANSFER_DUE_MONTHS = Rule(
    "transfer_due_months", "外出满几个月且地点固定应转接组织关系", 6, "《中国共产党党员教育管理工作条例》第二十五条",
    unit="个月", low=1, high=60,
)  # fmt: skip
ARRIVAL_DAYS = Rule(
    "arrival_days", "流入地党组织几天内确认报到", 30, "本系统默认", unit="天", low=1, high=180
)  # fmt: skip
LETTER_DAYS = Rule(
    "letter_days", "组织关系介绍信有效期", 90, "组织关系介绍信的有效期一般不超过三个月", unit="天", low=10, high=180
)  # fmt: skip
RECEIPT_DAYS = Rule(
    "receipt_days", "组织关系介绍信回执几天内退回", 30, "介绍信回执联应在一个月内退回", unit="天", low=10, high=90
)  # fmt: skip
DUES_MONTHS = Rule(
    "dues_months", "党费几个月没有交纳列入名单", 6, "《中国共产党章程》第九条：连续六个月不交纳党费",
    unit="个月", low=1, high=24,
)  # fmt: skip
JOURNEYS = (MOBILE_MIN_MONTHS, MOBILE_BY, TRANSFER_DUE_MONTHS, ARRIVAL_DAYS, LETTER_DAYS, RECEIPT_DAYS, DUES_MONTHS)
ALL = (*JOURNEYS, LOST_MONTHS, STOP_TO_REMOVAL_YEARS, ABROAD_YEARS, STOP_BY, REMOVE_BY, CANCEL_BY, REINSTATE_BY)
