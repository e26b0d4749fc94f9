"""What the monitor looks for: each cause a sentence, and by warning level a condition over one table.

A level's condition implies the milder one's. Thresholds are rules of the register and, for how overdue, of the monitor.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import DateField, Q

from branches.rules import expression
from core.actors import SYSTEM, Actor
from core.domain.dates import add_months
from core.rules import Rule
from inbox.models import Level
from members import lost_clocks, standing
from members.clears import OF_JOURNEY, OF_MEMBER
from members.enums import AWAY_STATES
from members.models import Journey, LostContact, Member, Transfer

Condition = Callable[[dt.date], Q]

CONTACT_DAYS = Rule(
    "contact_days", "几天没有联系列入提醒", 90, "结对联系：每季度至少联系一次", unit="天", low=7, high=365
)
PROBATION_MONTHS = Rule(
    "probation_months", "预备期几个月", 12, "《中国共产党章程》第七条：预备期一年", unit="个月", low=6, high=24
)
RULES = (CONTACT_DAYS, PROBATION_MONTHS)
PROBATIONARY = "2"


@dataclass(frozen=True)
class Cause:
    """``text``: the to-do's words, with the number; ``levels``: from mild to severe."""

    key: str
    title: str
    text: str
    levels: Mapping[Level, Condition]

    def mildest(self, on: dt.date) -> Q:
        return next(iter(self.levels.values()))(on)


@dataclass(frozen=True)
class Base:
    """One table that is read once for all its causes. ``path``: where the to-do belongs; ``member``: the way to the person
    ("" where the row is the person); ``above``: the organisation above acts."""

    key: str
    rows: Callable[[Actor], Any]
    path: str
    member: str
    causes: tuple[Cause, ...]
    above: bool = False


def _days_ago(days: int) -> Callable[[dt.date], dt.date]:
    return lambda on: on - dt.timedelta(days=days)


def _months_ago(months: int) -> Callable[[dt.date], dt.date]:
    return lambda on: add_months(on, -months)


def _later(condition: Condition, shift: Callable[[dt.date], dt.date]) -> Condition:
    """The same, true so long already."""
    return lambda on: condition(shift(on))


def _not_heard_of(more: int) -> Condition:
    """Neither phone nor place proved for the days of the rule and ``more``."""

    def condition(on: dt.date) -> Q:
        found = Q()
        for field in ("phone", "place"):
            bound = expression(
                CONTACT_DAYS.key, on, path="home_path", kind="home__kind", output_field=DateField(),
                value=lambda days: on - dt.timedelta(days=int(days) + more),
            )  # fmt: skip
            proved = f"member__freshness__{field}_on"
            found &= Q(**{f"{proved}__isnull": True}) | Q(**{f"{proved}__lt": bound})
        return found

    return condition


def _incomplete(_on: dt.date) -> Q:
    """四清, as its page and the lists count them."""
    missing = OF_MEMBER["facts"]("member__")
    for clear in ("time", "place", "trade"):
        missing |= OF_JOURNEY[clear]("")
    return missing


def _soon_mobile(on: dt.date) -> Q:
    return standing.short("", on) & standing.mobile("", add_months(on, 1))


def _should_transfer(on: dt.date) -> Q:
    moving = (
        Transfer.objects.visible_to(SYSTEM).open().values("member")
    )  # read once: a look at each would be no parallel plan
    return standing.transfer_due("", on) & ~Q(member__in=moving)


def _probation(shift: Callable[[dt.date], dt.date]) -> Condition:
    """The year since a 预备党员 was accepted is over on the shifted day."""

    def condition(on: dt.date) -> Q:
        day = shift(on)
        bound = expression(
            PROBATION_MONTHS.key, on, path="home_path", kind="home__kind", output_field=Member._meta.get_field("joined_on"),
            value=lambda months: add_months(day, -int(months)).isoformat(),
        )  # fmt: skip
        return Q(kind=PROBATIONARY, joined_on__lte=bound)

    return condition


def _journeys(actor: Actor) -> Any:
    found = Journey.objects.visible_to(actor).out().filter(state__in=AWAY_STATES, home__isnull=False)
    return found.filter(member__merged_into__isnull=True)


def _members(actor: Actor) -> Any:
    return Member.objects.visible_to(actor).registered()


def _spells(actor: Actor) -> Any:
    return LostContact.objects.visible_to(actor).filter(member__merged_into__isnull=True)


BASES = (
    Base(
        "journeys", _journeys, "home_path", "member",
        (
            Cause(
                "contact", "久未联系", "{n} 人超过规定天数没有联系上，请联系",
                {Level.BLUE: _not_heard_of(0), Level.YELLOW: _not_heard_of(30), Level.RED: _not_heard_of(90)},
            ),
            Cause(
                "return", "过了预计返回的时间", "{n} 人过了预计返回的时间，请问清去留",
                {
                    Level.BLUE: lambda on: standing.return_passed("", on),
                    Level.YELLOW: _later(lambda on: standing.return_passed("", on), _days_ago(30)),
                    Level.RED: _later(lambda on: standing.return_passed("", on), _days_ago(90)),
                },
            ),
            Cause(
                "transfer", "应当转接组织关系", "{n} 人外出已久、地点固定，应当转接组织关系",
                {Level.BLUE: _should_transfer, Level.YELLOW: _later(_should_transfer, _months_ago(6))},
            ),
            Cause("incomplete", "资料不全", "{n} 人的资料不全（四清），请补齐", {Level.BLUE: _incomplete}),
            Cause("soon", "短期外出将满", "{n} 人短期外出，一个月内将算流动党员", {Level.BLUE: _soon_mobile}),
            Cause("abroad", "出国（境）已久", "{n} 人出国（境）多年未回，请研究", {Level.YELLOW: lost_clocks.abroad_too_long}),
        ),
    ),
    Base(
        "members", _members, "home_path", "",
        (
            Cause(
                "dues", "党费欠交", "{n} 人的党费过期没有交，请了解原因",
                {
                    Level.BLUE: lambda on: standing.dues_overdue("", on),
                    Level.YELLOW: _later(lambda on: standing.dues_overdue("", on), _months_ago(3)),
                },
            ),
            Cause(
                "probation", "预备期满", "{n} 名预备党员的预备期将满或已满，请按时讨论转正",
                {
                    Level.BLUE: _probation(lambda on: add_months(on, 1)),
                    Level.YELLOW: _probation(lambda on: on),
                    Level.RED: _probation(_months_ago(3)),
                },
            ),
        ),
    ),
    Base(
        "spells", _spells, "home_path", "member",
        (
            Cause("stop", "失联待处理", "{n} 人已认定失联，请按程序研究停止党籍", {Level.YELLOW: lost_clocks.due_to_stop}),
            Cause("cancel", "失联的预备党员", "{n} 名预备党员失联，请按程序研究", {Level.YELLOW: lost_clocks.due_to_cancel}),
        ),
    ),
    Base(
        "decisions", _spells, "home_path", "member",
        (
            Cause(
                "confirm", "联系不上满六个月", "{n} 人联系不上已满规定的时间，请研究是否认定失联",
                {Level.YELLOW: lost_clocks.due_to_confirm, Level.RED: _later(lost_clocks.due_to_confirm, _months_ago(1))},
            ),
            Cause("remove", "停止党籍满两年", "{n} 人停止党籍已满规定的年限，请按程序研究", {Level.RED: lost_clocks.due_to_remove}),
        ),
        above=True,
    ),
)  # fmt: skip
CAUSES = {cause.key: (base, cause) for base in BASES for cause in base.causes}
