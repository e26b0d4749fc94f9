"""Why a return cannot go up yet: data for the button, the API and the action."""

from __future__ import annotations

from typing import Any

from branches import rules
from branches.enums import PLACES
from branches.models import Organisation
from core import clock
from core.actors import SYSTEM, Actor
from core.paths import subtree
from core.permissions import Permission
from core.scoping import in_ranges
from sweeps import balance, printing
from sweeps.enums import ReturnState
from sweeps.models import Explanation, Finding, Item, Return
from sweeps.rules import SEAL_REQUIRED

NO_NAME = "代录请写明是谁提供的情况，如“何建国（支部书记）”。"


class Blocker(str):
    """A reason, and where it is put right: a part of the return ("queue", "canvass", "names"), a list of the sweep ("people",
    "returns"), or ""."""

    __slots__ = ("where",)

    def __new__(cls, text: str, where: str = "") -> Blocker:
        found = super().__new__(cls, text)
        found.where = where
        return found


def blockers_to_submit(of: Return) -> list[Blocker]:
    """Unanswered people, an unconfirmed canvass, books that do not balance; of a committee, returns it has not accepted."""
    if not of.sweep.is_open:
        return [Blocker(f"{of.sweep}{of.sweep.get_state_display()}。")]
    if not of.is_editable:
        return [Blocker(f"报表{of.get_state_display()}。")]
    found = []
    if unanswered := own_items(of).unanswered().count():
        found.append(Blocker(f"还有 {unanswered} 人没有核实", "queue" if of.is_branch else "people"))
    if of.is_branch and of.canvassed_at is None:
        found.append(Blocker("还没有确认在家党员的摸排", "canvass"))
    if not of.is_branch:
        found += _not_accepted(of)
    if found and not of.is_branch:
        return found  # the names of many branches are added up when all of them are in
    return found + blockers_of_balance(of)


def _not_accepted(of: Return) -> list[Blocker]:
    """Those of the branches are a list; the committees stand in the matrix."""
    waiting = below(of).unfinished()
    branches, committees = waiting.of_branches().count(), waiting.filter(is_branch=False).count()
    found = [Blocker(f"还有 {branches} 份支部报表没有接收", "returns")] if branches else []
    return found + ([Blocker(f"还有 {committees} 份党委报表没有接收")] if committees else [])


def own_items(of: Return) -> Any:
    """The people who count in it, as far as its level may know of them: whom the county alone knows, the county answers for."""
    return Item.objects.visible_to(SYSTEM.confined(of.path)).filter(sweep=of.sweep, path=of.path)


def below(of: Return) -> Any:
    """The returns of all organisations under this one."""
    inside = Return.objects.visible_to(SYSTEM).filter(in_ranges(["path"], [subtree(of.path)]), sweep=of.sweep)
    return inside.exclude(pk=of.pk)


def blockers_of_balance(of: Return) -> list[Blocker]:
    found = []
    own = balance.sheet(of.sweep, of.path, SYSTEM.confined(of.path))
    if own.unexplained:
        found.append(Blocker(f"平衡表有 {own.unexplained} 人没有说明去向", "names"))
    elif not own.balances:
        found.append(Blocker("平衡表不平", "names"))
    difference = balance.historic_difference(of, own.figures.get("opening", 0))
    if difference != balance.explained(of):
        found.append(Blocker(f"与上期上报数相差 {difference:+d} 人，还没有逐人说明", "names"))
    return found


def blockers_to_accept(of: Return, by: Actor) -> list[str]:
    """The level above accepts; never what one has keyed in or submitted oneself."""
    if of.state != ReturnState.SUBMITTED:
        return [f"报表{of.get_state_display()}，上报以后才能接收。"]
    found = []
    if _keyed(of, by):
        found.append("这份报表有您代录或上报的内容，请由别人接收")
    if unanswered := own_items(of).unanswered().count():
        found.append(f"上报以后又有 {unanswered} 人转入，还没有核实，请退回补填")
    return found + blockers_of_seal(of)


def blockers_of_seal(of: Return) -> list[str]:
    """Where the county wants signature and seal: that they are there, and on what the return says."""
    if not rules.value(SEAL_REQUIRED.key, of.organisation, clock.today()):
        return []
    last = printing.latest(of, SYSTEM)
    if last is None or not last.scan:
        return ["还没有上传签字盖章的报表"]
    number = len(printing.differences(last.content, printing.content(of)))
    return [f"与盖章件不一致：{number} 处，请重新打印盖章"] if number else []


def _keyed(of: Return, by: Actor) -> bool:
    if of.submitted_by is not None and of.submitted_by.id == by.id:
        return True
    if of.canvassed_by is not None and of.canvassed_by.id == by.id:
        return True
    hand = f"{by.id} "
    # An answer of nobody's deed, told by nobody, came of ordinary work, such as the town's ledger: that is no keying in.
    mine = own_items(of).filter(answered_by__startswith=hand).exclude(deed="", on_behalf="")
    noted = Finding.objects.visible_to(SYSTEM).filter(of=of, found_by__startswith=hand)
    explained = Explanation.objects.visible_to(SYSTEM).filter(of=of, explained_by__startswith=hand)
    return bool(mine.exists() or noted.exists() or explained.exists())


def blockers_to_close(of: Return) -> list[Blocker]:
    """The county closes when every return of the scope but its own is accepted. Its names are added up when all are."""
    if not of.sweep.is_open:
        return [Blocker(f"{of.sweep}{of.sweep.get_state_display()}。")]
    found = _not_accepted(of)
    inside = Item.objects.visible_to(SYSTEM).filter(in_ranges(["path"], [subtree(of.path)]), sweep=of.sweep)
    if unanswered := inside.unanswered().count():
        found.append(Blocker(f"还有 {unanswered} 人没有核实", "people"))
    return found or blockers_of_balance(of)


def level_above(of: Return) -> Organisation | None:
    """Who takes the return: the next organisation upwards that hands one in itself; a village is only a place."""
    above = of.organisation.parent
    while above is not None and above.kind in PLACES:
        above = above.parent
    return above


def may_review(of: Return, by: Actor) -> bool:
    """Whether ``by`` sits above the organisation that handed it in."""
    above = level_above(of)
    return above is not None and (by.everything or by.reaches(above.path, Permission.EDIT))


def is_above(of: Return, by: Actor) -> bool:
    """Whether ``by`` keys in for an organisation below his own (代录)."""
    return bool(by.organisation_path) and by.organisation_path != of.path and of.path.startswith(by.organisation_path)
