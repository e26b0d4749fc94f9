"""季度材料: making them, waiting for them, fetching them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDict

from branches.models import Organisation
from branches.views.common import saved
from core import clock
from core.http import PortalRequest
from core.ids import new_id
from core.permissions import Permission
from core.views.bases import ScopedDetail, ScopedList
from exchange.export.forms import FULL, MASKED
from jobs.models import Job
from jobs.presenters import shown as shown_job
from reports.actions import papers as actions
from reports.enums import PaperKind
from reports.forms import PaperForm, sweeps_of
from reports.models import Paper
from reports.papers.producing import MAKERS
from reports.presenters import offered, shown, shown_all, texts

SHOWN = 12


class PaperList(ScopedList):
    """Choose a quarter and an organisation; one button for everything, one for each paper; those made so far."""

    queryset = Paper.objects.select_related("organisation", "sweep")
    permission = Permission.EXPORT

    def get(self, request: PortalRequest) -> HttpResponse:
        return self.page(self.form(None))

    def post(self, request: PortalRequest) -> HttpResponse:
        form = self.form(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            paper = saved(
                form,
                lambda: actions.request(
                    kind=PaperKind(given["kind"]), organisation=given["organisation"], sweep=given["sweep"],
                    purpose=given["purpose"], by=self.actor, full=form.full, key=given["key"],
                ),
            )  # fmt: skip
            if paper is not None:
                return redirect(paper)
        return self.page(form)

    def form(self, data: MultiValueDict[str, Any] | None) -> PaperForm:
        by = self.actor
        mine = Organisation.objects.open().within(by, Permission.EXPORT).official()
        own = mine.filter(path=by.organisation_path).first() or mine.first()
        initial = {
            "organisation": own.public_id if own else None, "key": new_id(),
            "numbers": FULL if by.can(Permission.FULL_NUMBERS) else MASKED,
        }  # fmt: skip
        return PaperForm(data, by=by, sweeps=sweeps_of(by), initial=initial)

    def page(self, form: PaperForm) -> HttpResponse:
        made = self.rows().filter(owner=self.actor.id).order_by("-pk")[:SHOWN]
        sweep = next(iter(form.sweeps.values()), None)
        context = {
            "form": form,
            "offered": offered(MAKERS, sweep),
            "texts": texts() if self.actor.can(Permission.ORGANISE) else [],
            "papers": shown_all(made, self.actor, clock.now()),
        }
        return render(self.request, "reports/papers.html", context)


class PaperDetail(ScopedDetail):
    """How far a paper is, and the file when it is done."""

    queryset = Paper.objects.select_related("organisation", "sweep")
    permission = Permission.EXPORT

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        job = Job.objects.visible_to(self.actor).filter(owner=self.actor.id, public_id=self.object.job).first()
        context = {
            "paper": shown(self.object, job, clock.now()),
            "job": shown_job(job) if job is not None and not self.object.file else None,
            "contents": self.object.contents,
        }
        return render(request, "reports/paper.html", context)
