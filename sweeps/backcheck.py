"""What a back-check shows: its people, the agreement by field, the summary of a subtree. Never a figure of a person or a rank."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.actors import Actor
from core.paths import subtree
from core.scoping import in_ranges
from sweeps import paper, sampling
from sweeps.blockers import may_review
from sweeps.enums import Answer, CheckedField, CheckState, ReturnState, Verdict
from sweeps.models import BackCheck, BackCheckPerson, Item, Return, Sweep
from sweeps.sampling import Agreement

MARGINS = (5, 10, 15, 20)
DONE = (ReturnState.SUBMITTED, ReturnState.ACCEPTED)


@dataclass(frozen=True)
class FieldAgreement:
    label: str
    found: Agreement


@dataclass(frozen=True)
class Called:
    """One person of the sample as the pages show it."""

    person: BackCheckPerson
    line: paper.Line

    @property
    def fields(self) -> list[tuple[CheckedField, str]]:
        """(field, verdict or "") of what is asked about this person."""
        return [(one, self.person.results.get(one, "")) for one in fields_of(self.person.answer)]

    @property
    def all_agree(self) -> bool:
        return all(verdict == Verdict.AGREES for _field, verdict in self.fields)


def fields_of(answer: str) -> tuple[CheckedField, ...]:
    """Of somebody who came back, was transferred or died there is nothing further to compare."""
    if answer in (Answer.UNCHANGED, Answer.CHANGED, Answer.NEW):
        return tuple(CheckedField)
    return (CheckedField.OUTCOME,)


def blockers_to_draw(of: Return, population: int) -> list[str]:
    if of.state not in DONE:
        return [f"报表{of.get_state_display()}，上报以后才能抽查。"]
    return [] if population else ["这份报表里没有已核实的人，不用抽查。"]


def population(of: Return, actor: Actor) -> Any:
    """The answered people of the return's whole subtree."""
    items = Item.objects.visible_to(actor).filter(in_ranges(["path"], [subtree(of.path)]), sweep=of.sweep)
    return items.exclude(answer="")


def latest(of: Return, actor: Actor) -> BackCheck | None:
    """The back-check of what was handed in last."""
    checks = BackCheck.objects.visible_to(actor).filter(of=of).select_related("of__organisation", "of__sweep")
    found = checks.order_by("-pk").first()
    gone = found is None or (of.submitted_at is not None and found.drawn_at < of.submitted_at)
    return None if gone else found


def called(check: BackCheck, actor: Actor, *, full: bool = False) -> list[Called]:
    """The sample in the order of its numbers; two queries."""
    people = list(BackCheckPerson.objects.visible_to(actor).filter(check_of=check).order_by("number"))
    items = Item.objects.visible_to(actor).filter(sweep=check.of.sweep_id, member__in=[one.member_id for one in people])
    lines = {item.member_id: item for item in items.with_facts().select_related("sweep")}
    return [
        Called(one, paper.Line(one.number, lines[one.member_id], paper.phone_of(lines[one.member_id].member, full)))
        for one in people
        if one.member_id in lines
    ]


def agreement(people: Iterable[BackCheckPerson], confidence: int) -> list[FieldAgreement]:
    """Per field, over everybody of whom it was asked."""
    counts = Counter((name, verdict) for one in people for name, verdict in one.results.items())
    return [
        FieldAgreement(name.label, sampling.agreement(*(counts[name, verdict] for verdict in Verdict), confidence))
        for name in CheckedField
    ]


@dataclass(frozen=True)
class Summary:
    """``fields``: over all finished checks in reach; ``checks``: every one that may be seen, in official order."""

    fields: list[FieldAgreement]
    checks: list[BackCheck]
    confidence: int

    @property
    def finished(self) -> int:
        return sum(1 for one in self.checks if one.state == CheckState.ANSWERED)


def summary(sweep: Sweep, actor: Actor) -> Summary:
    checks = BackCheck.objects.visible_to(actor).filter(of__sweep=sweep)
    checks = checks.select_related("of__organisation__parent", "of__sweep").order_by(
        "of__organisation__order_path", "pk"
    )
    listed = [one for one in checks if one.state != CheckState.DRAWN or may_review(one.of, actor)]
    finished = [one.pk for one in listed if one.state == CheckState.ANSWERED]
    people = BackCheckPerson.objects.visible_to(actor).filter(check_of__in=finished)
    confidence = max((one.confidence for one in listed), default=95)
    return Summary(agreement(people, confidence), listed, confidence)
