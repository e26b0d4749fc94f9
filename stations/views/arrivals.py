"""Check-in of an arrival, on a phone most of all, and the page that the code on the door leads to."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core.actors import ANONYMOUS
from core.errors import NotAllowed, UserError
from core.http import PortalRequest
from core.permissions import Permission
from core.views.access import public
from stations import presenters
from stations.actions import arrivals
from stations.forms import CheckInForm
from stations.models import CheckIn, Station
from stations.views.common import peopled


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
        except NotAllowed:
            raise
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
        "guest_blockers": arrivals.blockers_to_receive_guests(station) if asks_home else [],
    }  # fmt: skip
    return render(request, "stations/check_in.html", context)


def _done(request: PortalRequest, station: Station, made: CheckIn) -> HttpResponse:
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
