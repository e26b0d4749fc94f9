"""From an account to the actor that queries and actions see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import replace

from accounts.models import ApiToken, Grant, User
from accounts.roles import ROLES
from core.actors import Actor
from core.crypto import blind
from core.paths import Range, merge, subtree
from core.permissions import Permission

# What a token may carry at most: programs read.
TOKEN_SCOPES = (Permission.VIEW, Permission.FULL_NUMBERS, Permission.AUDIT)


def actor_for(user: User, today: dt.date) -> Actor:
    """The rights in force today. A disabled account or one without grants can do nothing and sees nothing."""
    ranges: dict[Permission, list[Range]] = {}
    roles: list[str] = []
    if user.is_active:
        for grant in Grant.objects.filter(user=user).in_force(today).select_related("organisation"):
            role = ROLES.get(grant.role)
            if role is None:
                continue
            roles.append(role.key)
            for permission in role.permissions:
                ranges.setdefault(permission, []).append(subtree(grant.organisation.path))
    return Actor(
        id=user.public_id,
        name=user.name,
        unit=user.unit,
        grants={permission: merge(ones) for permission, ones in ranges.items()},
        organisation_id=user.organisation_id,
        organisation_path=user.organisation.path if user.organisation else "",
        role=next((key for key in ROLES if key in roles), ""),
    )


def narrowed(actor: Actor, scopes: Collection[str]) -> Actor:
    """The same person with no more than ``scopes``: what a program may do in that name."""
    allowed = {permission: ranges for permission, ranges in actor.grants.items() if permission in scopes}
    return replace(actor, kind="token", name=f"{actor.name}（接口）", grants=allowed)


def token_actor(secret: str, now: dt.datetime, today: dt.date) -> tuple[Actor, ApiToken] | None:
    """The actor behind a bearer token, or None: unknown, over, withdrawn, or its account disabled."""
    token = (
        ApiToken.objects.usable(now)
        .filter(token=blind(secret, "api-token"))
        .select_related("user__organisation")
        .first()
    )
    if token is None:
        return None
    scopes = [scope for scope in token.scopes if scope in TOKEN_SCOPES]
    return narrowed(actor_for(token.user, today), scopes), token
