"""Service points, the heads of the service lines, posts, and the accounts that work at a station."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions import accounts
from accounts.models import Outpost
from branches.views.common import saved, with_version
from core import clock
from core.errors import NotAllowed
from core.http import PortalRequest
from core.idempotency import once
from core.permissions import Permission
from stations.actions import parts as actions
from stations.forms import ClerkForm, EndForm, LinesForm, PointForm, PostForm
from stations.models import ServicePoint, StationPost
from stations.presenters import lines
from stations.views.common import changeable, form_page, listed, peopled


@require_http_methods(["GET", "POST"])
def point_new(request: PortalRequest, public_id: str) -> HttpResponse:
    station = changeable(request, public_id)
    form = PointForm(request.POST or None)
    key = request.POST.get("idempotency_key", "")
    if request.method == "POST" and form.is_valid():
        values = _values(form)
        if saved(form, lambda: actions.add_point(station=station, values=values, by=request.actor, key=key)):
            messages.success(request, f"已增加服务点“{values['name']}”。")
            return redirect(station)
    return form_page(request, form, "增加服务点", station=station, key=key)


@require_http_methods(["GET", "POST"])
def point_edit(request: PortalRequest, public_id: str) -> HttpResponse:
    point = _point(request, public_id)
    initial = {name: getattr(point, name) for name in ("name", "kind", "address", "hours", "version")}
    form: Any = PointForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        if saved(form, lambda: actions.edit_point(point, values=_values(form), by=request.actor, version=version)):
            messages.success(request, "已保存。")
            return redirect(point.station)
        form = with_version(form, ServicePoint.objects.get(pk=point.pk).version)
    return form_page(request, form, "修改服务点", station=point.station)


@require_POST
def point_close(request: PortalRequest, public_id: str) -> HttpResponse:
    point = actions.close_point(_point(request, public_id), by=request.actor)
    messages.success(request, f"已停用服务点“{point.name}”。")
    return redirect(point.station)


def _point(request: PortalRequest, public_id: str) -> ServicePoint:
    point = get_object_or_404(ServicePoint.objects.select_related("station"), public_id=public_id)
    changeable(request, point.station.public_id)
    return point


def _values(form: Any) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "version"}


@require_http_methods(["GET", "POST"])
def lines_edit(request: PortalRequest, public_id: str) -> HttpResponse:
    """Who heads the three service lines; one person may head several."""
    station = changeable(request, public_id)
    heads = {one.line: one.head_name for one in lines(station)}
    form = LinesForm(request.POST or None, heads=heads)
    if request.method == "POST" and form.is_valid():

        def save() -> bool:
            for line, name in form.cleaned_data.items():
                if name != heads.get(line, ""):
                    actions.set_line_head(station=station, line=line, head_name=name, by=request.actor)
            return True

        if saved(form, save):
            messages.success(request, "已保存。")
            return redirect(station)
    return form_page(request, form, "三站负责人", station=station, lead="一个人可以兼几个。空着就是还没有人。")


@require_http_methods(["GET", "POST"])
def post_new(request: PortalRequest, public_id: str) -> HttpResponse:
    station = changeable(request, public_id)
    form = PostForm(request.POST or None)
    key = request.POST.get("idempotency_key", "")
    if request.method == "POST" and form.is_valid():
        values = _values(form)
        if saved(form, lambda: actions.appoint(station=station, values=values, by=request.actor, key=key)):
            messages.success(request, f"已登记{values['holder_name']}任职。")
            return redirect(station)
    return form_page(request, form, "登记任职", station=station, key=key)


@require_http_methods(["GET", "POST"])
def post_edit(request: PortalRequest, public_id: str) -> HttpResponse:
    """An empty phone leaves the stored one alone: the form does not show it."""
    post = _post(request, public_id)
    form: Any = PostForm(
        request.POST or None,
        initial={name: getattr(post, name) for name in ("title", "holder_name", "starts_on", "version")},
    )
    form.fields["phone"].help_text = f"现在登记的号码尾号 {post.phone_tail}，不改就留空" if post.phone_tail else ""
    if request.method == "POST" and form.is_valid():
        version, values = form.cleaned_data["version"], _values(form)
        if not values["phone"]:
            del values["phone"]
        if saved(form, lambda: actions.edit_post(post, values=values, by=request.actor, version=version)):
            messages.success(request, "已保存。")
            return redirect(post.station)
        form = with_version(form, _post(request, public_id).version)
    return form_page(request, form, "修改职务", station=post.station)


@require_http_methods(["GET", "POST"])
def post_end(request: PortalRequest, public_id: str) -> HttpResponse:
    post = _post(request, public_id)
    form: Any = EndForm(request.POST or None, initial={"version": post.version})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if saved(form, lambda: actions.end_post(post, by=request.actor, on=given["on"], version=given["version"])):
            messages.success(request, f"{post.holder_name}已卸任。有驿站账号的，请到账号里收回。")
            return redirect(post.station)
        form = with_version(form, _post(request, public_id).version)
    return form_page(request, form, f"{post.holder_name}卸任", station=post.station, submit="卸任")


def _post(request: PortalRequest, public_id: str) -> StationPost:
    rows = StationPost.objects.visible_to(request.actor).select_related("station__keeper")
    post: StationPost = get_object_or_404(rows, public_id=public_id)
    changeable(request, post.station.public_id)
    return post


@require_http_methods(["GET", "POST"])
def clerk_new(request: PortalRequest, public_id: str) -> HttpResponse:
    """An account that works at this station and nowhere else."""
    station, by = listed(public_id), request.actor
    if not by.reaches(station.keeper.path, Permission.ACCOUNTS):
        peopled(request, public_id)
        raise NotAllowed("驿站账号由管理驿站的党组织开通。")
    form = ClerkForm(request.POST or None)
    key = request.POST.get("idempotency_key", "")
    if request.method == "POST" and form.is_valid():

        def create() -> str:
            return accounts.open_account(
                organisation=station.keeper, role="station", by=by, duty="驿站",
                outpost=Outpost(station.path, station.name), **form.cleaned_data,
            ).public_id  # fmt: skip

        if done := saved(form, lambda: once(key, by=by, now=clock.now(), create=create)):
            messages.success(request, "驿站账号已开通。接下来打印账号条，交给本人。")
            return redirect("account-detail", done[0])
    lead = "驿站账号只看得到这个驿站联系的党员，号码遮着；能登记到站报到，不能改档案。"
    return form_page(request, form, "开通驿站账号", station=station, submit="开通", key=key, lead=lead)
