"""One organisation's return as the level above sees it: accept it, send it back; hand up a committee's; close the quarter."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from branches.views.common import saved
from core.components import Fact
from core.domain.numbers import whole
from core.errors import Blocked, UserError
from core.http import PortalRequest
from core.permissions import Permission
from core.views.bases import ScopedDetail
from sweeps import presenters, reminding
from sweeps.actions import returns
from sweeps.blockers import blockers_of_balance, blockers_to_accept, blockers_to_close, may_review
from sweeps.county_forms import SendBackForm
from sweeps.enums import ReturnState
from sweeps.matrix import Line, people_in
from sweeps.models import Return
from sweeps.views.common import chosen_organisation, crumbs, return_chip, sweep_url
from sweeps.views.progress import SWEEPS, row

RETURNS = Return.objects.select_related("sweep__organisation", "organisation__parent")


class ReturnReview(ScopedDetail):
    """What was handed in, by whom, and whether it adds up; the two answers to it."""

    queryset = RETURNS
    permission = Permission.VIEW

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        return self.page(SendBackForm())

    def page(self, form: SendBackForm) -> HttpResponse:
        of, actor = self.object, self.actor
        people = people_in(of.sweep, of.path, actor)
        counted = sum(people.values(), type(people[of.path])())
        reviews = may_review(of, actor) and of.sweep.is_open
        return render(
            self.request,
            "sweeps/review.html",
            {
                "of": of,
                "crumbs": crumbs(of.sweep, of.organisation, actor, "审核" if reviews else "报表"),
                "chip": return_chip(of),
                "facts": facts(of),
                "line": row(of.sweep, Line(of.organisation, counted)),
                "unbalanced": blockers_of_balance(of) if of.sweep.is_open else [],
                "signs": presenters.signs_of(of, actor) if of.is_branch else [],
                "below_url": "" if of.is_branch else sweep_url(of.sweep, of.organisation),
                "may_accept": reviews and of.state == ReturnState.SUBMITTED,
                "accept_blockers": blockers_to_accept(of, actor) if reviews else [],
                "may_send_back": reviews and of.state in (ReturnState.SUBMITTED, ReturnState.ACCEPTED),
                "form": form,
            },
        )


class ReturnDeed(ReturnReview):
    """POST: something is done with the return; a refusal is said on its page."""

    abstract = True
    permission = Permission.EDIT
    http_method_names = ["post"]
    done: str

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        try:
            self.act(request)
        except UserError as refused:
            messages.error(request, refused.text)
            return redirect("return-review", public_id=self.object.public_id)
        messages.success(request, self.done.format(name=self.object.organisation.short_name))
        return redirect(sweep_url(self.object.sweep))

    def act(self, request: PortalRequest) -> None:
        raise NotImplementedError


class ReturnAccept(ReturnDeed):
    queryset = RETURNS
    permission = Permission.EDIT
    done = "已接收{name}的报表。"

    def act(self, request: PortalRequest) -> None:
        returns.accept(of=self.object, by=self.actor, version=whole(request.POST.get("version", "")))


class ReturnSendBack(ReturnDeed):
    queryset = RETURNS
    permission = Permission.EDIT
    done = "已退回{name}的报表，退回的原因他们看得到。"

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        form = SendBackForm(request.POST)
        if form.is_valid() and saved(
            form, lambda: returns.send_back(of=self.object, comment=form.cleaned_data["comment"], by=self.actor)
        ):
            messages.success(request, self.done.format(name=self.object.organisation.short_name))
            return redirect(sweep_url(self.object.sweep))
        return self.page(form)


class SweepRemind(ScopedDetail):
    """POST 催报: the silent below an organisation of the reader's are reminded."""

    queryset = SWEEPS
    permission = Permission.VIEW
    http_method_names = ["post"]

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        organisation = chosen_organisation(self.object, self.actor, request.POST.get("organisation", ""))
        try:
            number = reminding.remind_now(sweep=self.object, organisation=organisation, by=self.actor)
        except Blocked as blocked:
            messages.error(request, blocked.text)
        else:
            done = f"已提醒 {number} 个还没有上报的党组织。" if number else "今天都提醒过了，或者都已上报。"
            messages.success(request, done)
        return redirect(sweep_url(self.object, organisation))


class SweepClose(ScopedDetail):
    """The last step: figures and names are frozen."""

    queryset = SWEEPS
    permission = Permission.SETTINGS

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        own = Return.objects.visible_to(self.actor).select_related("sweep", "organisation").filter(sweep=self.object)
        of = own.filter(path=self.object.path).first()
        context = {
            "sweep": self.object,
            "crumbs": crumbs(self.object, self.object.organisation, self.actor, "关闭排查"),
            "blockers": blockers_to_close(of) if of else ["还没有开启完"],
            "back_url": sweep_url(self.object),
        }
        return render(request, "sweeps/close.html", context)

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        try:
            returns.close(sweep=self.object, by=self.actor)
        except UserError as refused:
            messages.error(request, refused.text)
            return redirect("sweep-close", public_id=self.object.public_id)
        messages.success(request, f"{self.object}已关闭，数字和名单都固定了。以后知道的变化记作勘误。")
        return redirect(self.object)


def facts(of: Return) -> list[Fact]:
    """Who did what with it, as far as it has come."""
    found = [Fact("在家党员摸排", _when(of, "canvassed") or "还没有确认")] if of.is_branch else []
    if of.submitted_at:
        told = f"，{of.on_behalf}提供（{of.get_way_display()}）" if of.on_behalf else ""
        found.append(Fact("上报", f"{_when(of, 'submitted')}{told}"))
    if of.state == ReturnState.ACCEPTED:
        found.append(Fact("接收", _when(of, "accepted")))
    if of.state == ReturnState.SENT_BACK:
        found += [Fact("退回", _when(of, "sent_back")), Fact("退回原因", of.comment)]
    return found


def _when(of: Return, stamp: str) -> str:
    at = getattr(of, f"{stamp}_at")
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M} {getattr(of, f'{stamp}_by')}" if at else ""
