"""Before there is a county, every address leads to set-up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from core.http import PortalRequest
from portal.first_week.code import is_set_up

# What works without a county: set-up itself, the switch for larger text, the help, whether the portal is well.
OPEN = frozenset({"set-up", "set-up-county", "text-size", "help", "health", "gallery"})


class FirstUse:
    """Asks the database only for people who are not signed in, and only until the first yes."""

    def __init__(self, get_response: Callable[[PortalRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.is_open = False

    def __call__(self, request: PortalRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: PortalRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        name = request.resolver_match.url_name if request.resolver_match else None
        if self.is_open or name in OPEN or getattr(view, "api", False) or request.user.is_authenticated:
            return None
        self.is_open = is_set_up()
        return None if self.is_open else redirect("set-up")
