"""Other people's accounts: list, open, roles, stand-ins, disable. Only inside what the actor looks after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import forms, presenters, rights
from accounts.actions import accounts as account_actions
from accounts.actions import grants as grant_actions
from accounts.models import Grant, User
from branches.models import Organisation
from core import clock
from core.actors import Actor
from core.components import FilterChip
from core.errors import NotAllowed, UserError
from core.http import PortalRequest
from core.idempotency import once
from core.ids import new_id
from core.permissions import Permission

PAGE = 50


def keeper(request: PortalRequest) -> Actor:
    """The actor, who must look after accounts somewhere. Raises NotAllowed."""
    actor = request.actor
    if not actor.can(Permission.ACCOUNTS):
        raise NotAllowed("您的岗位不管账号。开通、停用账号和打印账号条，请找上一级党组织。")
    return actor


def account_of(request: PortalRequest, public_id: str) -> User:
    """404 outside the subtree, 403 without the right."""
    accounts = User.objects.manageable_by(keeper(request)).select_related("organisation")
    return get_object_or_404(accounts, public_id=public_id)


@require_GET
def list_page(request: PortalRequest) -> HttpResponse:
    actor, today = keeper(request), timezone.localdate()
    form = forms.AccountFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    unit = Organisation.objects.within(actor, Permission.ACCOUNTS).filter(public_id=request.GET.get("unit", "")).first()
    rows = _filtered(User.objects.manageable_by(actor), chosen, unit, today)
    page = _page_number(request)
    users = list(
        rows.select_related("organisation").order_by("organisation__order_path", "name", "pk")[
            page * PAGE : (page + 1) * PAGE + 1
        ]
    )
    total = rows.count()
    context = {
        "form": form, "total": total, "first": page * PAGE + 1, "last": page * PAGE + len(users[:PAGE]),
        "people": _rows(users[:PAGE], today), "unit": unit, "chips": _chips(chosen, unit),
        "keep": [("unit", unit.public_id)] if unit else [],
        "previous_url": _page_url(request, page - 1) if page else "",
        "next_url": _page_url(request, page + 1) if len(users) > PAGE else "",
        "places": forms.organisations_of(actor).filter(kind__in=Organisation.COMMITTEE_KINDS),
    }  # fmt: skip
    return render(request, "accounts/list.html", context)


def _filtered(
    rows: QuerySet[User], chosen: dict[str, Any], unit: Organisation | None, today: dt.date
) -> QuerySet[User]:
    if unit is not None:
        rows = rows.filter(organisation__in=Organisation.objects.under(unit.path))
    if chosen.get("role"):
        rows = rows.filter(pk__in=Grant.objects.live(today).filter(role=chosen["role"]).values("user"))
    states = {
        "used": Q(is_active=True, last_login__isnull=False),
        "new": Q(is_active=True, last_login=None),
        "disabled": Q(is_active=False),
    }
    return rows.filter(states.get(chosen.get("state", ""), Q()))


def _rows(users: list[User], today: dt.date) -> list[dict[str, Any]]:
    roles = presenters.roles_of(users, today)
    chips = presenters.STATE_CHIPS
    return [
        {"user": user, "roles": roles.get(user.pk, ""), "state": chips[user.state][0], "tone": chips[user.state][1]}
        for user in users
    ]


def _page_number(request: PortalRequest) -> int:
    text = request.GET.get("page", "0")
    return min(int(text), 1000) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def _page_url(request: PortalRequest, page: int) -> str:
    kept = {name: value for name in ("unit", "role", "state") if (value := request.GET.get(name))}
    return f"{request.path}?{urlencode({**kept, 'page': page})}"


def _chips(chosen: dict[str, Any], unit: Organisation | None) -> list[FilterChip]:
    kept = {name: value for name, value in chosen.items() if value}
    if unit:
        kept["unit"] = unit.public_id
    titles = {
        "role": dict(forms.AccountFilter().fields["role"].choices).get(chosen.get("role", ""), ""),
        "state": dict(forms.STATES).get(chosen.get("state", ""), ""),
        "unit": unit.short_name if unit else "",
    }
    return [
        FilterChip(titles[name], "?" + urlencode({key: value for key, value in kept.items() if key != name}))
        for name in kept
    ]


@require_http_methods(["GET", "POST"])
def new_page(request: PortalRequest) -> HttpResponse:
    actor = keeper(request)
    form = forms.NewAccountForm(request.POST or None, by=actor)
    if request.method == "POST" and form.is_valid():
        typed = dict(form.cleaned_data)

        def create() -> str:
            return account_actions.open_account(by=actor, **typed).public_id

        try:
            public_id, _ = once(request.POST.get("idempotency_key", ""), by=actor, now=clock.now(), create=create)
        except UserError as refusal:
            if refusal.code == "username_elsewhere":
                account_actions.ask_above(username=typed["username"], organisation=typed["organisation"], by=actor)
            form.add_error("username" if refusal.code.startswith("username") else None, refusal.text)
        else:
            messages.success(request, "账号已开通。接下来打印账号条，交给本人。")
            return redirect("account-detail", public_id)
    key = request.POST.get("idempotency_key") or new_id()
    return render(request, "accounts/new.html", {"form": form, "key": key})


@require_GET
def detail_page(request: PortalRequest, public_id: str) -> HttpResponse:
    user, actor, today = account_of(request, public_id), keeper(request), timezone.localdate()
    return render(request, "accounts/detail.html", _detail(user, actor, today))


def _detail(user: User, actor: Actor, today: dt.date, **more: Any) -> dict[str, Any]:
    state, tone = presenters.STATE_CHIPS[user.state]
    manage = rights.blockers_to_manage(user, actor, today)
    return {
        "person": user, "facts": presenters.account_facts(user), "state": state, "tone": tone,
        "grants": presenters.grant_lines(user, today, actor), "slips": presenters.slip_entries(user),
        "sign_ins": presenters.sign_ins(user), "grant_form": forms.GrantForm(by=actor), "is_self": user.public_id == actor.id,
        "disable_blockers": rights.blockers_to_disable(user, actor, today), "enable_blockers": manage,
        "slip_blockers": rights.blockers_to_slip(user, actor, today), **more,
    }  # fmt: skip


@require_POST
def grant_post(request: PortalRequest, public_id: str) -> HttpResponse:
    user, actor = account_of(request, public_id), keeper(request)
    form = forms.GrantForm(request.POST, by=actor)
    if form.is_valid():
        try:
            made = grant_actions.grant(user=user, by=actor, **form.cleaned_data)
        except UserError as refusal:
            form.add_error(None, refusal.text)
        else:
            messages.success(request, f"已授予“{made.title}”，下一次点开页面就生效。")
            return redirect(user)
    return render(request, "accounts/detail.html", _detail(user, actor, timezone.localdate(), grant_form=form))


def _grant_of(request: PortalRequest, public_id: str) -> Grant:
    people = User.objects.manageable_by(keeper(request))
    places = Organisation.objects.within(keeper(request), Permission.ACCOUNTS)
    grants = Grant.objects.filter(user__in=people, organisation__in=places).select_related("user", "organisation")
    return get_object_or_404(grants, public_id=public_id)


@require_POST
def withdraw_post(request: PortalRequest, public_id: str) -> HttpResponse:
    grant = grant_actions.withdraw(grant=_grant_of(request, public_id), by=keeper(request))
    messages.success(request, f"已收回{grant.user.name}的“{grant.title}”。")
    return redirect(grant.user)


@require_http_methods(["GET", "POST"])
def stand_in_page(request: PortalRequest, public_id: str) -> HttpResponse:
    grant, actor = _grant_of(request, public_id), keeper(request)
    form = forms.StandInForm(request.POST or None, by=actor, grant=grant)
    if request.method == "POST" and form.is_valid():
        try:
            made = grant_actions.stand_in(grant=grant, by=actor, **form.cleaned_data)
        except UserError as refusal:
            form.add_error(None, refusal.text)
        else:
            messages.success(
                request, f"{made.user.name}从 {made.starts_on:%Y-%m-%d} 到 {made.ends_on:%Y-%m-%d} 代岗，到期自动收回。"
            )
            return redirect(grant.user)
    return render(request, "accounts/stand_in.html", {"form": form, "grant": grant})


def _switch(request: PortalRequest, public_id: str, action: Callable[..., User], done: str) -> HttpResponse:
    user = action(user=account_of(request, public_id), by=keeper(request))
    messages.success(request, done.format(user.name))
    return redirect(user)


@require_POST
def disable_post(request: PortalRequest, public_id: str) -> HttpResponse:
    return _switch(request, public_id, account_actions.disable, "{}的账号已停用，已登录的页面马上失效。")


@require_POST
def enable_post(request: PortalRequest, public_id: str) -> HttpResponse:
    return _switch(request, public_id, account_actions.enable, "{}的账号已启用。")
