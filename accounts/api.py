"""How the API knows its client: the portal's own session, or a token (``Authorization: Bearer``)."""

from __future__ import annotations

from typing import Any

from rest_framework.authentication import BaseAuthentication, SessionAuthentication


class SessionActor(SessionAuthentication):
    """The signed-in person; unsafe methods need the CSRF token."""


class TokenActor(BaseAuthentication):
    def authenticate(self, request: Any) -> None:
        return None

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"
