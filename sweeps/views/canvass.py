"""The other half: the members at home on one page, "all at home except ..."; and whether anybody has come."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from core.errors import UserError
from core.http import PortalRequest
from sweeps.actions import canvassing
from sweeps.forms import FINDINGS, FindingForm
from sweeps.models import Finding
from sweeps.views.base import BranchView

MANY = 15  # from here on a box to find a name


class Canvass(BranchView):
    """POST: who is ticked is registered; with ``confirm`` all others are at home."""

    title = "在家党员摸排"

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        return self.page({})

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        ticked = set(request.POST.getlist("ticked"))
        people = [member for member in self.at_home() if member.public_id in ticked]
        forms = {one.public_id: FindingForm(request.POST, prefix=one.public_id) for one in people}
        if any(form.errors for form in forms.values()):
            return self.page(forms)
        try:
            with transaction.atomic():
                self.register(people, forms)
        except UserError as refused:
            messages.error(request, refused.text)
            return self.page(forms)
        if "confirm" not in request.POST:
            messages.success(request, f"已登记 {len(people)} 人。")
            return redirect("return-canvass", self.object.public_id)
        messages.success(request, "摸排已确认。")
        return redirect(self.object)

    def register(self, people: list[Any], forms: dict[str, FindingForm]) -> None:
        """All of it, or nothing."""
        on_behalf = self.request.POST.get("on_behalf", "")
        for member in people:
            form = forms[member.public_id]
            canvassing.note_finding(
                of=self.object, member=member, kind=form.cleaned_data["kind"], values=form.values,
                note=form.cleaned_data["note"], by=self.actor, on_behalf=on_behalf,
            )  # fmt: skip
        if "confirm" in self.request.POST:
            canvassing.confirm_canvass(of=self.object, by=self.actor, on_behalf=on_behalf)

    def at_home(self) -> Any:
        """Those of whom nothing was found yet."""
        found = Finding.objects.visible_to(self.actor).filter(of=self.object).values("member")
        return canvassing.at_home(self.object, self.actor).exclude(pk__in=found)

    def page(self, forms: dict[str, FindingForm]) -> HttpResponse:
        people = list(self.at_home())
        findings = Finding.objects.visible_to(self.actor).filter(of=self.object).select_related("member").order_by("pk")
        context = self.context(
            rows=[(one, forms.get(one.public_id) or FindingForm(prefix=one.public_id)) for one in people],
            ticked=set(forms),
            findings=list(findings),
            kinds=FINDINGS,
            many=len(people) > MANY,
            blockers=canvassing.blockers_to_canvass(self.object),
            arrival_url=reverse("arrival-new"),
            on_behalf=self.request.POST.get("on_behalf", ""),
        )
        return render(self.request, "sweeps/canvass.html", context)


class CanvassBack(BranchView):
    """POST: somebody ticked by mistake is at home again."""

    http_method_names = ["post"]

    def post(self, request: PortalRequest, *, member_id: str, **kwargs: Any) -> HttpResponse:
        found = Finding.objects.visible_to(self.actor).filter(of=self.object, member__public_id=member_id)
        finding = get_object_or_404(found.select_related("member"))
        try:
            canvassing.take_back(of=self.object, member=finding.member, by=self.actor)
        except UserError as refused:
            messages.error(request, refused.text)
        else:
            messages.success(request, f"已撤回，{finding.member.name}算在家。")
        return redirect("return-canvass", self.object.public_id)
