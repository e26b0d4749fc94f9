"""What the page of a spell of lost contact shows: where it stands, what comes next, how it was searched."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.urls import reverse

from core.components import Entry, Fact
from core.domain.dates import months_between
from core.permissions import Permission
from members import lost_clocks
from members.actions.lost_acts import blockers_to_find, blockers_to_undo, may_undo
from members.enums import LostActKind, LostState, SearchResult
from members.lost_paper import blockers_to_print
from members.lost_procedure import Procedure
from members.models import LostAct, LostContact, LostStep
from members.words import value_words

TONES = {
    LostState.COUNTING: "warn", LostState.FOUND: "ok", LostState.REINSTATED: "ok", LostState.REMOVED: "neutral",
    LostState.CANCELLED: "neutral",
}  # fmt: skip
FACTS = ("since", "reason", "category", "found_on", "decided_on", "document", "applied_on", "note")
PROPOSALS = {
    LostActKind.CONFIRM: "联系不上已满 {months} 个月，可以提请上级党委确认失联。",
    LostActKind.STOP: "已经确认失联，请按规定研究停止党籍。",
    LostActKind.CANCEL: "已经确认失联，请按规定研究取消预备党员资格。",
    LostActKind.REMOVE: "停止党籍已满规定的年限仍未取得联系，请按规定研究除名。",
}


@dataclass(frozen=True)
class Deed:
    """A button on the page, off with its reasons. ``post``: it acts at once."""

    key: str
    label: str
    url: str
    tone: str = "plain"
    blockers: list[str] = field(default_factory=list)


def chip(lost: LostContact, on: dt.date) -> tuple[str, str]:
    """(text, tone): before it is confirmed, 联系不上 and for how many months."""
    return lost_clocks.words(lost, on), TONES.get(LostState(lost.state), "bad")


def facts(lost: LostContact) -> list[Fact]:
    """What is known of a spell; what is not filled in is left out."""
    found = []
    for name in FACTS:
        column = LostContact._meta.get_field(name)
        value = getattr(lost, name)
        stored = value.iso() if hasattr(value, "iso") else value
        if text := value_words(LostContact, name, stored):
            found.append(Fact(str(column.verbose_name), text))
    return found


def clock_lines(procedure: Procedure) -> list[Fact]:
    """The clock that runs, with the rule it runs by."""
    lost, on = procedure.lost, procedure.on
    if lost.state == LostState.COUNTING and lost.since and procedure.full_on:
        months = months_between(lost.since.day, on)
        full = f"满 {procedure.months} 个月是 {procedure.full_on:%Y-%m-%d}"
        return [Fact("联系不上", f"{months} 个月", f"从{lost.since.chinese()}算起，{full}")]
    if lost.state == LostState.LOST:
        return [Fact("失联时间", lost_clocks.band(lost.since, on) or "未填", "统计用的档次")]
    if lost.state == LostState.STOPPED and procedure.removable_on:
        return [
            Fact("停止党籍期限", f"到 {procedure.removable_on:%Y-%m-%d}", "期限内可以申请恢复，满期仍无联系的研究除名")
        ]
    return []


def proposal(procedure: Procedure) -> str:
    """What the clocks propose; "" for nothing."""
    kind = lost_clocks.proposed(procedure.lost, procedure.on)
    return PROPOSALS[kind].format(months=procedure.months) if kind else ""


def deeds(procedure: Procedure) -> list[Deed]:
    """What can be done with the spell by somebody who may edit it, the likely thing first."""
    lost = procedure.lost
    found = []
    if lost.is_open:
        found.append(Deed("step", "记一次查找", _url("lost-step", lost), "main"))
    if not blockers_to_find(lost):
        found.append(Deed("found", "取得联系了", _url("lost-found", lost)))
    for kind in procedure.offered():
        url = reverse("lost-decide", args=[lost.public_id, kind.value])
        found.append(Deed(kind.value, kind.label, url, blockers=procedure.blockers(kind)))
    return found


def paper(procedure: Procedure) -> Deed | None:
    """The official form to take out; None for those who may not export."""
    if not procedure.by.reaches(procedure.lost.home_path, Permission.EXPORT):
        return None
    return Deed("paper", "下载登记表", _url("lost-paper", procedure.lost), blockers=blockers_to_print(procedure))


def undo(procedure: Procedure, now: dt.datetime) -> Deed | None:
    """Taking back the last act; None where there is nothing to take back, or it is somebody else's."""
    last = procedure.acts[-1] if procedure.acts else None
    if last is None or blockers_to_undo(last, now) or not may_undo(last, procedure):
        return None
    return Deed("undo", f"撤销“{last.get_kind_display()}”", _url("lost-undo", procedure.lost), "danger")


def search(steps: list[LostStep]) -> list[Entry]:
    """How somebody was looked for, the latest first."""
    return [
        Entry(
            at=step.on,
            title=f"{step.get_way_display()}：{step.get_result_display()}",
            by=str(step.by or ""),
            text=step.text,
            tone="ok" if step.result == SearchResult.REACHED else "",
        )
        for step in reversed(steps)
    ]


def acts(done: list[LostAct]) -> list[Entry]:
    """What was decided, the latest first."""
    return [
        Entry(
            at=act.on.day,
            title=act.get_kind_display(),
            by=str(act.by or ""),
            text="，".join(part for part in (act.meeting, act.document) if part),
        )
        for act in reversed(done)
    ]


def _url(name: str, lost: LostContact) -> str:
    return reverse(name, args=[lost.public_id])
