"""Thresholds of the sweep; a county sets its own."""

from core.rules import Rule

AUTO = Rule("sweep_auto", "每季度第一天自动开启排查", True, "一季一更新；本系统默认", kind="flag")
BRANCH_DUE = Rule(
    "sweep_branch_days",
    "支部上报期限：开启后第几天",
    56,
    "季度工作节奏：第 3–8 周支部核实上报",
    unit="天",
    low=1,
    high=90,
)
TOWN_DUE = Rule(
    "sweep_town_days",
    "乡镇上报期限：开启后第几天",
    70,
    "季度工作节奏：第 9–10 周乡镇审核上报",
    unit="天",
    low=1,
    high=95,
)
COUNTY_DUE = Rule(
    "sweep_county_days",
    "关闭期限：开启后第几天",
    84,
    "季度工作节奏：第 11–12 周县级核对汇总",
    unit="天",
    low=1,
    high=120,
)
RETRY_DAYS = Rule("sweep_retry_days", "没联系上，过几天再联系", 3, "本系统默认", unit="天", low=1, high=30)
SEAL_REQUIRED = Rule("return_seal_required", "报表签字盖章后才能接收", False, "本系统默认：可以不盖章", kind="flag")
SCAN_DAYS = Rule("return_scan_days", "盖章件保存多久", 3650, "本系统默认：十年", unit="天", low=365, high=36500)
SCAN_MEGABYTES = Rule("return_scan_megabytes", "盖章件最大", 10, "本系统默认", unit="MB", low=1, high=20)
BACK_CHECK_MARGIN = Rule(
    "back_check_margin",
    "抽查允许的误差（±）",
    15,
    "本系统默认：误差越小，要抽查的人越多",
    unit="个百分点",
    low=3,
    high=30,
)
BACK_CHECK_CONFIDENCE = Rule(
    "back_check_confidence", "抽查的置信水平", "95", "统计惯例：95 %", kind="choice",
    choices=(("90", "90 %"), ("95", "95 %"), ("99", "99 %")),
)  # fmt: skip
_REMINDING = "本系统默认：只提醒没上报的，夜里和节假日不提醒"
REMIND_BEFORE = tuple(
    Rule(f"sweep_remind_{name}", f"{label}提醒：期限前几天（0 为不提醒）", days, _REMINDING, unit="天", low=0, high=60)
    for name, label, days in (("first", "第一次", 14), ("second", "第二次", 7), ("last", "最后一次", 1))
)
REMIND_AFTER = Rule(
    "sweep_remind_after", "过期提醒：期限后几天（0 为不提醒）", 3, _REMINDING, unit="天", low=0, high=60
)
ESCALATE_AFTER = Rule(
    "sweep_escalate_after", "过期几天还没上报，转上一级催办", 5, "本系统默认", unit="天", low=1, high=60
)
REMIND_FROM = Rule("sweep_remind_from", "提醒从几点开始", 8, _REMINDING, unit="点", low=6, high=12)
REMIND_UNTIL = Rule("sweep_remind_until", "提醒到几点为止", 20, _REMINDING, unit="点", low=13, high=22)
SIGN_NUMBER = Rule("sign_number", "填报提示：连着或一样的答案满几个才提示", 8, "本系统默认", unit="个", low=3, high=100)
SIGN_SECONDS = Rule("sign_seconds", "填报提示：两个答案相隔不到几秒算连着", 5, "本系统默认", unit="秒", low=1, high=60)
SIGN_HOURS = Rule("sign_hours", "填报提示：期限前最后几小时", 6, "本系统默认", unit="小时", low=1, high=72)
ALL = (
    AUTO, BRANCH_DUE, TOWN_DUE, COUNTY_DUE, RETRY_DAYS, *REMIND_BEFORE, REMIND_AFTER, ESCALATE_AFTER, REMIND_FROM,
    REMIND_UNTIL, SIGN_NUMBER, SIGN_SECONDS, SIGN_HOURS, SEAL_REQUIRED,
    SCAN_DAYS, SCAN_MEGABYTES, BACK_CHECK_MARGIN, BACK_CHECK_CONFIDENCE,
)  # fmt: skip
