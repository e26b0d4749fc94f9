"""How a sweep stands: the matrix by organisation, and the lists behind its figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from branches.models import Organisation
from core.components import Link, Segment
from core.http import PortalRequest
from core.permissions import Permission
from core.views.bases import ScopedDetail
from jobs.models import Job
from jobs.presenters import ShownJob, shown
from sweeps import balance
from sweeps.actions.opening import fill_key
from sweeps.blockers import Blocker, blockers_to_close, blockers_to_submit
from sweeps.enums import ReturnState, Route
from sweeps.matrix import Line, matrix, waiting_for_review
from sweeps.models import Return, Sweep
from sweeps.views.common import chosen_organisation, crumbs, return_chip, return_url, sweep_url

MOST_TO_REVIEW = 50
SWEEPS = Sweep.objects.select_related("organisation")


@dataclass(frozen=True)
class Figure:
    """A number and the list behind it. ``desk_only``: left out where a line is a card."""

    label: str
    value: int
    url: str
    of: int | None = None
    desk_only: bool = False


@dataclass(frozen=True)
class Row:
    """A line of the matrix as it is shown."""

    name: str
    url: str
    bar: list[Segment]
    asked: Figure
    figures: list[Figure]
    chip: dict[str, str]
    chip_url: str


PEOPLE_FIGURES = (
    ("已核实", "answered", {"state": "answered"}, False),
    ("待核实", "waiting", {"state": "waiting"}, True),
    (Route.FRESH.label, "route1", {"route": "1"}, True),
    (Route.PARTLY.label, "route2", {"route": "2"}, True),
    (Route.SILENT.label, "route3", {"route": "3"}, True),
    ("联系不上", "unreachable", {"answer": "unreachable"}, False),
)
RETURN_FIGURES = (
    ("摸排", "canvassed", {"state": "canvassed"}, True),
    ("上报", "handed_in", {"state": "handed_in"}, False),
    ("接收", "accepted", {"state": "accepted"}, True),
)
BAR = (
    ("没有变化", "same", 1),
    ("不用再问，待确认", "settled", 2),
    ("有变化", "changed", 3),
    ("联系不上", "unreachable", 4),
)


class SweepDetail(ScopedDetail):
    """The matrix at one organisation: each right below it, every number the list behind it."""

    queryset = SWEEPS
    permission = Permission.VIEW

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        sweep, actor = self.object, self.actor
        organisation = chosen_organisation(sweep, actor, request.GET.get("organisation", ""))
        if organisation.is_branch and (of := self.return_of(organisation)) is not None:
            return redirect("return-detail", of.public_id)
        if organisation.is_branch:
            of = Return.objects.visible_to(actor).filter(sweep=sweep, organisation=organisation).first()
            if of is not None:
                return redirect(of)
        found = matrix(sweep, organisation, actor)
        whole = row(sweep, found.whole)
        own, may_edit = found.whole.own, actor.reaches(organisation.path, Permission.EDIT)
        context = {
            "sweep": sweep,
            "organisation": organisation,
            "crumbs": crumbs(sweep, organisation, actor),
            "job": self.job(),
            "whole": whole,
            "rows": [row(sweep, line) for line in found.lines],
            "legend": whole.bar,
            "own": own,
            "own_chip": return_chip(own) if own else None,
            "review": [
                (one, return_chip(one), return_url(one)) for one in waiting_for_review(sweep, actor)[:MOST_TO_REVIEW]
            ],
            "may_edit": may_edit,
            "may_remind": may_edit and sweep.is_open and not organisation.is_branch,
            "openings_url": sweep_url(sweep, organisation, "sweep-openings"),
            "may_open": balance.previous(sweep) is None and sweep.is_open,
            **self.next_step(own),
        }
        return render(request, "sweeps/detail.html", context)

    def return_of(self, branch: Organisation) -> Return | None:
        """A branch has nobody below it: its page is its return."""
        returns = Return.objects.visible_to(self.actor).filter(sweep=self.object, organisation=branch)
        return returns.first()

    def job(self) -> ShownJob | None:
        """The work of opening, for whom it was started by."""
        if self.object.is_open or self.object.closed_at:
            return None
        job = Job.objects.visible_to(self.actor).filter(key=fill_key(self.object)).first()
        return shown(job, go=True) if job else None

    def next_step(self, own: Return | None) -> dict[str, Any]:
        """What the reader may do with the organisation's own return: hand it up, or close the quarter."""
        if own is None or own.is_branch or not self.object.is_open:
            return {}
        if own.path == self.object.path:
            may = self.actor.reaches(own.path, Permission.SETTINGS)
            return {"close_blockers": listed(blockers_to_close(own), own), "may_close": True} if may else {}
        may = self.actor.organisation_path == own.path and self.actor.reaches(own.path, Permission.EDIT)
        if not may:
            return {}
        if own.state == ReturnState.SUBMITTED:
            return {"may_take_back": True}
        return {"submit_blockers": listed(blockers_to_submit(own), own), "may_submit": own.is_editable}


def listed(blockers: Iterable[Blocker], of: Return) -> list[Link]:
    """Each reason with the list behind its number, or the page where it is put right."""
    places = {
        "people": sweep_url(of.sweep, of.organisation, "sweep-people", state="waiting"),
        "returns": sweep_url(of.sweep, of.organisation, "sweep-returns", state="unfinished"),
        "names": reverse("return-balance", args=[of.public_id]),
    }
    return [Link(str(one), places.get(one.where, "")) for one in blockers]


def row(sweep: Sweep, line: Line) -> Row:
    one = line.organisation

    def people(label: str, key: str, query: dict[str, str], desk_only: bool) -> Figure:
        url, number = sweep_url(sweep, one, "sweep-people", **query), line.people[key]
        return Figure(label, number, url, desk_only=desk_only or not number)

    def returns(label: str, key: str, query: dict[str, str], desk_only: bool) -> Figure:
        url, of = sweep_url(sweep, one, "sweep-returns", **query), line.returns["branches"]
        return Figure(label, line.returns[key], url, of, desk_only=desk_only or not of)

    return Row(
        one.short_name,
        sweep_url(sweep, one),
        [Segment(label, line.people[key], ink) for label, key, ink in BAR],
        people("要核实", "asked", {}, False),
        [*(people(*each) for each in PEOPLE_FIGURES), *(returns(*each) for each in RETURN_FIGURES)],
        return_chip(line.own) if line.own else {},
        return_url(line.own) if line.own else "",
    )
