"""A branch's return: its two halves, its balance, handing it in and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core import clock
from core.errors import UserError
from core.http import PortalRequest
from core.permissions import Permission
from sweeps import balance, presenters, queries
from sweeps.actions import answering, canvassing, returns
from sweeps.blockers import blockers_to_submit, is_above
from sweeps.enums import ReturnState
from sweeps.forms import BehalfForm
from sweeps.models import Finding, Return
from sweeps.views.balance import entries
from sweeps.views.base import ReturnView, head
from sweeps.views.common import sweep_url

TODAY = 5  # cards a day are a pace that can be kept


class ReturnDetail(ReturnView):
    """What is left to do, in order. A committee's return is what those below it handed in: the sweep's own page."""

    permission = Permission.VIEW

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        if not self.object.is_branch:
            return redirect(sweep_url(self.object.sweep, self.object.organisation))
        return self.page()

    def page(self, form: BehalfForm | None = None) -> HttpResponse:
        of, actor = self.object, self.actor
        top, sheet = head(of, actor), balance.sheet(of.sweep, of.path, actor)
        blockers = blockers_to_submit(of)
        context = {
            "of": of,
            "head": top,
            "form": form or BehalfForm(keyed=top.keyed),
            "lines": [one for one in entries(of, sheet, names_of=True) if one.value or one.sign in ("", "=")],
            "balance_url": reverse("return-balance", args=[of.public_id]),
            "sheet": sheet,
            "blockers": presenters.linked(blockers, of) if of.is_editable else [],
            "may_submit": top.may_edit and not blockers,
            "may_take_back": top.may_edit and of.sweep.is_open and of.state == ReturnState.SUBMITTED,
            **halves(of, actor),
        }
        return render(self.request, "sweeps/return.html", context)


def halves(of: Return, actor: Any) -> dict[str, Any]:
    """The two halves."""
    today = clock.today()
    due = list(queries.queue(of.sweep, of.path, actor, today)[:TODAY])
    findings = Finding.objects.visible_to(actor).filter(of=of).select_related("member").order_by("pk")
    return {
        "counts": queries.counts(of, actor),
        "open_url": sweep_url(of.sweep, of.organisation, "sweep-people", state="waiting"),
        "asked_url": sweep_url(of.sweep, of.organisation, "sweep-people"),
        "trying_url": sweep_url(of.sweep, of.organisation, "sweep-people", state="trying"),
        "due": [presenters.card(item) for item in due],
        "fresh": answering.fresh(of, actor).count() if of.is_editable else 0,
        "last": answering.last_of(of.sweep, of.path, actor) if of.is_editable else None,
        "elsewhere": list(queries.elsewhere(of.sweep, of.path, actor)),
        "at_home": canvassing.at_home(of, actor).count(),
        "findings": list(findings),
        "may_nil": of.is_editable and not canvassing.blockers_to_nil(of),
        "signs": presenters.signs_of(of, actor),
    }


class Submit(ReturnDetail):
    """POST: the return goes up; by the level above with the name of who told it (代录)."""

    permission = Permission.EDIT
    http_method_names = ["post"]
    done = "已上报，等上一级审核。"

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        form = BehalfForm(request.POST, keyed=is_above(self.object, self.actor))
        if not form.is_valid():
            return self.page(form)
        return acted(self, lambda: self.act(**form.cleaned_data), self.done)

    def act(self, **behalf: str) -> Return:
        return returns.submit(of=self.object, by=self.actor, **behalf)


class Nil(Submit):
    """POST: 零报告 in one tap."""

    done = "零报告已上报，等上一级审核。"

    def act(self, **behalf: str) -> Return:
        return canvassing.nil_return(of=self.object, by=self.actor, **behalf)


class TakeBack(ReturnView):
    http_method_names = ["post"]

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        return acted(self, lambda: returns.take_back(of=self.object, by=self.actor), "已撤回，改好以后请再上报。")


def acted(page: ReturnView, act: Callable[[], Any], done: str) -> HttpResponse:
    """Do it and go back to the return, with what came of it."""
    try:
        act()
    except UserError as refused:
        messages.error(page.request, refused.text)
    else:
        messages.success(page.request, done)
    return redirect(page.object)
