"""Every request runs as an actor; pages need a signed-in one unless their view says ``public``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from accounts.actors import actor_for
from core import clock
from core.actors import ANONYMOUS, acting_as


class ActingUser:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        actor = actor_for(user, clock.today()) if user.is_authenticated else ANONYMOUS
        request.actor = actor  # type: ignore[attr-defined]
        with acting_as(actor):
            return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.user.is_authenticated or getattr(view, "public", False):
            return None
        if getattr(view, "api", False):  # answers 401 itself: a client cannot follow a sign-in page
            return None
        return redirect_to_login(request.get_full_path())
