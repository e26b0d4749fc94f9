"""The stations: list, page, door card, and the forms that set one up, change and close it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.models import Organisation
from branches.views.common import saved, with_version
from core import clock
from core.components import FilterChip
from core.errors import NotAllowed
from core.http import PortalRequest
from core.permissions import Permission
from core.qr import qr_code
from core.views.bases import readonly
from stations import presence, presenters
from stations.actions import arrivals, outsiders
from stations.actions import stations as actions
from stations.forms import CloseForm, StationFilter, StationForm
from stations.models import Station
from stations.views.common import changeable, form_page, listed, peopled

PAGE = 50
MOST = 200


class Listing:
    """The list as this address asks for it."""

    def __init__(self, request: PortalRequest) -> None:
        self.request = request
        self.form = StationFilter(request.GET)
        self.chosen = (
            {name: value for name, value in self.form.cleaned_data.items() if value} if self.form.is_valid() else {}
        )
        number = request.GET.get("page", "0")
        self.page = min(int(number), 1000) if number.isascii() and number.isdigit() and len(number) < 5 else 0
        self.text = request.POST.get("q", "").strip()[:40] if request.method == "POST" else ""

    @cached_property
    def rows(self) -> Any:
        rows = Station.objects.select_related("core", "kind").official()
        if self.text:
            return rows.named(self.text)
        rows = rows.filter(closed_on__isnull=self.chosen.get("state") != "closed")
        if province := self.chosen.get("province"):
            rows = rows.filter(region_code__startswith=province[:2])
        return rows.filter(kind=self.chosen["kind"]) if "kind" in self.chosen else rows

    def address(self, page: int = 0, without: str = "") -> str:
        names = [name for name in self.chosen if name != without]
        query = {name: self.request.GET[name] for name in names}
        return f"{reverse('station-list')}?{urlencode({**query, **({'page': page} if page else {})})}"

    def chips(self) -> list[FilterChip]:
        labels = {"province": dict(self.form.fields["province"].choices), "state": {"closed": "已停用"}}
        return [
            FilterChip(str(labels.get(name, {}).get(value, value)), self.address(without=name))
            for name, value in self.chosen.items()
        ]


@require_http_methods(["GET", "HEAD", "POST"])
def station_list(request: PortalRequest) -> HttpResponse:
    """By province, kind and state; the search is posted."""
    with readonly():
        asked = Listing(request)
        total = asked.rows.count()
        size = MOST if asked.text else PAGE
        found = list(asked.rows[asked.page * size : (asked.page + 1) * size + 1])
        figures = presenters.numbers_here(found[:size], request.actor)
        context = {
            "form": asked.form, "chips": asked.chips(), "text": asked.text, "total": total,
            "rows": [(one, figures.get(one.pk)) for one in found[:size]],
            "first": asked.page * size + 1, "last": asked.page * size + len(found[:size]),
            "previous_url": asked.address(asked.page - 1) if asked.page else "",
            "next_url": asked.address(asked.page + 1) if len(found) > size and not asked.text else "",
            "may_organise": request.actor.can(Permission.ORGANISE),
            "may_export": request.actor.can(Permission.EXPORT) and request.actor.can(Permission.ORGANISE),
        }  # fmt: skip
        return render(request, "stations/list.html", context)


@require_safe
def station_detail(request: PortalRequest, public_id: str) -> HttpResponse:
    """Facts for everybody who is signed in; people, posts and history for those who look after the station or work there."""
    station, actor = listed(public_id), request.actor
    sees_people = station.reached_by(actor, Permission.VIEW)
    may_organise = actor.reaches(station.keeper.path, Permission.ORGANISE)
    context: dict[str, Any] = {
        "station": station,
        "crumbs": presenters.crumbs(station),
        "facts": presenters.facts(station),
        "points": list(station.points.open().select_related("kind").order_by("pk")),
        "sees_people": sees_people,
        "may_organise": may_organise,
        "may_check_in": arrivals.may_check_in(station, actor),
        "check_in_blockers": arrivals.blockers_to_check_in(station),
    }
    if sees_people:
        total, figures = presenters.people_figures(station, actor)
        context.update(
            total=total, figures=figures, posts=presenters.posts(station, actor), lines=presenters.lines(station),
            arrivals=presenters.arrivals(station, actor), waiting_guests=presenters.waiting_guests(station, actor),
            led_by=presence.led_by(station), may_arrange=outsiders.may_arrange(station, actor), history=presenters.history(station, actor),
            clerks=presenters.clerks(station, actor), may_open_accounts=actor.reaches(station.keeper.path, Permission.ACCOUNTS),
        )  # fmt: skip
    return render(request, "stations/detail.html", context)


@require_safe
def station_card(request: PortalRequest, public_id: str) -> HttpResponse:
    """The door card, to be printed: what stands on a door anyway, and a code that leads to the page for arrivals."""
    station = listed(public_id)
    address = request.build_absolute_uri(reverse("station-arrive", args=[station.public_id]))
    context = {
        "station": station,
        "qr": qr_code(address),
        "phone": station.reveal("phone"),
        "crumbs": presenters.crumbs(station, "门牌"),
    }
    return render(request, "stations/card.html", context)


@require_http_methods(["GET", "POST"])
def station_new(request: PortalRequest) -> HttpResponse:
    keeper = _keeper(request)
    form = StationForm(request.POST or None, initial={"where": request.GET.get("where", "")[:60]})
    key = request.POST.get("idempotency_key", "")
    if request.method == "POST" and form.is_valid():
        done = saved(form, lambda: actions.create(keeper=keeper, values=form.values, by=request.actor, key=key))
        if done is not None:
            messages.success(request, f"已新建{done.name}。接下来登记站长，开通驿站账号。")
            return redirect(done)
    return form_page(request, form, "新建驿站", station=None, key=key)


def _keeper(request: PortalRequest) -> Organisation:
    """The highest organisation that the actor organises: there the new station belongs."""
    found = Organisation.objects.open().within(request.actor, Permission.ORGANISE).order_by("path").first()
    if found is None:
        raise NotAllowed
    return found


@require_http_methods(["GET", "POST"])
def station_edit(request: PortalRequest, public_id: str) -> HttpResponse:
    station = changeable(request, public_id)
    form: Any = StationForm(request.POST or None, station=station)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        if saved(form, lambda: actions.edit(station, values=form.values, by=request.actor, version=version)):
            messages.success(request, "已保存。")
            return redirect(station)
        form = with_version(form, listed(public_id).version)
    return form_page(request, form, "修改驿站", station=station)


@require_http_methods(["GET", "POST"])
def station_close(request: PortalRequest, public_id: str) -> HttpResponse:
    station = changeable(request, public_id)
    form: Any = CloseForm(request.POST or None, initial={"version": station.version})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if saved(form, lambda: actions.close(station, by=request.actor, on=given["on"], version=given["version"])):
            messages.success(request, f"已停用{station.name}，记录保留。它联系的党员改由附近的驿站联系。")
            return redirect(station)
        form = with_version(form, listed(public_id).version)
    lead = "停用以后，驿站账号看不到人了，联系的党员改由附近的驿站联系。记录和历史都保留，以后可以恢复。"
    return form_page(request, form, "停用驿站", station=station, submit="停用", lead=lead)


@require_POST
def station_reopen(request: PortalRequest, public_id: str) -> HttpResponse:
    station = actions.reopen(changeable(request, public_id), by=request.actor)
    messages.success(request, f"已恢复{station.name}。")
    return redirect(station)


@require_safe
def station_people(request: PortalRequest, public_id: str) -> HttpResponse:
    """Who is here, by why."""
    station = peopled(request, public_id)
    with readonly():
        context = presenters.people_page(station, request.actor, request.GET, clock.today())
        return render(request, "stations/people.html", {**context, "crumbs": presenters.crumbs(station, "联系的党员")})
