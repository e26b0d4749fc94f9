"""Every request runs as an actor; pages need a signed-in one unless their view says ``public``.

A view may carry marks: ``public`` (no sign-in), ``api`` (answers 401 by itself), ``before_duties`` (open while a
password must be changed or a second factor set up).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts import sessions
from accounts.actors import actor_for, token_actor
from branches import rules
from core import clock
from core.actors import ANONYMOUS, Actor, acting_as
from core.api import problems
from core.http import PortalRequest

DUTY_PAGES = {"password": "account-password", "factor": "account-factor"}
BEARER = "Bearer "
SAFE = ("GET", "HEAD")


class ActingUser:
    def __init__(self, get_response: Callable[[PortalRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        if request.user.is_authenticated and sessions.is_over(request):
            sessions.end(request)
            request.timed_out = True
        actor = _actor(request)
        request.actor = actor
        with acting_as(actor), rules.read_once() if request.method in SAFE else nullcontext():
            return self.get_response(request)

    def process_view(
        self, request: PortalRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        is_api = getattr(view, "api", False)
        if getattr(view, "public", False):
            return None
        if request.user.is_authenticated:
            return None if getattr(view, "before_duties", False) else _first(request, is_api)
        if is_api:  # answers 401 itself: a client cannot follow a sign-in page
            return None
        if getattr(request, "timed_out", False):
            messages.info(request, "很久没有操作，为了安全已自动退出，请重新登录。")
        return redirect_to_login(request.get_full_path())


def _actor(request: PortalRequest) -> Actor:
    """The signed-in person, else the person in whose name a program shows a token, else nobody."""
    request.api_token = None
    if request.user.is_authenticated:
        return actor_for(request.user, clock.today())
    header = request.headers.get("Authorization", "")
    found = token_actor(header[len(BEARER) :], clock.now(), clock.today()) if header.startswith(BEARER) else None
    if found is None:
        return ANONYMOUS
    actor, request.api_token = found
    return actor


def _first(request: PortalRequest, is_api: bool) -> HttpResponse | None:
    """What must be done before anything else, after a sign-in."""
    duty = next((one for one in request.session.get("duties", []) if one in DUTY_PAGES), None)
    if duty is None:
        return None
    if is_api:
        return problems.bare(403, "请先在网页上登录，按提示改好密码或设好动态口令。")
    return redirect(DUTY_PAGES[duty])
