"""The figures of a table on a page, and the people behind each of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from branches.models import Organisation
from core import clock
from core.components import Tab
from core.documents.tables import Column, Group
from core.http import PortalRequest
from core.permissions import Permission
from core.views.bases import ScopedList
from members.listing import organisation_in_scope
from members.models import Member
from reports.forms import sweeps_of
from reports.quarter.edition import Edition
from reports.tables.county import COUNTED, Summary
from reports.tables.grids import Grid
from reports.tables.national import ALL_GRIDS

GRIDS: dict[str, Grid] = {one.key: one for one in (*ALL_GRIDS, Summary())}
MOST = 500  # names on one page; a figure above that is looked at by town


class TablePage(ScopedList):
    """One table as a page: every figure leads to its people."""

    queryset = Member.objects.all()
    permission = Permission.EXPORT

    def prepare(self) -> None:
        """The table, the quarter and the organisation of the address. Raises Http404."""
        key, asked = self.kwargs["table"], self.request.GET
        if key not in GRIDS:
            raise Http404
        self.grid = GRIDS[key]
        sweeps = sweeps_of(self.actor)
        chosen = asked.get("sweep", "")
        sweep = next((one for one in sweeps if not chosen or one.public_id == chosen), None)
        if chosen and sweep is None:
            raise Http404
        organisation = self.organisation(asked.get("organisation", ""))
        if not self.actor.reaches(organisation.path, Permission.EXPORT):
            raise Http404
        self.edition = Edition.of(organisation, sweep, self.actor, clock.now())

    def organisation(self, public_id: str) -> Organisation:
        if public_id:
            return organisation_in_scope(self.actor, public_id)
        mine = Organisation.objects.open().within(self.actor, Permission.EXPORT).official()
        own = mine.filter(path=self.actor.organisation_path).first() or mine.first()
        if own is None:
            raise Http404
        return own

    def address(self, grid: Grid, name: str = "paper-table", *args: str) -> str:
        edition = self.edition
        query = {"organisation": edition.organisation.public_id}
        if edition.sweep:
            query["sweep"] = edition.sweep.public_id
        return f"{reverse(name, args=[grid.key, *args])}?{urlencode(query)}"

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        table = self.grid.table(self.edition)
        named = {line.key for line in self.grid.lines(self.edition) if line.named}
        columns = [one for one in table.columns if one.key not in ("label", "number") and not one.share[0]]
        rows = [
            (row["label"], [self.figure(row, one.key, named) for one in columns])
            for row in table.rows
        ]  # fmt: skip
        context = {
            "grid": self.grid,
            "edition": self.edition,
            "heads": [self.heading(one.key) for one in columns],
            "rows": rows,
            "notes": table.footers[0],
            "sums": [table.totals[one.key] for one in columns] if table.sums else [],
            "tabs": [Tab(one.name, self.address(one), is_current=one is self.grid) for one in GRIDS.values()],
        }
        return render(request, "reports/table.html", context)

    def heading(self, key: str) -> str:
        """流出 小计: on a page the groups of columns have no line of their own."""
        for head in self.grid.heads():
            if isinstance(head, Group):
                for one in head.children:
                    if isinstance(one, Column) and one.key == key:
                        return f"{head.label.replace('　', '')} {one.label}"
            elif head.key == key:
                return head.label.replace("　", "")
        raise KeyError(key)

    def figure(self, row: dict[str, Any], column: str, named: set[str]) -> tuple[Any, str]:
        number = row[column]
        listed = row["key"] in named and column not in COUNTED and number
        return number, self.address(self.grid, "paper-names", row["key"], column) if listed else ""


class NamesPage(TablePage):
    """The people of one figure: exactly as many as it says."""

    queryset = Member.objects.select_related("home", "care")

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        line, column = (self.kwargs[name] for name in ("line", "column"))
        lines = {one.key: one.label for one in self.grid.lines(self.edition)}
        columns = {one.key for one in self.grid.columns()}
        if line not in lines or column not in columns:
            raise Http404
        behind = self.grid.behind(self.edition, line, column)
        places = dict(
            Organisation.objects.filter(path__in={one.path for one in behind[:MOST]}).values_list("path", "short_name")
        )
        people = self.queryset.visible_to(self.actor).in_bulk([one.member_id for one in behind[:MOST]])
        shown = [
            (people.get(one.member_id), getattr(one, "name", "（已不在您的范围）"), places.get(one.path, ""))
            for one in behind[:MOST]
        ]
        context = {
            "grid": self.grid, "edition": self.edition, "title": f"{lines[line].strip()} · {self.heading(column)}", "total": len(behind),
            "most": MOST if len(behind) > MOST else 0, "people": shown, "back": self.address(self.grid),
        }  # fmt: skip
        return render(request, "reports/names.html", context)
