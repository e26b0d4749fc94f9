"""Tokens for programs that act on behalf of a person."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence

from django.db import transaction

from accounts.actions.tries import prove_own_password
from accounts.actors import TOKEN_SCOPES
from accounts.events import account_event
from accounts.models import ApiToken, User
from accounts.rights import require_own
from branches.models import Organisation
from core import clock
from core.actors import Actor
from core.crypto import blind
from core.errors import NotAllowed, UserError
from core.permissions import Permission

LONGEST = dt.timedelta(days=366)
LONGEST_WRITING = dt.timedelta(days=92)  # a quarter: whoever writes is looked at again when the books are closed
FASTEST = 600


def may_write(by: Actor) -> bool:
    """Who may let a program change records: the county's staff."""
    return by.can(Permission.EDIT) and by.can(Permission.SETTINGS)


def make_token(
    *, user: User, title: str, scopes: Sequence[str], days: int, by: Actor, organisation: Organisation | None = None,
    per_minute: int = 120, current: str = "", now: dt.datetime | None = None,
) -> tuple[ApiToken, str]:  # fmt: skip
    """The token and its secret, shown this once. No wider than one's own rights, under ``organisation`` alone if one is given.

    One that writes takes the county's staff, their present password once more, and is over within a quarter.
    Raises NotAllowed, UserError, Locked.
    """
    now = now or clock.now()
    require_own(user, by)
    writes = Permission.EDIT in scopes
    if not scopes or any(scope not in TOKEN_SCOPES or not by.can(scope) for scope in scopes):
        raise NotAllowed("令牌的权限不能超出您自己的权限。")
    if writes and not may_write(by):
        raise NotAllowed("能修改的令牌只由县级工作人员办理。")
    if organisation is not None and not all(by.reaches(organisation.path, Permission(scope)) for scope in scopes):
        raise NotAllowed("令牌的范围不能超出您管辖的党组织。")
    longest = LONGEST_WRITING if writes else LONGEST
    if not 1 <= days <= longest.days:
        raise UserError(f"{'能修改的令牌' if writes else '令牌'}有效期请填 1 至 {longest.days} 天。", "token_days")
    if not 1 <= per_minute <= FASTEST:
        raise UserError(f"每分钟请填 1 至 {FASTEST} 次。", "token_rate")
    if writes:
        prove_own_password(user, current, now, "现在的密码不对。能修改的令牌要再输一次您的密码。")
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=user, title=title.strip(), token=blind(secret, "api-token"), scopes=sorted({"view", *scopes}), made_at=now,
            made_by=by.ref, expires_at=now + dt.timedelta(days=days), organisation=organisation, per_minute=per_minute,
        )  # fmt: skip
        where = organisation.short_name if organisation else "本人的全部范围"
        what = "查看和修改" if writes else "只能查看"
        text = f"{user.name}创建接口令牌“{token.title}”，{what}，{where}，{days} 天"
        account_event("token_made", text, user, by=by, now=now)
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
