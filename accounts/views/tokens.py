"""Tokens for programs: my own, made here, shown once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions import tokens
from accounts.forms import SCOPE_TITLES, TokenForm
from accounts.models import ApiToken
from core import clock
from core.errors import NotAllowed, UserError
from core.http import PortalRequest
from core.permissions import Permission

# Where a refusal of the action is shown.
FIELDS = {"token_days": "days", "token_rate": "per_minute", "password_wrong": "current", "locked": "current"}


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def tokens_page(request: PortalRequest) -> HttpResponse:
    user: Any = request.user
    actor = request.actor
    if not actor.can(Permission.ACCOUNTS):
        raise NotAllowed("接口令牌由管账号的岗位办理，请找上一级党组织。")
    form, secret = TokenForm(request.POST or None, by=actor), ""
    if request.method == "POST" and form.is_valid():
        try:
            _, secret = tokens.make_token(user=user, by=actor, **form.cleaned_data)
            form = TokenForm(by=actor)
        except UserError as refusal:
            form.add_error(FIELDS.get(refusal.code), refusal.text)
    context = {
        "form": form,
        "secret": secret,
        "tokens": [_line(token) for token in user.tokens.select_related("organisation").order_by("-made_at")],
    }
    return render(request, "accounts/tokens.html", context)


def _line(token: ApiToken) -> dict[str, Any]:
    over = token.withdrawn_at is not None or token.expires_at <= clock.now()
    state = "已停用" if token.withdrawn_at else "已过期" if over else "有效"
    scopes = "、".join(title for scope, title in SCOPE_TITLES.items() if scope in token.scopes)
    return {"token": token, "state": state, "tone": "neutral" if over else "ok", "is_over": over, "scopes": scopes}


@require_POST
def withdraw_post(request: PortalRequest, public_id: str) -> HttpResponse:
    own = ApiToken.objects.filter(user=request.user)
    tokens.withdraw_token(token=get_object_or_404(own, public_id=public_id), by=request.actor)
    messages.success(request, "令牌已停用。")
    return redirect("account-tokens")
