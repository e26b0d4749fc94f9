"""What is decided about somebody who cannot be reached, as data: from which state to which, by which level, on what terms.

联系不上 -> 失联 -> 停止党籍 -> 恢复党籍 | 除名; 预备党员 lose the candidacy instead of 停止党籍. 恢复党籍 goes up step by step: the
person applies, the branch and the committee above agree, the county approves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from branches.models import Organisation
from branches.rules import value as rule_value
from core.actors import Actor
from core.domain.dates import add_months
from core.paths import ancestors
from core.permissions import Permission
from core.rules import Rule
from members.enums import LostActKind, LostState
from members.lost_clocks import PROBATIONARY, YEAR
from members.models import LostAct, LostContact
from members.rules import (
    CANCEL_BY,
    LOST_MONTHS,
    REINSTATE_BY,
    REMOVE_BY,
    STOP_BY,
    STOP_TO_REMOVAL_YEARS,
)

BRANCH, COMMITTEE, COUNTY = "branch", "committee", "county"


@dataclass(frozen=True)
class Act:
    """``target``: the state it leads to, "" where the spell stays as it is. ``level``: who enters it, or the rule that says so.

    ``status``: the party status that follows. ``papers``: whether meeting and document must be named.
    """

    kind: LostActKind
    source: LostState
    target: str
    level: str | Rule
    status: str = ""
    papers: bool = True
    hint: str = ""


ACTS: dict[str, Act] = {
    one.kind.value: one
    for one in (
        Act(LostActKind.CONFIRM, LostState.COUNTING, LostState.LOST, COMMITTEE,
            hint="满规定的月数、想尽办法仍找不到，由上级党委开会确认。"),
        Act(LostActKind.STOP, LostState.LOST, LostState.STOPPED, STOP_BY, "stopped",
            hint="停止党籍期间取得联系的，本人可以在规定的年限内申请恢复。"),
        Act(LostActKind.CANCEL, LostState.LOST, LostState.CANCELLED, CANCEL_BY, "cancelled",
            hint="预备党员失去联系的，取消预备党员资格；出国（境）定居的不予保留。"),
        Act(LostActKind.REMOVE, LostState.STOPPED, LostState.REMOVED, REMOVE_BY, "removed",
            hint="停止党籍满规定的年限仍未取得联系，按自行脱党予以除名。"),
        Act(LostActKind.APPLY, LostState.STOPPED, "", BRANCH, papers=False,
            hint="收到本人书面申请的日期。申请书由党支部存档。"),
        Act(LostActKind.PASS, LostState.STOPPED, "", BRANCH, hint="党支部党员大会讨论的日期和记录。"),
        Act(LostActKind.ENDORSE, LostState.STOPPED, "", COMMITTEE, hint="上级党委审查同意的日期和文件。"),
        Act(LostActKind.REINSTATE, LostState.STOPPED, LostState.REINSTATED, REINSTATE_BY, "reinstated",
            hint="批准恢复党籍的日期和文件。"),
        Act(LostActKind.REFUSE, LostState.STOPPED, "", BRANCH, hint="不同意恢复的决定。此人仍是停止党籍，可以再次申请。"),
    )
}  # fmt: skip
WAY_BACK = (LostActKind.APPLY, LostActKind.PASS, LostActKind.ENDORSE, LostActKind.REINSTATE)


def committee_of(line: Sequence[Organisation]) -> Organisation:
    """The committee above the branch at the end of ``line`` (root first); the root where there is none."""
    above = (one for one in reversed(line[:-1]) if one.kind in Organisation.COMMITTEE_KINDS)
    return next(above, line[0])


def confirms(by: Actor, path: str) -> bool:
    """Whether ``by`` speaks for the committee above the branch at ``path``: a branch does not confirm its own."""
    if by.everything:
        return True
    line = list(Organisation.objects.filter(path__in=ancestors(path)).order_by("path"))
    return bool(line) and by.reaches(committee_of(line).path, Permission.EDIT)


class Procedure:
    """What can be done with one spell, by ``by``, on a day, and why not."""

    def __init__(self, lost: LostContact, by: Actor, on: dt.date) -> None:
        self.lost, self.by, self.on = lost, by, on
        self.member = lost.member

    @cached_property
    def acts(self) -> list[LostAct]:
        """What has been done and stands, in order. The spell was found within the scope."""
        return list(LostAct.objects.unscoped().filter(lost=self.lost, undone_at__isnull=True).order_by("pk"))

    @cached_property
    def line(self) -> Sequence[Organisation]:
        """From the county down to the branch."""
        return self.member.home.line() if self.member.home else ()

    @cached_property
    def stage(self) -> LostActKind | None:
        """How far the application that is open has come; None: there is none."""
        if self.lost.applied_on is None:
            return None
        steps = [act.kind for act in self.acts if act.kind in WAY_BACK]
        return LostActKind(steps[-1]) if steps else LostActKind.APPLY

    @property
    def months(self) -> int:
        return int(rule_value(LOST_MONTHS.key, self.member.home, self.on))

    @cached_property
    def full_on(self) -> dt.date | None:
        """The day on which the months of 联系不上 are over."""
        return add_months(self.lost.since.day, self.months) if self.lost.since else None

    @cached_property
    def removable_on(self) -> dt.date | None:
        """The day on which 停止党籍 has lasted the years of the rule."""
        years = int(rule_value(STOP_TO_REMOVAL_YEARS.key, self.member.home, self.on))
        return add_months(self.lost.decided_on, years * YEAR) if self.lost.decided_on else None

    def offered(self) -> list[LostActKind]:
        """The acts that belong to the state the spell is in, the next one first; none for a guest."""
        if self.member.home is None:
            return []
        if self.lost.state == LostState.COUNTING:
            return [LostActKind.CONFIRM]
        if self.lost.state == LostState.LOST:
            return [LostActKind.CANCEL if self._is_probationary else LostActKind.STOP]
        if self.lost.state != LostState.STOPPED:
            return []
        if self.stage is None:
            return [LostActKind.APPLY, LostActKind.REMOVE]
        return [self._next_step(), LostActKind.REFUSE]

    def _next_step(self) -> LostActKind:
        """The next one of an open application."""
        return WAY_BACK[WAY_BACK.index(self.stage or LostActKind.APPLY) + 1]

    @property
    def _is_probationary(self) -> bool:
        return self.member.kind == PROBATIONARY

    # -- who ------------------------------------------------------------------------------------

    def decider(self, act: Act) -> Organisation | None:
        """The organisation that answers for an act; None for a guest, whose membership is elsewhere."""
        if not self.line:
            return None
        if act.kind == LostActKind.REFUSE and self.stage:  # whoever could agree may refuse
            act = ACTS[self._next_step()]
        level = act.level if isinstance(act.level, str) else rule_value(act.level.key, self.line[-1], self.on)
        if level == BRANCH:
            return self.line[-1]
        if level == COUNTY:
            return self.line[0]
        return committee_of(self.line)

    def may(self, kind: str) -> bool:
        decider = self.decider(ACTS[kind])
        return decider is not None and self.by.reaches(decider.path, Permission.EDIT)

    # -- whether --------------------------------------------------------------------------------

    def blockers(self, kind: str) -> list[str]:
        """Why ``by`` cannot take this act now."""
        act = ACTS[kind]
        if self.member.home is None:
            return ["组织关系不在本县，由组织关系所在的党组织办理。"]
        if kind not in self.offered():
            return [f"现在是“{self.lost.get_state_display()}”，不办“{act.kind.label}”。"]
        found = self.terms(act.kind)
        decider = self.decider(act)
        if decider and not self.may(kind):
            found.insert(0, f"由{decider.short_name}办理。")
        return found

    def terms(self, kind: LostActKind) -> list[str]:
        """What is missing for an act, whoever takes it."""
        if kind == LostActKind.CONFIRM:
            return [*self._months_missing(), *self._search_missing()]
        if kind == LostActKind.REMOVE:
            return self._years_missing()
        if kind == LostActKind.APPLY and self.removable_on and self.removable_on <= self.on:
            return ["停止党籍的年限已满，不能再申请恢复党籍。"]
        return []

    def _months_missing(self) -> list[str]:
        if self.full_on is None:
            return ["还没有填从什么时候起联系不上。"]
        if self.full_on > self.on:
            return [f"联系不上还不满 {self.months} 个月，到 {self.full_on:%Y-%m-%d} 才满。"]
        return []

    def _search_missing(self) -> list[str]:
        if self.lost.searched_on or self.lost.steps:
            return []
        return ["还没有查找记录，请先把怎么找的一条一条记下来。"]

    def _years_missing(self) -> list[str]:
        if self.removable_on is None:
            return ["没有停止党籍的决定日期。"]
        if self.removable_on > self.on:
            return [f"停止党籍还不满规定的年限，到 {self.removable_on:%Y-%m-%d} 才满。"]
        return []
