"""The overview, and its one printed page for leaders."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core import clock
from core.components import Link
from core.http import PortalRequest
from core.paths import depth
from core.permissions import Permission
from core.views.bases import ScopedList
from members.models import Member
from members.tree import only_root
from reports.overview import presenters, quarters
from reports.overview.exceptions import exceptions
from reports.overview.people import people
from reports.overview.stations import stations

COUNTY_DEPTH = 1


class Overview(ScopedList):
    """Everything of the reader's own scope, as of now."""

    queryset = Member.objects.all()
    permission = Permission.VIEW
    template = "reports/overview.html"
    most_todos = 8

    def get(self, request: PortalRequest) -> HttpResponse:
        return render(request, self.template, self.context())

    def context(self) -> dict[str, Any]:
        actor, today = self.actor, clock.today()
        counted = people(actor, today)
        sweeps = quarters.sweeps_of(actor)
        running, further = quarters.running(sweeps, actor)
        closed = quarters.closed(sweeps, actor)
        return {
            "title": self.title(),
            "crumbs": [Link(self.title(), reverse("overview")), Link("领导一页纸")],
            "figures": presenters.figures(counted),
            "overdue": presenters.overdue(counted),
            "exceptions": exceptions(actor, today, self.most_todos),
            "destinations": presenters.destinations(counted),
            "work": presenters.work(counted),
            "persons": presenters.persons(counted),
            "sweeps": [presenters.sweep(one) for one in running],
            "further_sweeps": further,
            "trend": presenters.trend(closed) if closed else None,
            "closed": closed[-1] if closed else None,
            "changes": presenters.changes(closed[-1]) if closed else [],
            "mobile": counted.mobile,
            "stations": stations(),
        }

    def title(self) -> str:
        root = only_root(self.actor)
        return "全县概况" if root and depth(root) == COUNTY_DEPTH else "本单位概况"


class Leaders(Overview):
    """领导一页纸: the figures, what is to be decided, what has changed; one sheet of A4."""

    template = "reports/overview_leaders.html"
    most_todos = 6
