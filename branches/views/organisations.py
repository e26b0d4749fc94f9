"""The pages on organisations: list, detail, and the forms that change the tree."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches import presenters
from branches.actions import organisations as actions
from branches.enums import MAY_SIT_UNDER
from branches.forms import CloseForm, MoveForm, OrganisationForm
from branches.models import Organisation
from branches.views.common import changeable, listed, saved, with_version
from core import clock
from core.http import PortalRequest
from core.idempotency import once
from core.ids import new_id
from core.permissions import Permission

MOST_FOUND = 100


@require_http_methods(["GET", "POST"])
def organisation_list(request: PortalRequest) -> HttpResponse:
    """The children of the chosen organisation; a search (by POST) looks through the whole county."""
    chosen = request.GET.get("in", "")
    current = listed(chosen) if chosen else _home(request)
    text = request.POST.get("q", "").strip()[:40] if request.method == "POST" else ""
    if text:
        found = Organisation.objects.open().named(text).official()
        rows = list(found.select_related("parent")[: MOST_FOUND + 1])
    else:
        rows = list(presenters.children_of(current)) if current else []
    actor = request.actor
    return render(
        request,
        "branches/list.html",
        {
            "nodes": presenters.tree(current),
            "current": current,
            "rows": rows[:MOST_FOUND] if text else rows,
            "total": min(len(rows), MOST_FOUND) if text else len(rows),
            "capped": bool(text) and len(rows) > MOST_FOUND,
            "text": text,
            "may_organise": bool(current and current.is_open and actor.reaches(current.path, Permission.ORGANISE)),
            "list_url": presenters.list_url(current) if current else reverse("organisation-list"),
        },
    )


def _home(request: PortalRequest) -> Organisation | None:
    """Where the reader belongs, else the root; None in a county that is not set up."""
    own = Organisation.objects.filter(pk=request.actor.organisation_id or 0).first()
    if own is None or own.is_branch:
        own = own.parent if own else Organisation.objects.filter(parent__isnull=True).order_by("path").first()
    return own


@require_GET
def organisation_branch(request: PortalRequest, public_id: str) -> HttpResponse:
    return render(request, "components/tree_nodes.html", {"nodes": presenters.branch(listed(public_id))})


@require_GET
def organisation_detail(request: PortalRequest, public_id: str) -> HttpResponse:
    organisation, actor = listed(public_id), request.actor
    may_organise = actor.reaches(organisation.path, Permission.ORGANISE)
    sees_people = actor.reaches(organisation.path, Permission.VIEW)
    context: dict[str, Any] = {
        "organisation": organisation,
        "crumbs": presenters.crumbs(organisation),
        "facts": presenters.facts(organisation, clock.today()),
        "children": list(presenters.children_of(organisation)),
        "may_organise": may_organise,
        "sees_people": sees_people,
        "posts": presenters.posts(organisation, actor) if sees_people else [],
        "history": presenters.history(organisation, actor) if sees_people else [],
        "may_audit": actor.reaches(organisation.path, Permission.AUDIT),
    }
    if may_organise:
        context["move_blockers"] = actions.blockers_to_move(organisation)
        context["close_blockers"] = actions.blockers_to_close(organisation)
        context["reopen_blockers"] = actions.blockers_to_reopen(organisation)
    return render(request, "branches/detail.html", context)


@require_http_methods(["GET", "POST"])
def organisation_new(request: PortalRequest, public_id: str) -> HttpResponse:
    """A new organisation below the one in the address."""
    parent = changeable(request, public_id)
    form = OrganisationForm(request.POST or None)
    key = request.POST.get("idempotency_key") or new_id()
    if request.method == "POST" and form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        by = request.actor
        done = saved(
            form,
            lambda: once(
                key, by=by, now=clock.now(), create=lambda: actions.create(parent=parent, by=by, **values).public_id
            ),
        )
        if done is not None:
            messages.success(request, f"已新建{values['name']}。")
            return redirect("organisation-detail", public_id=done[0])
    context = {"form": form, "parent": parent, "key": key, "crumbs": presenters.crumbs(parent, "新建下级党组织")}
    return render(request, "branches/form.html", context)


@require_http_methods(["GET", "POST"])
def organisation_edit(request: PortalRequest, public_id: str) -> HttpResponse:
    organisation = changeable(request, public_id)
    form = OrganisationForm(request.POST or None, initial=OrganisationForm.values_of(organisation))
    if request.method == "POST" and form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        values["short_name"] = values["short_name"] or actions.short_for(values["name"], organisation.parent)
        version = form.cleaned_data["version"]
        if saved(form, lambda: actions.edit(organisation, values=values, by=request.actor, version=version)):
            messages.success(request, "已保存。")
            return redirect(organisation)
        form = with_version(form, _version(organisation))
    context = {"form": form, "organisation": organisation, "crumbs": presenters.crumbs(organisation, "修改")}
    return render(request, "branches/form.html", context)


@require_http_methods(["GET", "POST"])
def organisation_move(request: PortalRequest, public_id: str) -> HttpResponse:
    organisation = changeable(request, public_id)
    form = MoveForm(
        request.POST or None, initial={"version": organisation.version}, targets=_targets(request, organisation)
    )
    if request.method == "POST" and form.is_valid():
        to, version = form.targets[form.cleaned_data["to"]], form.cleaned_data["version"]
        if saved(form, lambda: actions.move(organisation, to=to, by=request.actor, version=version)):
            messages.success(request, f"已移到{to.short_name}下面，下级党组织和党员一起移过去了。")
            return redirect(organisation)
        form = with_version(form, _version(organisation))
    context = {
        "form": form,
        "organisation": organisation,
        "below": Organisation.objects.open().under(organisation.path).count() - 1,
        "blockers": actions.blockers_to_move(organisation),
        "crumbs": presenters.crumbs(organisation, "移动"),
    }
    return render(request, "branches/move.html", context)


def _targets(request: PortalRequest, organisation: Organisation) -> list[Organisation]:
    """Where it may go: the kinds it may sit under, within reach, not below itself."""
    fitting = Organisation.objects.open().within(request.actor, Permission.ORGANISE)
    below = Organisation.objects.under(organisation.path).values("pk")
    return list(fitting.filter(kind__in=MAY_SIT_UNDER[organisation.kind]).exclude(pk__in=below).official())


@require_http_methods(["GET", "POST"])
def organisation_close(request: PortalRequest, public_id: str) -> HttpResponse:
    organisation = changeable(request, public_id)
    form = CloseForm(request.POST or None, initial={"version": organisation.version})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if saved(
            form,
            lambda: actions.close(organisation, by=request.actor, on=given["on"], version=given["version"]),
        ):
            messages.success(request, f"已撤销{organisation.short_name}。")
            return redirect(organisation)
        form = with_version(form, _version(organisation))
    context = {
        "form": form,
        "organisation": organisation,
        "blockers": actions.blockers_to_close(organisation),
        "crumbs": presenters.crumbs(organisation, "撤销"),
    }
    return render(request, "branches/close.html", context)


@require_POST
def organisation_reopen(request: PortalRequest, public_id: str) -> HttpResponse:
    organisation = changeable(request, public_id)
    actions.reopen(organisation, by=request.actor)
    messages.success(request, f"已恢复{organisation.short_name}。")
    return redirect(organisation)


@require_http_methods(["GET", "POST"])
def organisation_order(request: PortalRequest, public_id: str) -> HttpResponse:
    """Numbers to type, or one step up or down; both work without script."""
    parent = changeable(request, public_id)
    children = list(presenters.children_of(parent))
    if request.method == "POST":
        ranked = _ranked(children, request.POST)
        actions.reorder(parent, order=[one.pk for one in ranked], by=request.actor)
        if "up" in request.POST or "down" in request.POST:
            return redirect("organisation-order", public_id=public_id)
        messages.success(request, "排序已保存，所有名册和表格都按它排。")
        return redirect(presenters.list_url(parent))
    context = {"parent": parent, "rows": children, "crumbs": presenters.crumbs(parent, "下级排序")}
    return render(request, "branches/order.html", context)


def _ranked(children: list[Organisation], given: Any) -> list[Organisation]:
    """In the order that was asked for; a number that is none leaves its row where it stands."""
    places = {one.public_id: index for index, one in enumerate(children, start=1)}
    for step, name in ((-1.5, "up"), (1.5, "down")):
        if (moved := given.get(name)) in places:
            return sorted(children, key=lambda one: places[one.public_id] + (step if one.public_id == moved else 0))
    asked = {}
    for public_id, place in places.items():
        typed = given.get(f"position-{public_id}", "").strip()
        number = int(typed) if typed.isdecimal() and len(typed) < 6 else place
        # A row that was given a new number comes before the one that has had it.
        asked[public_id] = (number, number == place, -1 if number < place else 1)
    return sorted(children, key=lambda one: (asked[one.public_id][0], _tie(asked[one.public_id])))


def _tie(asked: tuple[int, bool, int]) -> int:
    """Among equal numbers: moved up, stayed, moved down."""
    _, stayed, way = asked
    return 0 if stayed else way


def _version(organisation: Organisation) -> int:
    return int(get_object_or_404(Organisation, pk=organisation.pk).version)
