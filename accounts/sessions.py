"""The browser's side of signing in: what a session holds, how long it lives, the cookie of a phone.

A session is bound to the account's password and ``session_generation`` by Django's own check value, so changing
either ends it. On top of that it ends after the idle minutes of the rule, and after eight hours in any case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpResponse

from accounts import policy
from accounts.actions import sign_in
from accounts.events import self_actor
from accounts.models import User
from core import clock
from core.http import PortalRequest

BACKEND = "accounts.backends.WithGrants"
PENDING_SECONDS = 10 * 60
STAMP_EVERY = 60  # the idle clock is written at most once a minute: a session is a row in the database
DEVICE_SECONDS = 400 * 24 * 3600


def address(request: PortalRequest) -> str:
    """Where the request comes from; behind a trusted proxy the last hop it wrote, never what a client sent along."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()[:45]
    return request.META.get("REMOTE_ADDR", "")


@dataclass(frozen=True)
class Pending:
    """Somebody who gave a right password or PIN, and whose second factor is still due."""

    user: User
    how: str
    then: str


def begin(request: PortalRequest, user: User, how: str, then: str = "") -> bool:
    """Sign in, or ask for the second factor first: False where a code is still due."""
    if policy.has_factor(user):
        request.session.cycle_key()
        request.session["pending"] = {"user": user.pk, "how": how, "then": then, "at": clock.now().timestamp()}
        return False
    complete(request, user, how)
    return True


def pending(request: PortalRequest) -> Pending | None:
    kept = request.session.get("pending")
    if not kept or clock.now().timestamp() - kept["at"] > PENDING_SECONDS:
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    return Pending(user, kept["how"], kept["then"]) if user else None


def complete(request: PortalRequest, user: User, how: str) -> None:
    """A fresh session under a new key: nothing of the one before lives on."""
    request.session.flush()
    login(request, user, backend=BACKEND)
    duties = sign_in.signed_in(user=user, by=self_actor(user), how=how, address=address(request))
    stamp(request)
    request.session["duties"] = duties


def stamp(request: PortalRequest) -> None:
    now = int(clock.now().timestamp())
    idle = policy.value("idle_minutes", request.user.organisation)
    request.session.update({"since": now, "seen": now, "idle": idle * 60})


def is_over(request: PortalRequest) -> bool:
    """Whether the session has lived too long or lain idle; keeps the idle clock going otherwise."""
    session: Any = request.session
    if "since" not in session:
        stamp(request)
        return False
    now = int(clock.now().timestamp())
    if now - session["since"] > settings.SESSION_COOKIE_AGE or now - session["seen"] > session["idle"]:
        return True
    if now - session["seen"] >= STAMP_EVERY:
        session["seen"] = now
    return False


def end(request: PortalRequest) -> None:
    logout(request)


def done(request: PortalRequest, duty: str) -> None:
    """A duty that came before everything else is done."""
    request.session["duties"] = [one for one in request.session.get("duties", []) if one != duty]


def device_cookie_name() -> str:
    return "__Host-device" if settings.HTTPS else "device"


def device_token(request: PortalRequest) -> str:
    return request.COOKIES.get(device_cookie_name(), "")


def keep_device(response: HttpResponse, token: str) -> None:
    response.set_cookie(
        device_cookie_name(), token, max_age=DEVICE_SECONDS, httponly=True, secure=settings.HTTPS, samesite="Strict"
    )


def forget_device(response: HttpResponse) -> None:
    response.delete_cookie(device_cookie_name(), samesite="Strict")
