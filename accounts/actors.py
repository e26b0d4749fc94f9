"""From an account to the actor that queries and actions see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import replace

from accounts.models import ApiToken, Grant, User
from accounts.roles import ROLES
from core.actors import Actor
from core.crypto import blind
from core.paths import Range, merge
from core.permissions import Permission

# What a token may carry at most.
TOKEN_SCOPES = (Permission.VIEW, Permission.EDIT)


def actor_for(user: User, today: dt.date) -> Actor:
    """The rights in force today. A disabled account or one without grants can do nothing and sees nothing."""
    ranges: dict[Permission, list[Range]] = {}
    roles: list[str] = []
    outposts: list[str] = []
    if user.is_active:
        for grant in grants_of(user, today):
            role = ROLES.get(grant.role)
            if role is None:
                continue
            outposts.append(grant.outpost_label)
            roles.append(role.key)
            if grant.organisation_id == user.organisation_id:
                user.organisation = grant.organisation  # nearly always: the unit's name is not fetched once more
            for permission in role.permissions:
                ranges.setdefault(permission, []).append(grant.range)
    return Actor(
        id=user.public_id,
        name=user.name,
        unit=outposts[0] if outposts and all(outposts) else user.unit,
        grants={permission: merge(ones) for permission, ones in ranges.items()},
        organisation_id=user.organisation_id,
        organisation_path=user.organisation.path if user.organisation else "",
        role=next((key for key in ROLES if key in roles), ""),
    )


def grants_of(user: User, today: dt.date) -> Sequence[Grant]:
    """Those in force on a day; of the account that signed in they have come with it."""
    if user.held is not None and user.held[0] == today:
        return user.held[1]
    return list(Grant.objects.filter(user=user).in_force(today).select_related("organisation"))


def narrowed(actor: Actor, scopes: Collection[str], title: str, path: str = "") -> Actor:
    """The same person with no more than ``scopes``, under ``path`` alone: what a program may do in that name. The log and the
    history name the program."""
    allowed = {permission: ranges for permission, ranges in actor.grants.items() if permission in scopes}
    client = replace(actor, kind="token", name=f"{actor.name}（接口：{title}）", grants=allowed)
    return client.confined(path) if path else client


def token_actor(secret: str, now: dt.datetime, today: dt.date) -> tuple[Actor, ApiToken] | None:
    """The actor behind a bearer token, or None: unknown, over, withdrawn, or its account disabled."""
    token = (
        ApiToken.objects.usable(now)
        .filter(token=blind(secret, "api-token"))
        .select_related("user__organisation", "organisation")
        .first()
    )
    if token is None:
        return None
    scopes = [scope for scope in token.scopes if scope in TOKEN_SCOPES]
    path = token.organisation.path if token.organisation else ""
    return narrowed(actor_for(token.user, today), scopes, token.title, path), token
