"""Check-in of an arrival, on a phone most of all, and the page that the code on the door leads to."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from branches.views.common import saved
from core.actors import ANONYMOUS
from core.errors import NotAllowed, UserError
from core.http import PortalRequest
from core.permissions import Permission
from core.views.access import public
from stations import presenters
from stations.actions import arrivals, asking, outsiders
from stations.forms import AnswerForm, CheckInForm, GuestForm
from stations.models import CheckIn, Station, WaitingGuest
from stations.views.common import form_page, peopled


@require_http_methods(["GET", "POST"])
def check_in(request: PortalRequest, public_id: str) -> HttpResponse:
    """One form: somebody of ours is registered at once; of somebody else it asks where the membership is."""
    station = peopled(request, public_id)
    if not arrivals.may_check_in(station, request.actor):
        raise NotAllowed("到站报到由驿站的工作人员登记。")
    form = CheckInForm(request.POST if request.method == "POST" else None, station=station)
    asks_home = False
    if request.method == "POST" and form.is_valid():
        try:
            made = arrivals.check_in(
                station=station, arrival=form.arrival, by=request.actor, key=form.cleaned_data["key"]
            )
        except UserError as refused:
            asks_home = refused.code == "not_found"
            if not asks_home:
                form.add_error(None, refused.text)
        else:
            return _done(request, station, made)
    context: dict[str, Any] = {
        "station": station, "form": form, "asks_home": asks_home or bool(form.data.get("home_text")),
        "not_found": arrivals.NOT_FOUND if asks_home else "", "crumbs": presenters.crumbs(station, "到站报到"),
        "blockers": arrivals.blockers_to_check_in(station),
        "arrivals": presenters.arrivals(station, request.actor),
        "waits": asks_home and not outsiders.receives(station),
    }  # fmt: skip
    return render(request, "stations/check_in.html", context)


def _done(request: PortalRequest, station: Station, made: CheckIn | WaitingGuest) -> HttpResponse:
    if isinstance(made, WaitingGuest):
        messages.success(request, f"{made.name}已登记。{station.keeper.short_name}会安排党支部接收，再与本人联系。")
        return redirect("station-check-in", station.public_id)
    asked = made.journey.host.short_name if made.journey.host and made.journey.direction == "out" else ""
    text = f"{made.member.name}已登记报到，流出地党组织会收到消息。"
    if made.member.is_guest:
        text = (
            f"{made.member.name}已登记为流入党员，由{made.member.care.short_name if made.member.care else '本站'}接收。"
        )
    elif asked and made.journey.state != "arrived":
        text += f"编入{asked}的意愿已经转过去，等他们确认。"
    messages.success(request, text)
    return redirect("station-check-in", station.public_id)


@require_http_methods(["GET", "POST"])
def guest(request: PortalRequest, public_id: str) -> HttpResponse:
    """Who came to a station that leans on no branch: the keeper names the one that receives, or says why nobody does."""
    rows = WaitingGuest.objects.visible_to(request.actor).select_related("station__keeper", "point")
    one: WaitingGuest = get_object_or_404(rows, public_id=public_id)
    station = one.station
    if not outsiders.may_arrange(station, request.actor):
        raise NotAllowed("外来党员由管理驿站的党组织安排。")
    if not one.is_waiting:
        messages.info(request, f"{one.name}已经安排过了：{one.get_state_display()}。")
        return redirect(station)
    form = GuestForm(request.POST or None, actor=request.actor, station=station)
    if request.method == "POST" and form.is_valid():
        branch, reason = form.cleaned_data["branch"], form.cleaned_data["reason"]

        def settle() -> bool:
            if branch is not None:
                outsiders.place(one, branch=branch, by=request.actor)
            else:
                outsiders.decline(one, reason=reason, by=request.actor)
            return True

        if saved(form, settle):
            messages.success(
                request, f"{one.name}由{branch.short_name}接收。" if branch else f"{one.name}不由本县接收，已记下。"
            )
            return redirect(station)
    return form_page(
        request, form, f"安排{one.name}", station=station, submit="就这样定", lead=presenters.guest_words(one)
    )


@require_http_methods(["GET", "POST"])
def answer(request: PortalRequest, public_id: str) -> HttpResponse:
    """A branch is asked whether somebody who reported in elsewhere is one of its members, and says so."""
    question = asking.question_to(request.actor, public_id)
    if question is None:
        raise Http404
    if not request.actor.reaches(question.organisation.path, Permission.EDIT):
        raise NotAllowed
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        is_ours, note = form.cleaned_data["is_ours"] == "yes", form.cleaned_data["note"]

        def send() -> bool:
            asking.answer(question, is_ours=is_ours, note=note, by=request.actor)
            return True

        if saved(form, send):
            messages.success(request, f"已答复{question.check_in.station.keeper.short_name}。")
            return redirect("inbox")
    return form_page(
        request, form, f"{question.check_in.member.name}是不是你处的党员", station=question.check_in.station, submit="答复",
        lead=presenters.question_words(question),
    )  # fmt: skip


@public
@require_safe
def arrive(request: HttpRequest, public_id: str) -> HttpResponse:
    """Where the code on the door leads. Whoever may check in goes on to the form; everybody else reads how to report in:
    nothing stands there but what stands on the door."""
    station = get_object_or_404(Station.objects.select_related("keeper"), public_id=public_id)
    actor = getattr(request, "actor", ANONYMOUS)
    if station.is_open and station.reached_by(actor, Permission.CHECK_IN):
        return redirect(reverse("station-check-in", args=[station.public_id]))
    return render(request, "stations/arrive.html", {"station": station})
