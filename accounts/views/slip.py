"""In by slip, in three steps: name and code, a password or PIN of one's own, done."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from accounts import passwords, policy, sessions
from accounts.actions import slips
from accounts.forms import NewPasswordForm, NewPinForm, SlipForm
from accounts.models import LoginSlip
from accounts.views.marks import before_duties
from core import clock
from core.components import Step
from core.errors import UserError
from core.http import PortalRequest
from core.views.access import public

MINUTES = 15  # between the code and the new password


def steps(current: int) -> list[Step]:
    labels = ("用户名和账号条口令", "设自己的密码", "办好")
    states = ["done" if number < current else "current" if number == current else "todo" for number in range(3)]
    return [Step(label, state) for label, state in zip(labels, states, strict=True)]


@public
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def slip_page(request: PortalRequest) -> HttpResponse:
    form = SlipForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            slip = slips.check_slip(username=typed["username"], code=typed["code"], address=sessions.address(request))
        except UserError as refusal:
            form.add_error(None, refusal.text)
        else:
            request.session.flush()
            request.session["slip"] = {"id": slip.public_id, "at": clock.now().timestamp()}
            return redirect("sign-in-slip-secret")
    return render(request, "accounts/slip.html", {"form": form, "steps": steps(0)})


def _slip_at_hand(request: PortalRequest) -> LoginSlip | None:
    kept = request.session.get("slip")
    if not kept or clock.now().timestamp() - kept["at"] > MINUTES * 60:
        return None
    return LoginSlip.objects.open(clock.now()).filter(public_id=kept["id"]).select_related("user__organisation").first()


@public
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def slip_secret_page(request: PortalRequest) -> HttpResponse:
    slip = _slip_at_hand(request)
    if slip is None:
        return redirect("sign-in-slip")
    by_pin = policy.may_use_pin(slip.user, timezone.localdate())
    kind = request.POST.get("kind") or request.GET.get("kind", "pin")
    by_pin_now = by_pin and kind == "pin"
    form: Any = (NewPinForm if by_pin_now else NewPasswordForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _redeem(request, slip, form.cleaned_data)
        except UserError as refusal:
            form.add_error(form.first if refusal.code.startswith("pin") else None, refusal.text)
        except ValidationError as refusal:
            form.add_error(form.first, refusal.messages)
    context = {
        "form": form, "steps": steps(1), "person": slip.user, "may_use_pin": by_pin, "by_pin": by_pin_now,
        "rule": passwords.help_text(slip.user),
    }  # fmt: skip
    return render(request, "accounts/slip_secret.html", context)


def _redeem(request: PortalRequest, slip: LoginSlip, typed: dict[str, Any]) -> HttpResponse:
    redeemed = slips.redeem_slip(slip=slip, password=typed.get("password", ""), pin=typed.get("pin", ""))
    del request.session["slip"]
    inside = sessions.begin(request, redeemed.user, "账号条", "/sign-in/slip/done/")
    response = redirect("sign-in-slip-done" if inside else "sign-in-code")
    if redeemed.device_token:
        sessions.keep_device(response, redeemed.device_token)
    return response


@before_duties
@require_GET
def slip_done_page(request: PortalRequest) -> HttpResponse:
    return render(request, "accounts/slip_done.html", {"steps": steps(2), "person": request.user})
