"""How the interface knows its client: the portal's own session, or a token (``Authorization: Bearer``); how often it may ask."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.throttling import BaseThrottle

from accounts import policy, sessions
from accounts.actions import api_use
from accounts.middleware import BEARER
from accounts.models import ApiToken, User
from core import clock
from core.api.repeats import client_of

PEOPLE_PER_MINUTE = 120  # somebody's own session; a token says its own number


class SessionActor(SessionAuthentication):
    """The signed-in person; unsafe methods need the CSRF token."""

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"  # the first in the row speaks for all: nobody signed in is 401, not 403

    def enforce_csrf(self, request: Any) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied as error:
            text = "用网页登录的身份修改时，请求头 X-CSRFToken 要带上页面的 CSRF 值。别的程序请用令牌。"
            raise PermissionDenied(text, "csrf") from error


class TokenActor(BaseAuthentication):
    """The middleware has looked the token up and runs the request as its actor; here it is let in or turned away."""

    def authenticate(self, request: Any) -> tuple[User, ApiToken] | None:
        token = request._request.api_token
        if token is not None:
            if policy.duties(token.user, clock.today()):
                raise AuthenticationFailed(
                    "令牌暂时不能用：请令牌的主人先登录网页，按提示改好密码或设好动态口令。", "token_rests"
                )
            return token.user, token
        header = request.headers.get("Authorization", "")
        if header.startswith(BEARER):
            api_use.refused(secret=header[len(BEARER) :], address=sessions.address(request._request))
            raise AuthenticationFailed("令牌无效、已停用或已过期。", "token_invalid")
        return None

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = SessionActor
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "session", "description": "在网页上登录的人"}


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = TokenActor
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "在“账号与权限 → 接口令牌”里新建"}


class ClientThrottle(BaseThrottle):
    """So many requests a minute for each client, counted in the database: the web server runs in several processes."""

    def allow_request(self, request: Any, view: Any) -> bool:
        token = request._request.api_token
        limit = token.per_minute if token is not None else PEOPLE_PER_MINUTE
        self.seconds = api_use.take(client=client_of(request), limit=limit)
        if token is not None and not self.seconds:
            api_use.used(token=token, by=request._request.actor)
        return not self.seconds

    def wait(self) -> float:
        return self.seconds
