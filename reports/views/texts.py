"""The words of a paper: edited, looked at with their figures, put back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from branches.models import Organisation
from branches.views.common import saved
from core import clock
from core.components import Link
from core.http import PortalRequest
from core.permissions import Permission
from core.views.bases import ScopedList
from reports.actions import texts as actions
from reports.enums import PaperKind
from reports.forms import TextForm, sweeps_of
from reports.models import Paper
from reports.papers import texts
from reports.papers.figures import Figures
from reports.quarter.edition import Edition

SAMPLE = {"姓名": "（姓名）", "党支部": "（所在党支部）"}  # nobody's letter is shown while it is worded


class TextEdit(ScopedList):
    """The text of the reader's own organisation. ``do``: save, preview or restore."""

    queryset = Paper.objects.all()
    permission = Permission.ORGANISE

    def prepare(self) -> None:
        """Raises Http404: no such text, or nobody's own."""
        kind = self.kwargs["kind"]
        own = Organisation.objects.open().within(self.actor, Permission.ORGANISE)
        organisation = own.filter(path=self.actor.organisation_path).first()
        if kind not in texts.MODELS or organisation is None:
            raise Http404
        self.kind, self.organisation = PaperKind(kind), organisation

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        held = texts.text_of(self.kind, self.organisation)
        return self.page(TextForm(initial={"body": held.body, "version": held.version}))

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        if request.POST.get("do") == "restore":
            actions.restore_text(kind=self.kind, organisation=self.organisation, by=self.actor)
            messages.success(request, "已恢复原来的文字。")
            return redirect("paper-text", self.kind.value)
        form = TextForm(request.POST)
        if not form.is_valid():
            return self.page(form)
        given = form.cleaned_data
        if request.POST.get("do") == "preview":
            for problem in actions.blockers_to_keep(self.kind, given["body"]):
                form.add_error("body", problem)
            return self.page(form, "" if form.errors else given["body"])
        kept = saved(
            form,
            lambda: actions.edit_text(
                kind=self.kind,
                organisation=self.organisation,
                body=given["body"],
                by=self.actor,
                version=given["version"],
            ),
        )
        if kept is None:
            return self.page(form)
        messages.success(request, "已保存，以后出的材料就用这些文字。")
        return redirect("paper-text", self.kind.value)

    def page(self, form: TextForm, body: str = "") -> HttpResponse:
        held = texts.text_of(self.kind, self.organisation)
        context = {
            "form": form,
            "text": held,
            "is_own": held.version > 0,
            "title": f"{self.kind.label}的文字",
            "crumbs": [Link("季度材料", reverse("paper-list")), Link("修改文字")],
            "preview": self.preview(body) if body else [],
        }
        return render(self.request, "reports/text.html", context)

    def preview(self, body: str) -> list[str]:
        """The text with the figures of the newest quarter; of a table its name."""
        sweep = next(iter(sweeps_of(self.actor)), None)
        values = Figures(Edition.of(self.organisation, sweep, self.actor, clock.now())).words() | SAMPLE
        return [texts.filled(line, values) for line in texts.paragraphs(body)]
