"""From an account to the actor that queries and actions see."""

from __future__ import annotations

import datetime as dt

from accounts.models import Grant, User
from accounts.roles import ROLES
from core.actors import Actor
from core.paths import Range, merge, subtree
from core.permissions import Permission


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
