"""How the API knows its client: the portal's own session, or a token (``Authorization: Bearer``)."""

from __future__ import annotations

from typing import Any

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.middleware import BEARER
from accounts.models import ApiToken, User


class SessionActor(SessionAuthentication):
    """The signed-in person; unsafe methods need the CSRF token."""

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"  # the first in the row speaks for all: nobody signed in is 401, not 403


class TokenActor(BaseAuthentication):
    """The middleware has looked the token up and runs the request as its actor; here it is let in or turned away."""

    def authenticate(self, request: Any) -> tuple[User, ApiToken] | None:
        token = request._request.api_token
        if token is not None:
            return token.user, token
        if request.headers.get("Authorization", "").startswith(BEARER):
            raise AuthenticationFailed("令牌无效、已停用或已过期。")
        return None

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"
