"""The list of sweeps, and opening one: first the dry run, then the button; asking those once more who are left."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from branches.models import Organisation
from branches.views.common import saved
from core import clock
from core.components import Bar
from core.http import PortalRequest
from core.permissions import Permission
from core.views.bases import ScopedDetail, ScopedList
from members.enums import EVIDENCE_LABELS
from sweeps.actions import asking_again, opening
from sweeps.county_forms import DueForm, ScopeForm
from sweeps.enums import ItemState, Route, Term
from sweeps.models import Item, Return, Sweep
from sweeps.views.common import SWEEP_TONES, crumbs, own_organisation, sweep_url

SHOWN = 24  # six years of quarters


class SweepIndex(ScopedList):
    """Every sweep that concerns the reader, the current one first, and how each stands."""

    queryset = Sweep.objects.select_related("organisation")
    permission = Permission.VIEW

    def get(self, request: PortalRequest) -> HttpResponse:
        sweeps = list(self.rows().newest_first()[:SHOWN])
        stands = self._stands([one for one in sweeps if one.is_open])
        closing = self._closing([one for one in sweeps if one.closed_at])
        lines = [
            (one, SWEEP_TONES[one.state], stands.get(one.pk), closing.get(one.pk), sweep_url(one)) for one in sweeps
        ]
        may_open = self.actor.can(Permission.SETTINGS)
        return render(request, "sweeps/list.html", {"lines": lines, "may_open": may_open})

    def _stands(self, sweeps: list[Sweep]) -> dict[int, tuple[int, int]]:
        """sweep -> (answered, asked) of the people that the reader sees."""
        items = Item.objects.visible_by("path", self.actor).filter(sweep__in=sweeps).order_by()
        answered = Count("pk", filter=Q(state=ItemState.ANSWERED))
        rows = items.values_list("sweep").annotate(done=answered, number=Count("pk"))
        return {sweep: (done, number) for sweep, done, number in rows}

    def _closing(self, sweeps: list[Sweep]) -> dict[int, int]:
        """sweep -> the closing figure of the reader's own organisation, as it was frozen."""
        if not sweeps:
            return {}
        path = own_organisation(sweeps[0], self.actor).path
        frozen = Return.objects.visible_to(self.actor).filter(sweep__in=sweeps, path=path, figures__isnull=False)
        return {sweep: figures.get(Term.CLOSING, 0) for sweep, figures in frozen.values_list("sweep", "figures")}


class SweepNew(ScopedList):
    """What a sweep would ask, and the button that opens it."""

    queryset = Sweep.objects.all()
    permission = Permission.SETTINGS

    def get(self, request: PortalRequest) -> HttpResponse:
        scope = self.scope(request.GET)
        return self.page(scope, DueForm(initial=self.usual(scope)))

    def post(self, request: PortalRequest) -> HttpResponse:
        scope, form = self.scope(request.POST), DueForm(request.POST)
        if form.is_valid():
            sweep = saved(
                form,
                lambda: opening.open_sweep(
                    organisation=scope.scope, quarter=scope.quarter_of, due=form.due, by=self.actor
                ),
            )
            if sweep is not None:
                messages.success(request, f"{sweep}正在开启。")
                return redirect(sweep)
        return self.page(scope, form)

    def scope(self, given: Any) -> ScopeForm:
        """Raises Http404 for what is not offered."""
        form = ScopeForm(given, organisations=self.offered(), today=clock.today())
        if not form.is_valid():
            raise Http404
        return form

    def offered(self) -> list[Organisation]:
        """What the reader sets the rules of, and the committees right below."""
        mine = Organisation.objects.open().within(self.actor, Permission.SETTINGS)
        roots = mine.filter(Q(parent__isnull=True) | Q(path=self.actor.organisation_path))
        return list(
            mine.filter(Q(pk__in=roots) | Q(parent__in=roots, kind__in=Organisation.COMMITTEE_KINDS)).official()
        )

    def usual(self, scope: ScopeForm) -> dict[str, Any]:
        due = opening.due_dates(scope.scope, scope.quarter_of, clock.today())
        return {"branch": due.branch, "town": due.town, "county": due.county}

    def page(self, scope: ScopeForm, form: DueForm) -> HttpResponse:
        dry = opening.dry_run(organisation=scope.scope, by=self.actor)
        chosen = {key: str(value) for key, value in scope.cleaned_data.items()}
        context = {
            "scope": scope,
            "chosen": chosen.items(),
            "form": form,
            "action": f"{reverse('sweep-new')}?{urlencode(chosen)}",
            "dry": dry,
            "share": f"{dry.share_not_asked}%，最近已有记录",
            "routes": [Bar(route.label, dry.routes[route]) for route in Route],
            "cells": [Bar(EVIDENCE_LABELS[field], number) for field, number in dry.cells.items()],
            "blockers": opening.blockers_to_open(scope.scope, scope.quarter_of, clock.today()),
        }
        return render(self.request, "sweeps/new.html", context)


class SweepAgain(ScopedDetail):
    """The unanswered once more, with new dates."""

    queryset = Sweep.objects.select_related("organisation")
    permission = Permission.SETTINGS

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        sweep = self.object
        usual = {"branch": sweep.branch_due_on, "town": sweep.town_due_on, "county": sweep.county_due_on}
        return self.page(DueForm(initial=usual))

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        form = DueForm(request.POST)
        if form.is_valid():
            number = saved(form, lambda: asking_again.ask_again(sweep=self.object, due=form.due, by=self.actor))
            if number is not None:
                messages.success(request, f"期限已改，还有 {number} 人再查。")
                return redirect(self.object)
        return self.page(form)

    def page(self, form: DueForm) -> HttpResponse:
        sweep = self.object
        people, returns = asking_again.left(sweep)
        context = {
            "sweep": sweep,
            "crumbs": crumbs(sweep, sweep.organisation, self.actor, "再查没核实的"),
            "form": form,
            "people": people,
            "people_url": sweep_url(sweep, name="sweep-people", state="waiting"),
            "returns": returns,
            "returns_url": sweep_url(sweep, name="sweep-returns", state="open"),
            "blockers": [] if sweep.is_open else [f"{sweep}{sweep.get_state_display()}。"],
            "back_url": sweep.get_absolute_url(),
        }
        return render(self.request, "sweeps/again.html", context)
