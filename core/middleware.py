"""What every request gets: an id for support, and answers that no cache may keep."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from core import hooks
from core.errors import NotAllowed, UserError
from core.logs import request_id
from core.views.errors import Page, error_page

Respond = Callable[[HttpRequest], HttpResponse]


class RequestId:
    """``request.id``: six letters that a person can read out on the phone; also in the log."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.id = "".join(secrets.choice("bcdfghjkmnpqrstvwxz") for _ in range(6))  # type: ignore[attr-defined]
        token = request_id.set(request.id)  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-Id"] = request.id  # type: ignore[attr-defined]
        return response


class NoStore:
    """Pages hold personal data: no browser, proxy or back button keeps them."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store")
        return response


class Refusals:
    """An expected refusal that a view did not turn into a form error becomes a page with its sentence."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotAllowed):
            hooks.access_refused.call(by=request.actor, method=request.method, path=request.path)  # type: ignore[attr-defined]
            return error_page(request, 403, text=exception.text)
        if isinstance(exception, UserError):
            page = Page("这一步没有办成", exception.text, ("回到上一页，按提示改过以后再试。",))
            return error_page(request, 409, page=page)
        return None
