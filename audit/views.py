"""The log: who did what, when, in the part of the county that the reader may look at."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from audit import presenters
from audit.models import Event
from core import keyset
from core.components import FilterChip
from core.errors import NotAllowed
from core.http import PortalRequest
from core.permissions import Permission

PAGE = 50
CAP = 10_000
VIEWERS = 50


class LogFilter(forms.Form):
    """Nothing here may hold a number of a person: the address shows it."""

    group = forms.ChoiceField(label="做了什么", required=False, choices=[("", "不限"), *presenters.GROUPS.items()])
    who = forms.CharField(label="谁", required=False, max_length=6)
    since = forms.DateField(label="从", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="到", required=False, widget=forms.DateInput(attrs={"type": "date"}))


@require_GET
def event_list(request: PortalRequest) -> HttpResponse:
    form = LogFilter(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    subject = request.GET.get("subject", "")
    rows = _filtered(_readable(request), given, subject)
    page = keyset.page(rows, ["-at", "-pk"], token=request.GET.get("after", ""), size=PAGE, where="log")
    events = {event.pk: event for event in _readable(request).filter(pk__in=page.ids)}
    total = rows.order_by()[: CAP + 1].count()
    keep = {name: str(value) for name, value in request.GET.items() if name in (*form.fields, "subject") and value}
    return render(
        request,
        "audit/list.html",
        {
            "lines": [presenters.line(events[pk]) for pk in page.ids],
            "form": form,
            "keep": [("subject", subject)] if subject else [],
            "chips": _chips(form, given, keep),
            "list_url": reverse("event-list"),
            "total": min(total, CAP),
            "capped": total > CAP,
            "first": page.first,
            "last": page.last,
            "next_url": _address(keep, after=page.next) if page.next else "",
            "previous_url": _address(keep, after=page.previous) if page.previous else "",
        },
    )


@require_GET
def subject_events(request: PortalRequest, subject_id: str) -> HttpResponse:
    """Who looked at a record and what else was done with it: a fragment for the record's own page."""
    events = _readable(request).filter(subject_id=subject_id[:40]).order_by("-at", "-pk")[:VIEWERS]
    lines = [presenters.line(event) for event in events]
    context = {"lines": lines, "all_url": f"{reverse('event-list')}?{urlencode({'subject': subject_id})}"}
    return render(request, "audit/subject.html", context)


def _readable(request: PortalRequest) -> QuerySet[Event]:
    actor = request.actor
    if not actor.can(Permission.AUDIT):
        raise NotAllowed
    return Event.objects.visible_to(actor, Permission.AUDIT)


def _filtered(rows: QuerySet[Event], given: dict[str, Any], subject: str) -> QuerySet[Event]:
    if subject:
        rows = rows.filter(subject_id=subject[:40])
    if given.get("group"):
        rows = rows.filter(kind__in=presenters.kinds_in(given["group"]))
    if given.get("who"):
        rows = rows.filter(actor__contains=given["who"])
    if given.get("since"):
        rows = rows.filter(at__gte=_midnight(given["since"]))
    if given.get("until"):
        rows = rows.filter(at__lt=_midnight(given["until"] + dt.timedelta(days=1)))
    return rows


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def _chips(form: LogFilter, given: dict[str, Any], keep: dict[str, str]) -> list[FilterChip]:
    chips = []
    for name, value in given.items():
        if value:
            shown = presenters.GROUPS.get(value, value) if name == "group" else value
            rest = {key: text for key, text in keep.items() if key != name}
            chips.append(FilterChip(f"{form.fields[name].label}：{shown}", _address(rest)))
    if "subject" in keep:
        rest = {key: text for key, text in keep.items() if key != "subject"}
        chips.append(FilterChip("只看这一份记录", _address(rest)))
    return chips


def _address(keep: dict[str, str], **more: str) -> str:
    query = urlencode({**keep, **more})
    return reverse("event-list") + (f"?{query}" if query else "")
