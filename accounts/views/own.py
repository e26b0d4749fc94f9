"""My account: what I may do, my password, PIN and second factor, where I signed in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import passwords, policy, presenters, sessions
from accounts.actions import factors, secrets
from accounts.forms import ChangePasswordForm, ChangePinForm, CodeForm
from accounts.models import Device, SecondFactor
from accounts.views.marks import before_duties
from core.errors import UserError
from core.http import PortalRequest
from core.qr import qr_code


@before_duties
@require_GET
def account_page(request: PortalRequest) -> HttpResponse:
    user: Any = request.user
    today = timezone.localdate()
    factor = SecondFactor.objects.confirmed().filter(user=user).first()
    context = {
        "facts": presenters.own_facts(user),
        "grants": presenters.grant_lines(user, today),
        "sign_ins": presenters.sign_ins(user),
        "device": Device.objects.filter(user=user).first(),
        "may_use_pin": policy.may_use_pin(user, today),
        "has_password": user.has_usable_password(),
        "factor": factor,
        "recovery_left": factor.recovery_codes.filter(used_at=None).count() if factor else 0,
        "factor_blockers": factors.blockers_to_remove(user, today),
    }
    return render(request, "accounts/account.html", context)


@before_duties
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password_page(request: PortalRequest) -> HttpResponse:
    user: Any = request.user
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            changed = secrets.set_password(
                user=user,
                current=typed["current"],
                password=typed["password"],
                by=request.actor,
            )
        except UserError as refusal:
            form.add_error("current", refusal.text)
        except ValidationError as refusal:
            form.add_error("password", refusal.messages)
        else:
            update_session_auth_hash(request, changed)
            sessions.done(request, "password")
            messages.success(request, "密码已修改，别处的登录都已退出。")
            return redirect("account")
    must = "password" in request.session.get("duties", [])
    context = {"form": form, "rule": passwords.help_text(user), "must": must}
    return render(request, "accounts/password.html", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def pin_page(request: PortalRequest) -> HttpResponse:
    user: Any = request.user
    if not policy.may_use_pin(user, timezone.localdate()):
        messages.info(request, "六位口令只给支部书记等用手机的岗位，您的岗位请用密码登录。")
        return redirect("account")
    form = ChangePinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            token = secrets.set_pin(user=user, current=typed["current"], pin=typed["pin"], by=request.actor)
        except UserError as refusal:
            form.add_error("current" if refusal.code in ("password_wrong", "locked") else "pin", refusal.text)
        else:
            messages.success(request, "这部手机已绑定，以后输六位口令就能登录。")
            response = redirect("account")
            sessions.keep_device(response, token)
            return response
    return render(request, "accounts/pin.html", {"form": form})


@require_POST
def forget_phone(request: PortalRequest) -> HttpResponse:
    secrets.forget_phone(user=request.user, by=request.actor)
    messages.success(request, "手机已解除绑定。")
    response = redirect("account")
    sessions.forget_device(response)
    return response


@before_duties
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def factor_page(request: PortalRequest) -> HttpResponse:
    """Scan, type one code, keep the recovery codes. The QR code is drawn into the page: no address holds the secret."""
    user: Any = request.user
    actor = request.actor
    if SecondFactor.objects.confirmed().filter(user=user).exists():
        return redirect("account")
    if request.method == "POST" and "start" in request.POST:
        factors.begin_second_factor(user=user, by=actor)
        return redirect("account-factor")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = factors.confirm_second_factor(user=user, code=form.cleaned_data["code"], by=actor)
        except UserError as refusal:
            form.add_error("code", refusal.text)
        else:
            sessions.done(request, "factor")
            return render(request, "accounts/recovery_codes.html", {"codes": codes})
    return render(request, "accounts/factor.html", _factor_context(request, form))


def _factor_context(request: PortalRequest, form: CodeForm) -> dict[str, Any]:
    context: dict[str, Any] = {"form": form, "must": "factor" in request.session.get("duties", []), "qr": ""}
    factor = SecondFactor.objects.filter(user=request.user).first()
    if factor is not None:
        secret = factor.reveal("secret")
        context["qr"] = qr_code(factors.provisioning_uri(factor))
        context["secret"] = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return context


@require_POST
def remove_factor(request: PortalRequest) -> HttpResponse:
    factors.remove_second_factor(user=request.user, by=request.actor)
    messages.success(request, "动态口令已停用。")
    return redirect("account")
