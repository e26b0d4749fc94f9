"""Roles: what they may do, said once. Only grants (who, which role, where, from when until when) are rows."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from core import rules
from core.permissions import Permission as P  # noqa: N817 the tables below read better


@dataclass(frozen=True)
class Role:
    """``grants``: the roles a holder may give, inside the own subtree. ``phone``: may sign in by PIN on one phone.

    ``second_factor``: whether the rule "second factor required" applies by default.
    ``at_outpost``: held at a place outside the tree (a station), never at an organisation.
    ``exclusive``: whoever holds it holds nothing else (三权分立, GB/T 22239-2019, 8.1.4.2).
    """

    key: str
    title: str
    description: str
    permissions: frozenset[P]
    grants: tuple[str, ...] = ()
    phone: bool = False
    second_factor: bool = False
    exclusive: bool = False
    at_outpost: bool = False


_STAFF = frozenset({P.VIEW, P.EDIT, P.IMPORT, P.EXPORT, P.FULL_NUMBERS, P.CHECK_IN, P.ORGANISE, P.ACCOUNTS})

COUNTY = Role(
    "county",
    "县级工作人员",
    "查看和维护全县党组织、党员和台账，设置规则，开通乡镇账号。",
    _STAFF | {P.SETTINGS},
    grants=("county", "committee", "secretary", "station", "auditor"),
    second_factor=True,
)
COMMITTEE = Role(
    "committee",
    "乡镇（党委）工作人员",
    "查看和维护本党委及所属支部的党员和台账，为支部代录，开通支部账号。",
    _STAFF,
    grants=("committee", "secretary", "station"),
)
SECRETARY = Role(
    "secretary",
    "支部书记",
    "查看和维护本支部的党员，导入本支部台账。",
    frozenset({P.VIEW, P.EDIT, P.IMPORT, P.EXPORT, P.FULL_NUMBERS}),
    phone=True,
)
AUDITOR = Role(
    "auditor",
    "审计员",
    "只读：查看操作日志和党员记录（号码遮盖），不能修改和导出。",
    frozenset({P.VIEW, P.AUDIT}),
    second_factor=True,
    exclusive=True,
)
SYSTEM = Role(
    "system",
    "系统管理员",
    "管理账号、规则参数和备份，看不到任何党员的个人信息。",
    frozenset({P.SYSTEM, P.ACCOUNTS}),
    grants=("county", "auditor", "system"),
    second_factor=True,
    exclusive=True,
)

ROLES: dict[str, Role] = {role.key: role for role in (COUNTY, COMMITTEE, SECRETARY, AUDITOR, SYSTEM)}


def register(role: Role) -> None:
    """Apps above bring the roles of their part (stations, self-service); each has its rule about the second factor."""
    ROLES[role.key] = role
    rules.register(
        rules.Rule(
            factor_rule(role.key),
            f"{role.title}须用动态口令",
            # The sample county is for looking around: nobody there has an authenticator at hand.
            default=role.second_factor and not settings.DEMO,
            source="GB/T 22239-2019 8.1.4.1 d)",
            kind="flag",
        )
    )


def factor_rule(key: str) -> str:
    return f"second_factor_{key}"


def role(key: str) -> Role:
    """Raises KeyError."""
    return ROLES[key]


def choices() -> list[tuple[str, str]]:
    return [(one.key, one.title) for one in ROLES.values()]
