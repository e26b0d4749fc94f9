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
ALL = (MOBILE_MIN_MONTHS, LOST_MONTHS)
