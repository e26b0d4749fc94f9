"""Posts: appoint, mend, end, and the look at a whole phone number."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from branches import presenters
from branches.actions import posts as actions
from branches.forms import EndPostForm, PostForm
from branches.models import Post
from branches.views.common import changeable, saved, with_version
from core import clock
from core.errors import NotAllowed
from core.http import PortalRequest
from core.idempotency import once
from core.ids import new_id
from core.permissions import Permission


@require_http_methods(["GET", "POST"])
def post_new(request: PortalRequest, public_id: str) -> HttpResponse:
    organisation = changeable(request, public_id)
    form = PostForm(request.POST or None)
    key = request.POST.get("idempotency_key") or new_id()
    if request.method == "POST" and form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        by = request.actor
        done = saved(
            form,
            lambda: once(
                key, by=by, now=clock.now(),
                create=lambda: actions.appoint(organisation=organisation, by=by, **values).public_id,
            ),
        )  # fmt: skip
        if done is not None:
            messages.success(request, f"已登记{values['holder_name']}任职。")
            return redirect(organisation)
    context = {
        "form": form,
        "organisation": organisation,
        "key": key,
        "crumbs": presenters.crumbs(organisation, "任职"),
    }
    return render(request, "branches/post.html", context)


@require_http_methods(["GET", "POST"])
def post_edit(request: PortalRequest, public_id: str) -> HttpResponse:
    """An empty phone leaves the stored one alone: the form does not show it."""
    post = _changeable(request, public_id)
    initial = {name: getattr(post, name) for name in ("title", "holder_name", "starts_on", "version")}
    form = PostForm(request.POST or None, initial=initial)
    form.fields["phone"].help_text = f"现在登记的号码尾号 {post.phone_tail}，不改就留空" if post.phone_tail else ""
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        values = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        if not values["phone"]:
            del values["phone"]
        if saved(form, lambda: actions.edit_post(post, values=values, by=request.actor, version=version)):
            messages.success(request, "已保存。")
            return redirect(post.organisation)
        form = with_version(form, _version(post))
    context = {
        "form": form,
        "post": post,
        "organisation": post.organisation,
        "crumbs": presenters.crumbs(post.organisation, "修改职务"),
    }
    return render(request, "branches/post.html", context)


@require_http_methods(["GET", "POST"])
def post_end(request: PortalRequest, public_id: str) -> HttpResponse:
    post = _changeable(request, public_id)
    form = EndPostForm(request.POST or None, initial={"version": post.version})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if saved(form, lambda: actions.end_post(post, by=request.actor, on=given["on"], version=given["version"])):
            messages.success(request, f"{post.holder_name}已卸任，挂在这个职务上的权限同时终止。")
            return redirect(post.organisation)
        form = with_version(form, _version(post))
    crumbs = presenters.crumbs(post.organisation, "卸任")
    return render(
        request,
        "branches/post_end.html",
        {"form": form, "post": post, "organisation": post.organisation, "crumbs": crumbs},
    )


@require_POST
def post_phone(request: PortalRequest, public_id: str) -> HttpResponse:
    """The number itself, in place of the masked one; without script on a page of its own."""
    post = _visible(request, public_id)
    number = actions.reveal_phone(post, by=request.actor)
    if request.headers.get("HX-Request"):
        return render(
            request, "components/masked.html", {"text": number, "url": "", "field": "", "label": "", "live": ""}
        )
    context = {"post": post, "number": number, "crumbs": presenters.crumbs(post.organisation, "联系电话")}
    return render(request, "branches/post_phone.html", context)


def _visible(request: PortalRequest, public_id: str) -> Post:
    rows = Post.objects.visible_to(request.actor).select_related("organisation")
    post: Post = get_object_or_404(rows, public_id=public_id)
    return post


def _changeable(request: PortalRequest, public_id: str) -> Post:
    post = _visible(request, public_id)
    if not request.actor.reaches(post.organisation.path, Permission.ORGANISE):
        raise NotAllowed
    return post


def _version(post: Post) -> int:
    post.refresh_from_db(fields=["version"])
    return post.version
