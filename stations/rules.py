"""Thresholds of the stations."""

from core.rules import Rule

NEAR = Rule(
    "station_near",
    "流向哪里的党员归驿站联系",
    "city",
    "本系统默认",
    kind="choice",
    choices=(("city", "同一个市（地区、自治州）"), ("county", "同一个县（市、区）")),
)
ANSWER_DAYS = Rule(
    "station_answer_days", "驿站报到后，流出地党组织几天内补齐情况", 7, "本系统默认", unit="天", low=1, high=60
)  # fmt: skip
TRIES = Rule(
    "station_tries", "驿站报到时姓名和号码连续对不上几次后暂停", 30, "本系统默认", unit="次", low=5, high=500
)  # fmt: skip
ALL = (NEAR, ANSWER_DAYS, TRIES)
