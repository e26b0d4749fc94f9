"""一周一监测: what was found in the reader's own scope, when it runs, and the people behind each number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Case, CharField, Count, Q, Value, When
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
from inbox.queries import TONES, shown
from members.actions import waiting
from members.models import Member
from members.rows import phone
from sweeps.models import MonitorRun
from sweeps.monitor import running
from sweeps.monitor.causes import CAUSES, Base, Cause

PAGE = 50
MOST = 10_000
RUNS = 8


@dataclass(frozen=True)
class Subject:
    """What the monitor, and the clocks beside it, watch: the to-dos that it becomes."""

    title: str
    todos: Callable[[dt.date], Q]


def _of(*prefixes: str) -> Q:
    found = Q()
    for prefix in prefixes:
        found |= Q(cause__startswith=f"{prefix}:")
    return found


SUBJECTS = {
    **{
        cause.key: Subject(cause.title, lambda _on, prefix=f"{running.PREFIX}{base.key}:{cause.key}": _of(prefix))
        for base, cause in CAUSES.values()
    },
    "term": Subject("换届", lambda _on: _of(f"{running.PREFIX}term")),
    "arrival": Subject("报到过期没有确认", lambda on: _of(waiting.ARRIVAL) & Q(due_on__lt=on)),
    "receipt": Subject("转接过期没有回执", lambda on: _of(waiting.TRANSFER, waiting.LATE) & Q(due_on__lt=on)),
}
RED = "red"


@dataclass(frozen=True)
class Line:
    """One subject as the overview shows it: how many to-dos of it wait, how many of them red, and the lists behind."""

    title: str
    waiting: int
    red: int
    url: str
    people_url: str


@dataclass(frozen=True)
class Person:
    name: str
    url: str
    branch: str
    phone: str
    level: str
    tone: str


class Monitor(ScopedList):
    """What is watched, and the schedule."""

    queryset = Todo.objects.open()
    permission = Permission.VIEW

    def get(self, request: PortalRequest) -> HttpResponse:
        actor, today = self.actor, clock.today()
        home = own_organisation(actor)
        numbers = self.rows().aggregate(
            **{key: Count("pk", filter=one.todos(today)) for key, one in SUBJECTS.items()},
            **{
                f"{key}_red": Count("pk", filter=one.todos(today) & Q(level=Level.RED)) for key, one in SUBJECTS.items()
            },
        )
        lines = [
            Line(
                one.title,
                numbers[key],
                numbers[f"{key}_red"],
                reverse("monitor-todos", args=[key]),
                reverse("monitor-list", args=[key, home.public_id]) if home and key in CAUSES else "",
            )
            for key, one in SUBJECTS.items()
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


class MonitorTodos(ScopedList):
    """Where something of one subject waits, from the top of the tree down; ``?level=red``: the red ones alone."""

    queryset = Todo.objects.open()
    permission = Permission.VIEW

    def get(self, request: PortalRequest, subject: str) -> HttpResponse:
        level = request.GET.get("level", "")
        if subject not in SUBJECTS or level not in ("", RED):
            raise Http404
        what, today = SUBJECTS[subject], clock.today()
        rows = self.rows().filter(what.todos(today), **({"level": level} if level else {}))
        page = keyset.page(
            rows, ["organisation_path"], token=request.GET.get("page", ""), size=PAGE, where=f"todos:{subject}:{level}"
        )
        total, more = capped(rows, MOST)
        by_id = self.rows().filter(pk__in=page.ids).select_related("organisation").in_bulk()
        kept = {"level": level} if level else {}
        context = {
            "subject": what,
            "is_red": bool(level),
            "todos": [shown(by_id[pk], today) for pk in page.ids if pk in by_id],
            "page": page,
            "total": total,
            "more": more,
            "previous_url": "?" + urlencode({**kept, "page": page.previous}) if page.previous else "",
            "next_url": "?" + urlencode({**kept, "page": page.next}) if page.next else "",
            "as_of": clock.now(),
            "crumbs": [Link("一周一监测", reverse("monitor")), Link(what.title)],
        }
        return render(request, "sweeps/monitor_todos.html", context)


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
    colour = Level(level)
    branch = member.home.short_name if member.home else ""
    return Person(member.name, member.get_absolute_url(), branch, phone(member), colour.label, TONES[colour])


def own_organisation(actor: Any) -> Organisation | None:
    """Where the reader's scope begins."""
    return Organisation.objects.within(actor).order_by("path").first()
