"""The county's rules about signing in: declared here, set per organisation, read at the door."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts import roles
from accounts.models import Grant, SecondFactor, User
from branches import rules as branch_rules
from branches.models import Organisation
from core import clock, rules
from core.rules import Rule

_STANDARD = "GB/T 22239-2019 8.1.4.1"
RULES = (
    Rule("password_length", "密码最短位数", 10, _STANDARD, unit="位", low=8, high=64),
    Rule("password_classes", "密码至少含几类字符（大写、小写、数字、符号）", 3, _STANDARD, unit="类", low=1, high=4),
    Rule("password_days", "密码多少天后须更换（0 为不要求）", 0, _STANDARD, unit="天", high=3650),
    Rule("password_history", "不能重复使用最近几次的密码", 5, _STANDARD, unit="次", high=24),
    Rule("sign_in_tries", "连续输错几次后锁定", 5, _STANDARD, unit="次", low=3, high=20),
    Rule("sign_in_tries_name", "同一账号从各处合计输错几次后锁定", 20, _STANDARD, unit="次", low=5, high=200),
    Rule(
        "sign_in_tries_address",
        "同一地址合计输错几次后锁定（全县共用一个出口的可调大）",
        100,
        _STANDARD,
        unit="次",
        low=20,
        high=10000,
    ),
    Rule("sign_in_window", "多长时间内的输错连续计数", 15, _STANDARD, unit="分钟", low=1, high=1440),
    Rule("sign_in_lock", "锁定多长时间", 30, _STANDARD, unit="分钟", low=1, high=1440),
    Rule("idle_minutes", "多长时间不操作自动退出", 30, _STANDARD, unit="分钟", low=5, high=240),
    Rule("slip_days", "账号条有效天数", 14, "本系统约定", unit="天", low=1, high=60),
)


def register() -> None:
    rules.register(*RULES)
    for role in tuple(roles.ROLES.values()):
        roles.register(role)


def value(key: str, organisation: Organisation | None = None) -> Any:
    """The rule as it stands today for ``organisation``; without one (nobody is known yet) the county's."""
    place = organisation or Organisation.objects.filter(parent__isnull=True).order_by("path").first()
    return branch_rules.value(key, place, clock.today())


def needs_factor(user: User, today: dt.date) -> bool:
    """True where a role of the user requires a second factor there."""
    grants = Grant.objects.filter(user=user).in_force(today).select_related("organisation")
    return any(
        value(roles.factor_rule(grant.role), grant.organisation) for grant in grants if grant.role in roles.ROLES
    )


def may_use_pin(user: User, today: dt.date) -> bool:
    """A PIN is for phone roles alone: who holds any other role signs in with a password."""
    keys = set(Grant.objects.filter(user=user).in_force(today).values_list("role", flat=True))
    return bool(keys) and all(key in roles.ROLES and roles.ROLES[key].phone for key in keys)


def password_is_old(user: User, today: dt.date) -> bool:
    days = value("password_days", user.organisation)
    return bool(days) and user.password_set_on is not None and today - user.password_set_on > dt.timedelta(days=days)


def has_factor(user: User) -> bool:
    """Whether a code is asked after password or PIN."""
    return SecondFactor.objects.confirmed().filter(user=user).exists()


def duties(user: User, today: dt.date) -> list[str]:
    """What must be done before anything else: "password" (too old or given), "factor" (required, not set up)."""
    found = []
    if user.has_usable_password() and (user.must_change_password or password_is_old(user, today)):
        found.append("password")
    if needs_factor(user, today) and not has_factor(user):
        found.append("factor")
    return found
