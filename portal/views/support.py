"""帮助 and 意见建议."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import UserError
from core.http import PortalRequest
from core.ids import new_id
from core.permissions import Permission
from core.views.access import public
from portal.feedback import give_feedback
from portal.forms import FeedbackForm

_PATH = re.compile(r"/[a-z0-9/_-]{0,199}")


@public
@require_safe
def help_page(request: PortalRequest) -> HttpResponse:
    """How to do things, by role. There is no data in it: who cannot sign in yet may read the part about signing in."""
    actor = request.actor
    if not request.user.is_authenticated:
        return render(request, "portal/help_public.html")
    return render(request, "portal/help.html", {"may_set_up": actor.can(Permission.SETTINGS)})


@require_http_methods(["GET", "POST"])
def feedback_page(request: PortalRequest) -> HttpResponse:
    form = FeedbackForm(request.POST or None, initial={"page": came_from(request)})
    key = request.POST.get("idempotency_key") or new_id()
    if request.method == "POST" and form.is_valid():
        try:
            give_feedback(
                text=form.cleaned_data["what"],
                page=_page(form.cleaned_data["page"]),
                by=request.actor,
                key=key,
            )
        except UserError as refusal:
            form.add_error("what", refusal.text)
        else:
            messages.success(request, "谢谢，您的意见已转给县里的工作人员。")
            return redirect("home")
    return render(request, "portal/feedback.html", {"form": form, "key": key})


def came_from(request: PortalRequest) -> str:
    """The path of the page with the link, without its query; "" when it is not one of ours."""
    parts = urlsplit(request.headers.get("Referer", ""))
    return _page(parts.path) if parts.netloc == request.get_host() else ""


def _page(path: str) -> str:
    return path if _PATH.fullmatch(path) else ""
