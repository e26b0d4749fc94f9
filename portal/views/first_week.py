"""第一周: organisations, members, accounts, ledgers. Each step shows what is there and what is missing yet."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from branches.models import Organisation
from core.actors import Actor
from core.components import Step
from core.errors import NotAllowed
from core.http import PortalRequest
from core.permissions import Permission
from core.views.bases import readonly
from portal.first_week import actions
from portal.first_week.state import STEPS, FirstWeekStep, address, step


def _keeper(request: PortalRequest) -> Actor:
    """Raises NotAllowed."""
    actor = request.actor
    if not actor.can(Permission.SETTINGS):
        raise NotAllowed("首次设置由县级工作人员办理。")
    return actor


@require_safe
def start(request: PortalRequest) -> HttpResponse:
    """Where it was left: the first step with nothing in it, else the first that lacks something, else the last."""
    actor = _keeper(request)
    empty = next((one for one in STEPS if not one.begun(actor)), None)
    going = empty or next((one for one in STEPS if not one.standing(actor).is_done), STEPS[-1])
    return redirect(going.url_name)


@require_safe
def step_page(request: PortalRequest, key: str) -> HttpResponse:
    actor = _keeper(request)
    with readonly():
        current = step(key)
        place = STEPS.index(current)
        root = get_object_or_404(Organisation.objects.within(actor, Permission.SETTINGS), parent__isnull=True)
        context = {
            "step": current,
            "standing": current.standing(actor),
            "steps": [_marked(one, one is current, actor) for one in STEPS],
            "previous_url": reverse(STEPS[place - 1].url_name) if place else "",
            "next_url": reverse(STEPS[place + 1].url_name) if place + 1 < len(STEPS) else "",
            "next_label": STEPS[place + 1].label if place + 1 < len(STEPS) else "",
            "root": root,
            "import_url": address("import-list"),
            "is_finished": actions.is_finished(),
        }
        return render(request, "portal/first_week.html", context)


def _marked(one: FirstWeekStep, is_current: bool, actor: Actor) -> Step:
    if is_current:
        return Step(one.label, "current")
    return Step(one.label, "done", reverse(one.url_name)) if one.begun(actor) else Step(one.label)


@require_POST
def finish(request: PortalRequest) -> HttpResponse:
    actions.finish(by=_keeper(request))
    messages.success(request, "首次设置已办完，首页不再提示。以后要看还缺什么，从“帮助”里可以再打开。")
    return redirect("home")
