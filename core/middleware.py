"""What every request gets: an id for support, and answers that no cache may keep."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from itertools import chain
from typing import Any

from django.http import HttpResponse

from core import hooks
from core.errors import NotAllowed, UserError
from core.http import PortalRequest
from core.logs import request_id
from core.views.errors import Page, error_page

Respond = Callable[[PortalRequest], HttpResponse]


class RequestId:
    """``request.id``: six letters that a person can read out on the phone; also in the log."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        request.id = "".join(secrets.choice("bcdfghjkmnpqrstvwxz") for _ in range(6))
        token = request_id.set(request.id)
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-Id"] = request.id
        return response


class NoNul:
    """A NUL character in an address or a form is nobody's typing, and PostgreSQL stores none: refused before a view reads it."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: PortalRequest, *_view: Any) -> HttpResponse | None:
        fields = chain(request.GET.lists(), request.POST.lists())
        if "\0" in request.path or any("\0" in text for name, values in fields for text in (name, *values)):
            return error_page(request, 400)
        return None


class NoStore:
    """Pages hold personal data: no browser, proxy or back button keeps them."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store")
        return response


class Refusals:
    """An expected refusal that a view did not turn into a form error becomes a page with its sentence."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: PortalRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotAllowed):
            hooks.access_refused.call(by=request.actor, method=request.method, path=request.path)
            return error_page(request, 403, text=exception.text)
        if isinstance(exception, UserError):
            page = Page("这一步没有办成", exception.text, ("回到上一页，按提示改过以后再试。",))
            return error_page(request, 409, page=page)
        return None
