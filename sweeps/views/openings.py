"""上期上报数: the figures reported last for the organisations right below one, typed or taken from a summary sheet."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from branches.models import Organisation
from core.errors import NotAllowed, UserError
from core.http import PortalRequest
from core.permissions import Permission
from core.views.bases import ScopedDetail
from sweeps import summary
from sweeps.actions import explaining
from sweeps.matrix import below
from sweeps.models import Return
from sweeps.views.common import chosen_organisation, crumbs, sweep_url
from sweeps.views.progress import SWEEPS

FIELD = "figure-"


class Openings(ScopedDetail):
    """One table to fill in; nothing is kept before it is saved."""

    queryset = SWEEPS
    permission = Permission.VIEW
    typed: dict[int, str]
    source = ""

    def prepare(self) -> None:
        super().prepare()
        given = self.request.GET.get("organisation", "")
        self.organisation: Organisation = chosen_organisation(self.object, self.actor, given)
        if self.organisation.is_branch or not self.actor.reaches(self.organisation.path, Permission.EDIT):
            raise NotAllowed
        children = below(self.object, self.organisation)
        rows = Return.objects.visible_to(self.actor).filter(sweep=self.object, organisation__in=children)
        self.returns = list(rows.select_related("organisation", "sweep").official())
        self.typed = {of.pk: "" if of.opening_reported is None else str(of.opening_reported) for of in self.returns}
        self.source = next((of.opening_source for of in self.returns if of.opening_source), "")

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        return self.page()

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        self.typed = {of.pk: request.POST.get(f"{FIELD}{of.public_id}", "").strip() for of in self.returns}
        self.source = request.POST.get("source", "").strip()
        try:
            number = explaining.set_openings(figures=self.figures(), source=self.source, by=self.actor)
        except UserError as refused:
            return self.page(errors=[refused.text])
        messages.success(request, f"已保存，{number} 个党组织的上期上报数有变动。")
        return redirect(sweep_url(self.object, self.organisation))

    def figures(self) -> dict[int, int]:
        """What was typed; a line left empty is left alone. Raises UserError."""
        found = {}
        for of in self.returns:
            text = self.typed[of.pk]
            if text and not (text.isdecimal() and len(text) <= len(str(explaining.MOST))):
                raise UserError(f"{of.organisation.short_name}：请填一个整数。", "invalid")
            if text and (int(text), self.source) != (of.opening_reported, of.opening_source):
                found[of.pk] = int(text)
        return found

    def page(
        self, *, errors: list[str] | None = None, left: list[str] | None = None, is_read: bool = False
    ) -> HttpResponse:
        query = f"?organisation={self.organisation.public_id}"
        context = {
            "sweep": self.object,
            "organisation": self.organisation,
            "crumbs": crumbs(self.object, self.organisation, self.actor, "上期上报数"),
            "rows": [(of, f"{FIELD}{of.public_id}", self.typed[of.pk]) for of in self.returns],
            "source": self.source,
            "errors": errors or [],
            "left": left or [],
            "is_read": is_read,
            "blockers": next((found for of in self.returns if (found := explaining.blockers_to_opening(of))), []),
            "action": reverse("sweep-openings", args=[self.object.public_id]) + query,
            "read_action": reverse("sweep-openings-read", args=[self.object.public_id]) + query,
            "back_url": sweep_url(self.object, self.organisation),
        }
        return render(self.request, "sweeps/openings.html", context)


class OpeningsRead(Openings):
    """POST: a summary sheet fills the table in. It is only shown; the sheet itself is not kept."""

    queryset = SWEEPS
    permission = Permission.VIEW
    http_method_names = ["post"]

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        file = request.FILES.get("file")
        if file is None:
            return self.page(errors=["请先选择文件。"])
        try:
            found = summary.read(file.read(summary.LIMITS.file_bytes + 1), file.name or "")
        except UserError as refused:
            return self.page(errors=[refused.text])
        names = {of.pk: (of.organisation.short_name, of.organisation.name) for of in self.returns}
        figures, left = summary.matched(found, names)
        self.typed |= {pk: str(figure) for pk, figure in figures.items()}
        self.source = found.title[:120]
        return self.page(left=left, is_read=True)
