"""首次设置: the code from the server, then the county and its first two accounts. Closed once there is a county."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import passwords, sessions
from accounts.actors import actor_for
from core import clock
from core.components import Step
from core.domain.regions import region_place
from core.errors import UserError
from core.http import PortalRequest
from core.qr import qr_code
from core.views.access import public
from portal.first_week import actions
from portal.first_week.actions import Person
from portal.first_week.code import is_set_up
from portal.forms import CodeForm, CountyForm

MINUTES = 60  # between the code and the form
# What the people at the server type; the second with the administrator's user name.
SHOW_CODE = "python manage.py set_up_code"
RESTORE = "python manage.py restore_administrator 用户名"
LABELS = ("设置口令", "县和第一批账号", "打印系统管理员的账号条")


def steps(current: int) -> list[Step]:
    states = ["done" if number < current else "current" if number == current else "todo" for number in range(3)]
    return [Step(label, state) for label, state in zip(LABELS, states, strict=True)]


@public
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def code_page(request: PortalRequest) -> HttpResponse:
    if is_set_up():
        return redirect("home")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.check_code(typed=form.cleaned_data["code"], address=sessions.address(request))
        except UserError as refusal:
            form.add_error("code", refusal.text)
        else:
            request.session.flush()
            request.session["set_up"] = clock.now().timestamp()
            return redirect("set-up-county")
    return render(request, "portal/set_up_code.html", {"form": form, "steps": steps(0), "command": SHOW_CODE})


@public
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def county_page(request: PortalRequest) -> HttpResponse:
    if is_set_up():
        return redirect("home")
    if clock.now().timestamp() - request.session.get("set_up", 0) > MINUTES * 60:
        return redirect("set-up")
    form = CountyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _done(request, _set_up(form.cleaned_data), form.cleaned_data["region_code"])
        except UserError as refusal:
            form.add_error(_field_of(refusal), refusal.text)
        except ValidationError as refusal:
            form.add_error("password", refusal.messages)
    context = {"form": form, "steps": steps(1), "rule": passwords.help_text(None)}
    return render(request, "portal/set_up_county.html", context)


def _set_up(typed: dict[str, Any]) -> actions.SetUp:
    return actions.set_up(
        county=typed["county"],
        region_code=typed["region_code"],
        keeper=Person(typed["name"], typed["username"]),
        password=typed["password"],
        administrator=Person(typed["administrator_name"], typed["administrator_username"]),
    )


def _field_of(refusal: UserError) -> str | None:
    for prefix, field in (("administrator", "administrator_username"), ("username", "username"), ("blocked", "county")):
        if refusal.code.startswith(prefix):
            return field
    return None


def _done(request: PortalRequest, made: actions.SetUp, region_code: str) -> HttpResponse:
    """Signed in, with the administrator's slip on this one answer: its code stands nowhere else."""
    sessions.begin(request, made.user, "首次设置")
    request.actor = actor_for(made.user, timezone.localdate())
    _say_region(request, region_code)
    address = request.build_absolute_uri(reverse("sign-in-slip"))
    context: dict[str, Any] = {"pages": [[made.slip]], "number": 1, "address": address, "qr": qr_code(address, scale=2)}
    context |= {"county": made.county, "steps": steps(2), "command": RESTORE}
    return render(request, "portal/set_up_done.html", context)


def _say_region(request: PortalRequest, code: str) -> None:
    region = region_place(code)
    if region and region.code == code and region.county:
        messages.success(request, f"行政区划代码 {code} 是{region.label()}。")
    else:
        text = f"行政区划代码 {code} 不在系统的县级区划表里，已照填保存。填错了请在党组织页面修改，它用来判断跨省、跨市、跨县。"
        messages.warning(request, text)
