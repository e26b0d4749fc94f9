"""The request as this portal's views get it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from core.actors import Actor


class PortalRequest(HttpRequest):
    """What the middleware has hung on a request. Views annotate with it; no request is ever made of this class."""

    id: str  # six letters for support: core.middleware.RequestId
    actor: Actor  # accounts.middleware.ActingUser
    api_token: Any  # the accounts.models.ApiToken that the actor came by, or None
    timed_out: bool  # the session has just ended
    htmx: Any  # django_htmx's details; false for a whole page
    user: Any  # django.contrib.auth: accounts.models.User, or anonymous
