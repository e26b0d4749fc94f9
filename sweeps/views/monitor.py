"""一周一监测: what was found in the reader's own scope, when it runs, and the people behind each number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Case, CharField, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from branches.models import Organisation
from core import clock, keyset
from core.components import Link
from core.counting import capped
from core.http import PortalRequest
from core.paths import subtree
from core.permissions import Permission
from core.scoping import in_ranges
from core.views.bases import ScopedList
from inbox.models import Level, Todo
from inbox.queries import TONES
from members.models import Member
from members.rows import phone
from sweeps.models import MonitorRun
from sweeps.monitor import running
from sweeps.monitor.causes import BASES, CAUSES, Base, Cause

PAGE = 50
MOST = 10_000
RUNS = 8


@dataclass(frozen=True)
class Line:
    """One cause as the overview shows it: how many to-dos of it wait, by level."""

    title: str
    waiting: int
    red: int
    url: str


@dataclass(frozen=True)
class Person:
    name: str
    url: str
    branch: str
    phone: str
    level: str
    tone: str


class Monitor(ScopedList):
    """The causes, and the schedule."""

    queryset = Todo.objects.open()
    permission = Permission.VIEW

    def get(self, request: PortalRequest) -> HttpResponse:
        actor = self.actor
        home = own_organisation(actor)
        lines = [
            Line(
                cause.title,
                *self._waiting(base, cause),
                reverse("monitor-list", args=[cause.key, home.public_id]) if home else "",
            )
            for base in BASES
            for cause in base.causes
        ]
        runs = MonitorRun.objects.order_by("-pk")[:RUNS]
        context = {
            "lines": lines,
            "runs": runs,
            "last": runs[0] if runs else None,
            "may_run": actor.can(Permission.SETTINGS),
            "as_of": clock.now(),
        }
        return render(request, "sweeps/monitor.html", context)

    def _waiting(self, base: Base, cause: Cause) -> tuple[int, int]:
        todos = self.rows().filter(cause__startswith=f"{running.PREFIX}{base.key}:{cause.key}:")
        return todos.count(), todos.filter(level=Level.RED).count()


@require_POST
def run(request: PortalRequest) -> HttpResponse:
    job = running.run_now(by=request.actor)
    messages.success(request, "已开始监测，一会儿就好。")
    return redirect(job.get_absolute_url())


class MonitorList(ScopedList):
    """The people of one cause at or below one organisation, as they stand now."""

    queryset = Member.objects.current()
    permission = Permission.VIEW

    def get(self, request: PortalRequest, cause: str, public_id: str) -> HttpResponse:
        if cause not in CAUSES:
            raise Http404
        organisation = get_object_or_404(Organisation.objects.within(self.actor), public_id=public_id)
        base, what = CAUSES[cause]
        today = clock.today()
        rows = base.rows(self.actor).filter(what.mildest(today), in_ranges([base.path], [subtree(organisation.path)]))
        page = keyset.page(rows, [base.path], token=request.GET.get("page", ""), size=PAGE, where=f"monitor:{cause}")
        total, more = capped(rows, MOST)
        context = {
            "cause": what,
            "organisation": organisation,
            "people": self._people(base, what, page.ids),
            "page": page,
            "total": total,
            "more": more,
            "previous_url": f"?page={page.previous}" if page.previous else "",
            "next_url": f"?page={page.next}" if page.next else "",
            "as_of": clock.now(),
            "crumbs": [Link("一周一监测", reverse("monitor")), Link(what.title)],
        }
        return render(request, "sweeps/monitor_list.html", context)

    def _people(self, base: Base, cause: Cause, ids: list[int]) -> list[Person]:
        today = clock.today()
        worst_first = [
            When(condition(today), then=Value(str(level))) for level, condition in reversed(cause.levels.items())
        ]
        level = Case(*worst_first, default=Value(str(Level.BLUE)), output_field=CharField())
        related = [base.member, f"{base.member}__home"] if base.member else ["home"]
        rows = base.rows(self.actor).filter(pk__in=ids).select_related(*related).annotate(monitor_level=level)
        by_id = {row.pk: row for row in rows}
        return [
            _person(getattr(by_id[pk], base.member) if base.member else by_id[pk], by_id[pk].monitor_level)
            for pk in ids
        ]


def _person(member: Member, level: str) -> Person:
    shown = Level(level)
    branch = member.home.short_name if member.home else ""
    return Person(member.name, member.get_absolute_url(), branch, phone(member), shown.label, TONES[shown])


def own_organisation(actor: Any) -> Organisation | None:
    """Where the reader's scope begins."""
    return Organisation.objects.within(actor).order_by("path").first()
