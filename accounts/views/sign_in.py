"""The door: password, PIN, second factor, out again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import demo, sessions
from accounts.actions import factors, sign_in
from accounts.forms import CodeForm, PinForm, SignInForm
from accounts.models import User
from core.errors import UserError
from core.http import PortalRequest
from core.views.access import public


def inside(request: PortalRequest, then: str) -> HttpResponse:
    """On to the page that was asked for, if it is one of ours, or home."""
    ours = url_has_allowed_host_and_scheme(then, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(then if then and ours else "/")


def _through(request: PortalRequest, user: User, how: str) -> HttpResponse:
    then = request.POST.get("next", "")
    if sessions.begin(request, user, how, then):
        return inside(request, then)
    return redirect("sign-in-code")


@public
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_in_page(request: PortalRequest) -> HttpResponse:
    then = request.POST.get("next") or request.GET.get("next", "")
    if request.method == "GET" and request.user.is_authenticated:
        return inside(request, then)
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            user = sign_in.sign_in(
                username=typed["username"], password=typed["password"], address=sessions.address(request)
            )
            return _through(request, user, "密码")
        except UserError as refusal:
            form.add_error(None, refusal.text)
    context = {
        "form": form,
        "next": then,
        "has_phone": sign_in.phone_of(sessions.device_token(request)) is not None,
        "demo": demo.sign_in_hint(),
    }
    return render(request, "accounts/sign_in.html", context)


@public
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_in_pin_page(request: PortalRequest) -> HttpResponse:
    token = sessions.device_token(request)
    device = sign_in.phone_of(token)
    if device is None:
        messages.info(request, "这部手机还没有绑定六位口令。请用密码登录，或用上一级打印的账号条。")
        return redirect("sign-in")
    form = PinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _through(request, sign_in.sign_in_pin(token=token, pin=form.cleaned_data["pin"]), "六位口令")
        except UserError as refusal:
            form.add_error(None, refusal.text)
    then = request.POST.get("next") or request.GET.get("next", "")
    return render(
        request,
        "accounts/sign_in_pin.html",
        {"form": form, "person": device.user, "next": then, "other_url": reverse("sign-in")},
    )


@public
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_in_code_page(request: PortalRequest) -> HttpResponse:
    waiting = sessions.pending(request)
    if waiting is None:
        messages.info(request, "请先输入用户名和密码。")
        return redirect("sign-in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed, address = form.cleaned_data["code"], sessions.address(request)
        try:
            if len("".join(typed.split())) == factors.DIGITS:
                factors.pass_second_factor(user=waiting.user, code=typed, address=address)
            else:
                left = factors.use_recovery_code(user=waiting.user, code=typed, address=address)
                messages.warning(request, f"备用码已用掉一个，还剩 {left} 个。快用完时请到“我的账号”重新设置动态口令。")
        except UserError as refusal:
            form.add_error(None, refusal.text)
        else:
            sessions.complete(request, waiting.user, f"{waiting.how}、动态口令")
            return inside(request, waiting.then)
    return render(request, "accounts/sign_in_code.html", {"form": form})


@public
@require_POST
def sign_out_page(request: PortalRequest) -> HttpResponse:
    """退出 and 换人: both end at the sign-in page, nothing of the session is left."""
    if request.user.is_authenticated:
        sign_in.sign_out(user=request.user, by=request.actor)
    sessions.end(request)
    if request.POST.get("then") != "sign-in":
        messages.success(request, "您已退出。")
    response = redirect(reverse("sign-in"))
    response["Clear-Site-Data"] = '"cache"'
    return response
