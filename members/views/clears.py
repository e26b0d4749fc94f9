"""四清 and dues by organisation: how many are complete, and what is missing, each figure the list of its people."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from branches.models import Organisation
from core import clock, counting
from core.components import Link
from core.paths import WIDTH
from core.permissions import Permission
from core.views.bases import ScopedList
from members import tree
from members.clears import CLEARS
from members.filters import FILTERS, Around, Chosen
from members.listing import OUT, organisation_in_scope
from members.models import Journey

# Column -> (label, filter and value of the list of those people).
COLUMNS: dict[str, tuple[str, dict[str, str]]] = {
    "all": ("流出党员", {}),
    **{key: (f"{label}不清", {"gap": key}) for key, label in CLEARS.items()},
    "any": ("四清有缺项", {"gap": "any"}),
    "dues": ("党费欠交较久", {"dues": "overdue"}),
}


@dataclass(frozen=True)
class Figure:
    label: str
    number: int
    url: str


@dataclass(frozen=True)
class Line:
    """One organisation; ``url``: the same page one level down."""

    organisation: Organisation
    url: str
    figures: list[Figure]


class Clears(ScopedList):
    """One query for all figures, whatever the size of the tree."""

    queryset = Journey.objects.all()
    permission = Permission.VIEW

    def get(self, request: HttpRequest) -> HttpResponse:
        chosen = request.GET.get("organisation", "")
        organisation = organisation_in_scope(self.actor, chosen) if chosen else None
        path = organisation.path if organisation else tree.only_root(self.actor)
        figures = {key: counting.rolled_up(found) for key, found in self.counts(path).items()}
        shown = [one for one in tree.organisations(self.actor, path) if one.path == path or _is_child(one, path)]
        lines = [self.line(one, figures, path) for one in shown if one.path == path or figures["all"].get(one.path)]
        context = {
            "lines": lines,
            "columns": [label for label, _ in COLUMNS.values()],
            "crumbs": self.crumbs(organisation),
        }
        return render(request, "members/clears.html", {**context, "as_of": clock.now()})

    def counts(self, path: str) -> dict[str, dict[str, int]]:
        """Column -> organisation path -> number, of the very people whom the list shows."""
        around = Around(OUT.member, "", clock.today())
        conditions = {
            key: FILTERS[name].condition(value, around)
            for key, (_label, chosen) in COLUMNS.items()
            for name, value in chosen.items()
        }
        people = OUT.queryset(self.actor, Chosen(()), path=path)
        counted = {key: Count("pk", filter=condition) for key, condition in conditions.items()}
        found = list(people.order_by().values("home_path").annotate(all=Count("pk"), **counted))
        return {key: {row["home_path"]: row[key] for row in found} for key in COLUMNS}

    def line(self, one: Organisation, figures: dict[str, dict[str, int]], path: str) -> Line:
        url = f"{reverse('clears')}?organisation={one.public_id}" if one.path != path and not one.is_branch else ""
        found = []
        for key, (label, chosen) in COLUMNS.items():
            query = urlencode({"organisation": one.public_id, **chosen})
            found.append(Figure(label, figures[key].get(one.path, 0), f"{reverse(OUT.url_name)}?{query}"))
        return Line(one, url, found)

    def crumbs(self, organisation: Organisation | None) -> list[Link]:
        if organisation is None:
            return []
        home = reverse("clears")
        line = [one for one in organisation.line() if self.actor.reaches(one.path, Permission.VIEW)]
        above = [Link(one.short_name, f"{home}?organisation={one.public_id}") for one in line[:-1]]
        return [Link("四清", home), *above, Link(organisation.short_name)]


def _is_child(one: Organisation, path: str) -> bool:
    return one.path.startswith(path) and len(one.path) == len(path) + WIDTH if path else one.parent_id is None
