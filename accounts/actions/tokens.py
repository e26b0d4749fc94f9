"""Tokens for programs that read on behalf of a person."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence

from django.db import transaction

from accounts.actors import TOKEN_SCOPES
from accounts.events import account_event
from accounts.models import ApiToken, User
from accounts.rights import require_own
from core import clock
from core.actors import Actor
from core.crypto import blind
from core.errors import NotAllowed, UserError

LONGEST = dt.timedelta(days=366)


@transaction.atomic
def make_token(
    *, user: User, title: str, scopes: Sequence[str], days: int, by: Actor, now: dt.datetime | None = None
) -> tuple[ApiToken, str]:
    """The token and its secret, shown this once. No wider than one's own rights. Raises NotAllowed, UserError."""
    now = now or clock.now()
    require_own(user, by)
    if not scopes or any(scope not in TOKEN_SCOPES or not by.can(scope) for scope in scopes):
        raise NotAllowed("令牌的范围不能超出您自己的权限。")
    if not 1 <= days <= LONGEST.days:
        raise UserError("有效期请填 1 至 366 天。", "token_days")
    secret = secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user, title=title.strip(), token=blind(secret, "api-token"), scopes=sorted(scopes), made_at=now,
        made_by=by.ref, expires_at=now + dt.timedelta(days=days),
    )  # fmt: skip
    account_event("token_made", f"{user.name}创建接口令牌“{token.title}”，{days} 天", user, by=by, now=now)
    return token, secret


@transaction.atomic
def withdraw_token(*, token: ApiToken, by: Actor, now: dt.datetime | None = None) -> None:
    """Raises NotAllowed. Again is no error."""
    now = now or clock.now()
    require_own(token.user, by)
    found = ApiToken.objects.select_for_update(of=("self",)).get(pk=token.pk)
    if found.withdrawn_at is None:
        found.withdrawn_at, found.withdrawn_by = now, by.ref
        found.save(update_fields=["withdrawn_at", "withdrawn_by"])
        account_event("token_withdrawn", f"停用接口令牌“{found.title}”", token.user, by=by, now=now)
