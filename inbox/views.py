"""等您处理: to-dos, those of the organisations below, messages."""

from __future__ import annotations

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from core.components import Tab
from core.http import PortalRequest
from core.views.bases import readonly
from inbox import actions, queries
from inbox.models import Message

PAGE = 30


@require_GET
def inbox(request: PortalRequest) -> HttpResponse:
    """``tab``: mine (default), below, messages; ``before``: where the previous page of messages ended."""
    actor = request.actor
    with readonly():
        mine = queries.for_actor(actor, limit=100)
        tab = request.GET.get("tab", "")
        url = reverse("inbox")
        context = {
            "tabs": [
                Tab("等您处理", url, mine.todo_count, tab not in ("below", "messages")),
                Tab("下级的待办", f"{url}?tab=below", mine.below_count, tab == "below"),
                Tab("消息", f"{url}?tab=messages", mine.unread_count, tab == "messages"),
            ],
            "tab": tab,
            "todos": queries.below(actor) if tab == "below" else mine.todos,
        }
        context["left_out"] = (mine.below_count if tab == "below" else mine.todo_count) - len(context["todos"])
        if tab == "messages":
            context.update(_messages(request))
        return render(request, "inbox/inbox.html", context)


def _messages(request: PortalRequest) -> dict[str, object]:
    found = Message.objects.visible_to(request.actor).order_by("-public_id")
    if before := request.GET.get("before"):
        found = found.filter(public_id__lt=before[:24])
    page = list(found[: PAGE + 1])
    return {
        "notes": page[:PAGE],
        "more_url": f"?tab=messages&before={page[PAGE - 1].public_id}" if len(page) > PAGE else "",
    }


@require_POST
def read(request: PortalRequest, public_id: str) -> HttpResponse:
    """Mark it read and go where it leads."""
    actor = request.actor
    message = get_object_or_404(Message.objects.visible_to(actor), public_id=public_id)
    actions.read(message, by=actor)
    return redirect(message.url or f"{reverse('inbox')}?tab=messages")


@require_POST
def read_all(request: PortalRequest) -> HttpResponse:
    count = actions.read_all(by=request.actor)
    flash.success(request, f"已把 {count} 条消息标为已读。")
    return redirect(f"{reverse('inbox')}?tab=messages")
