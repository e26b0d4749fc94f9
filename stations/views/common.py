"""What the pages on stations share: finding one, and who may do what there."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from core.errors import NotAllowed
from core.http import PortalRequest
from core.ids import new_id
from core.permissions import Permission
from stations import presenters
from stations.models import Station


def listed(public_id: str) -> Station:
    """Any station: everybody who is signed in may read the directory."""
    return get_object_or_404(Station.objects.select_related("keeper", "core", "kind"), public_id=public_id)


def peopled(request: PortalRequest, public_id: str) -> Station:
    """A station whose people the reader may see: 404 to all others."""
    station = listed(public_id)
    if not station.reached_by(request.actor, Permission.VIEW):
        raise Http404
    return station


def changeable(request: PortalRequest, public_id: str) -> Station:
    """404 outside the scope, 403 inside it without the right."""
    station = peopled(request, public_id)
    if not request.actor.reaches(station.keeper.path, Permission.ORGANISE):
        raise NotAllowed("驿站由管理它的党组织维护。需要改的请告诉他们。")
    return station


def form_page(
    request: PortalRequest, form: Any, heading: str, *, station: Station | None, submit: str = "保存", key: str = "",
    lead: str = "", template: str = "stations/form.html",
) -> HttpResponse:  # fmt: skip
    context = {
        "form": form, "heading": heading, "station": station, "submit": submit, "key": key or new_id(), "lead": lead,
        "crumbs": presenters.crumbs(station, heading),
    }  # fmt: skip
    return render(request, template, context)
