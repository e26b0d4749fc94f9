"""One shape for everything the interface refuses, whoever refuses it: the framework, the scope, or an action.

    {"code": "stale", "detail": "这份记录已由…修改，请核对后再保存。", "request": "bcdfgh", "errors": {...}}

``code`` is for programs, ``detail`` for people, ``request`` is the id that support asks for; ``errors`` by field where
the input is wrong, ``blockers`` where an action cannot be taken, ``conflicts`` where somebody else saved first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions, status
from rest_framework.response import Response

from core import hooks
from core.errors import ActionRefused, Blocked, NotAllowed, StaleVersion
from core.logs import request_id

PREFIX = "/api/"
# What a refusal of an action is called in HTTP; whatever is not named is a value that cannot be kept.
STATUS = {
    "not_allowed": status.HTTP_403_FORBIDDEN,
    "blocked": status.HTTP_409_CONFLICT,
    "wrong_state": status.HTTP_409_CONFLICT,
    "stale": status.HTTP_412_PRECONDITION_FAILED,
    "taken": status.HTTP_412_PRECONDITION_FAILED,
}
TEXTS = {
    400: ("invalid", "请求里有看不懂的内容，什么都没有改动。"),
    401: ("not_signed_in", "请先登录，或在请求头 Authorization 里带上有效的令牌。"),
    403: ("not_allowed", "这个账号或令牌没有这项权限。需要时请向上一级党组织说明。"),
    404: ("not_found", "没有找到：地址可能写错了，记录可能已经不在，或者不在您的管辖范围内。"),
    405: ("method_not_allowed", "这个地址不接受这种方法。"),
    413: ("too_large", "一次送来的内容太多，没有收下。"),
    415: ("media_type", "只接受 JSON：请求头 Content-Type 请写 application/json。"),
    429: ("too_many", "请求太密，请按响应头 Retry-After 说的秒数稍后再试。"),
    500: (
        "server_error",
        "系统出了问题，没有办成，这一步已经全部撤回。请稍后再试；还不行，请把 request 里的编号告诉系统管理员。",
    ),
}


class Refusal(exceptions.APIException):
    """A refusal of the interface itself, with its status, code and sentence."""

    def __init__(self, status_code: int, code: str, detail: str) -> None:
        super().__init__(detail, code)
        self.status_code = status_code


def body(status_code: int, *, code: str = "", detail: str = "", **more: Any) -> dict[str, Any]:
    """The answer's text; ``request`` is the id of the request that is being answered."""
    usual = TEXTS.get(status_code, TEXTS[400])
    return {"code": code or usual[0], "detail": detail or usual[1], "request": request_id.get(), **more}


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith(PREFIX)


def bare(status_code: int, detail: str = "") -> JsonResponse:
    """For refusals outside any view of the interface: unknown addresses, middleware, the last resort."""
    ascii_too = {"ensure_ascii": False}
    return JsonResponse(body(status_code, detail=detail), status=status_code, json_dumps_params=ascii_too)


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """settings.REST_FRAMEWORK["EXCEPTION_HANDLER"]; what nobody expected goes on to handler500, which says it in the same shape."""
    request = context["request"]._request
    if isinstance(error, NotAllowed):
        hooks.access_refused.call(by=request.actor, method=request.method, path=request.path)
    if isinstance(error, ActionRefused):
        return _of_action(error)
    if isinstance(error, Http404):
        return _answer(404)
    if isinstance(error, PermissionDenied):
        return _answer(403)
    if isinstance(error, RequestDataTooBig):
        return _answer(413)
    if isinstance(error, exceptions.ValidationError):
        return _answer(400, errors=_by_field(error.detail))
    return _of_framework(error) if isinstance(error, exceptions.APIException) else None


def _of_action(error: ActionRefused) -> Response:
    more: dict[str, Any] = {}
    if isinstance(error, Blocked):
        more["blockers"] = [str(one) for one in error.blockers]
    if isinstance(error, StaleVersion):
        more["conflicts"] = [
            {"field": one.field, "label": one.label, "theirs": one.theirs, "yours": one.yours}
            for one in error.conflicts
        ]
    return _answer(STATUS.get(error.code, 422), code=error.code, detail=error.text, **more)


def _of_framework(error: exceptions.APIException) -> Response:
    own = isinstance(error, (Refusal, exceptions.AuthenticationFailed, exceptions.PermissionDenied))
    said = {"code": str(error.get_codes()), "detail": str(error.detail)} if own else {}
    answer = _answer(error.status_code, **said)
    if wait := getattr(error, "wait", None):
        answer["Retry-After"] = str(max(1, int(wait)))
    if header := getattr(error, "auth_header", None):
        answer["WWW-Authenticate"] = header
    return answer


def _answer(status_code: int, **said: Any) -> Response:
    return Response(body(status_code, **said), status=status_code)


def _by_field(detail: Any, name: str = "") -> dict[str, list[str]]:
    """The sentences by dotted field; "" for those about the whole."""
    found: dict[str, list[str]] = {}
    pairs = detail.items() if isinstance(detail, Mapping) else enumerate(detail) if _nested(detail) else ()
    for key, value in pairs:
        inner = f"{name}.{key}" if name else str(key)
        found.update(_by_field(value, inner))
    if not pairs:
        found[name] = [str(one) for one in detail] if isinstance(detail, list) else [str(detail)]
    return found


def _nested(detail: Any) -> bool:
    return isinstance(detail, list) and any(isinstance(one, Mapping) for one in detail)
