"""Finding people: numbers come by POST and are answered at once; names and initials may stand in the address."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from core import clock
from core.actors import Actor
from core.errors import NotAllowed, UserError
from core.http import PortalRequest
from core.permissions import Permission
from core.views.bases import readonly
from members import rows
from members.listing import BRANCH, MEMBERS, PHONE, STATE, VERIFIED, Column
from members.models import Member
from members.search import MOST, Kind, Wanted, find, understand

COLUMNS = (BRANCH, Column("age", "年龄"), PHONE, Column("place", "去向"), STATE, VERIFIED)


@require_http_methods(["GET", "HEAD", "POST"])
def search(request: PortalRequest) -> HttpResponse:
    """GET shows what ``q`` finds; POST with a whole number that one person has leads to that person's file."""
    actor = request.actor
    if not actor.holds(Permission.VIEW):
        raise NotAllowed
    with readonly():
        typed = (request.POST if request.method == "POST" else request.GET).get("q", "")
        try:
            wanted = understand(typed)
        except UserError as refusal:
            return render(request, "members/found.html", {"problem": refusal.text, "rows": [], "shown": ""})
        if request.method != "POST" and not wanted.may_be_address:
            messages.warning(request, "完整号码不能放在网址里，请在“找人”框里输入。")
            return redirect("member-search")  # the number leaves the address at once
        if request.method == "POST" and wanted.may_be_address:
            return redirect(f"{reverse('member-search')}?{urlencode({'q': wanted.text})}")
        return _answer(request, actor, wanted)


def _answer(request: PortalRequest, actor: Actor, wanted: Wanted) -> HttpResponse:
    ids = find(wanted, actor)
    if len(ids) == 1 and not wanted.may_be_address:
        return redirect(Member.objects.visible_to(actor).get(pk=ids[0]))
    people = MEMBERS.fetch(actor, ids[:MOST])
    context = {
        "problem": "",
        "shown": shown(wanted),
        "rows": rows.rows(MEMBERS, people, COLUMNS, clock.today()),
        "columns": COLUMNS,
        "more": len(ids) > MOST,
        "most": MOST,
    }
    return render(request, "members/found.html", context)


def shown(wanted: Wanted) -> str:
    """What was looked for, in words; a whole number is not repeated on the page."""
    return {
        Kind.NAME: f"姓名含“{wanted.text}”",
        Kind.INITIALS: f"拼音首字母以“{wanted.text}”开头",
        Kind.TAIL: f"手机尾号 {wanted.text}",
        Kind.PHONE: "这个手机号",
        Kind.IDENTITY: "这个身份证号",
    }[wanted.kind]
