"""What a reader sets for a list: its columns for this session, and names for the filters that come back often."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import NotAllowed, UserError
from core.http import PortalRequest
from core.permissions import Permission
from members import saved
from members.listing import LISTS, PeopleList
from members.views.lists import Asked


class NameForm(forms.Form):
    name = forms.CharField(
        label="名字",
        max_length=30,
        help_text="比如“跨省且没有电话”。只有您自己看得到；名单总是按最新情况列出。",
        error_messages={
            "required": "请给这份名单起个名字，比如“跨省且没有电话”。",
            "max_length": "请不要超过 30 个字。",
        },
    )


def _list(request: PortalRequest, key: str) -> PeopleList:
    """Raises Http404, NotAllowed."""
    if key not in LISTS:
        raise Http404
    if not request.actor.can(Permission.VIEW):
        raise NotAllowed
    return LISTS[key]


@require_POST
def choose_columns(request: PortalRequest, key: str) -> HttpResponse:
    """Remember the columns for as long as the reader stays signed in; none ticked brings the usual ones back."""
    people = _list(request, key)
    known = [column.key for column in people.columns]
    kept = dict(request.session.get("columns", {}))
    kept[key] = [one for one in request.POST.getlist("columns") if one in known]
    request.session["columns"] = {one: columns for one, columns in kept.items() if columns}
    return redirect(Asked.of(people, request.POST).url())


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: PortalRequest, key: str) -> HttpResponse:
    """GET: asks for a name, shows what is kept. POST: keeps it and goes back to the list."""
    people = _list(request, key)
    asked = Asked.of(people, request.POST if request.method == "POST" else request.GET)
    form = NameForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            kept = saved.save(
                by=request.actor,
                list_key=key,
                name=form.cleaned_data["name"],
                query=asked.query(),
            )
        except UserError as refusal:
            form.add_error("name", refusal.text)
        else:
            messages.success(request, f"已保存为常用名单“{kept.name}”。")
            return redirect(asked.url())
    context = {
        "people": people,
        "labels": list(asked.chosen.labels().values()),
        "here": asked.url(),
        "fields": asked.parts().items(),
        "form": form,
    }
    return render(request, "members/saved_filter.html", context)


@require_POST
def delete(request: PortalRequest, public_id: str) -> HttpResponse:
    key = saved.delete(by=request.actor, public_id=public_id)
    if key is None:
        raise Http404
    return redirect(LISTS[key].url_name)
