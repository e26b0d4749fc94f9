"""My jobs, one job and its progress, cancelling and repeating; the states of all for the system administrator."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST, require_safe

from core.errors import UserError
from core.http import PortalRequest
from core.permissions import Permission
from core.views.access import public
from core.views.bases import readonly
from jobs import actions
from jobs.health import findings
from jobs.models import Job
from jobs.presenters import TONES, kind_title, result_page, shown

PAGE = 30


@require_GET
def job_list(request: PortalRequest) -> HttpResponse:
    """Mine, latest first; ``before``: the public id where the previous page ended."""
    actor = request.actor
    with readonly():
        mine = Job.objects.visible_to(actor).filter(owner=actor.id).order_by("-public_id")
        if before := request.GET.get("before"):
            mine = mine.filter(public_id__lt=before[:24])
        found = list(mine[: PAGE + 1])
        context = {
            "jobs": [shown(job) for job in found[:PAGE]],
            "more_url": f"?before={found[PAGE - 1].public_id}" if len(found) > PAGE else "",
            "everything": _everything(actor) if actor.can(Permission.SYSTEM) else None,
        }
        return render(request, "jobs/list.html", context)


def _everything(actor: Any) -> dict[str, Any]:
    """Kinds, states and times of all jobs; no title, text or parameter, they may speak of people."""
    rows = Job.objects.visible_to(actor, Permission.SYSTEM)
    columns = ("kind", "state", "attempts", "created_at", "finished_at")
    return {
        "counts": [
            (Job.State(state).label, count)
            for state, count in rows.order_by("state").values_list("state").annotate(count=Count("pk"))
        ],
        "latest": [
            {
                **row,
                "title": kind_title(row["kind"]),
                "label": Job.State(row["state"]).label,
                "tone": TONES[row["state"]],
            }
            for row in rows.order_by("-public_id").values(*columns)[:PAGE]
        ],
    }


@require_GET
def job_detail(request: PortalRequest, public_id: str) -> HttpResponse:
    """The page, or to a page that waits only the progress; when the job has ended, the word to load anew or go on."""
    job = _mine(request, public_id)
    go = request.GET.get("go") == "1"
    is_poll = request.htmx and not request.htmx.boosted
    if not is_poll:
        return render(request, "jobs/detail.html", {"job": shown(job)})
    if job.is_open:
        return render(request, "jobs/progress.html", {"job": shown(job, go=go)})
    response = HttpResponse()
    page = result_page(job) if go and job.state == Job.State.DONE else None
    if page:
        response["HX-Redirect"] = page.url
    else:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def job_cancel(request: PortalRequest, public_id: str) -> HttpResponse:
    return _do(request, public_id, actions.cancel, "已经要求取消。")


@require_POST
def job_retry(request: PortalRequest, public_id: str) -> HttpResponse:
    return _do(request, public_id, actions.retry, "已经重新排队。")


def _do(request: PortalRequest, public_id: str, action: Any, done: str) -> HttpResponse:
    job = _mine(request, public_id)
    try:
        action(job, by=request.actor)
        messages.success(request, done)
    except UserError as refusal:
        messages.error(request, refusal.text)
    return redirect(job)


@public
@require_safe
def health(request: PortalRequest) -> HttpResponse:  # noqa: ARG001
    """200 while pages work, else 503; a line for each thing that was looked at."""
    found = findings()
    is_down = any(finding.problem and finding.is_serious for finding in found)
    lines = "\n".join(str(finding) for finding in found)
    return HttpResponse(f"{lines}\n", status=503 if is_down else 200, content_type="text/plain; charset=utf-8")


def _mine(request: PortalRequest, public_id: str) -> Job:
    return get_object_or_404(Job.objects.visible_to(request.actor), public_id=public_id)
