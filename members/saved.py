"""Lists kept by name (常用名单)."""

from __future__ import annotations

import datetime as dt
import re

from django.db import transaction

from core import clock
from core.actors import Actor
from core.errors import NotAllowed, UserError
from core.permissions import Permission
from members.listing import LISTS
from members.models import SavedFilter

MOST = 20
_DIGITS = re.compile(r"\d{7}")


@transaction.atomic
def save(*, by: Actor, list_key: str, name: str, query: str, now: dt.datetime | None = None) -> SavedFilter:
    """Keep a list's filters under a name; the same name again replaces the older ones. Raises UserError, NotAllowed."""
    if not by.can(Permission.VIEW) or list_key not in LISTS:
        raise NotAllowed
    name = " ".join(name.split())
    if not name:
        raise UserError("请给这份名单起个名字，比如“跨省且没有电话”。", "name_missing")
    if len(name) > 30:
        raise UserError("名字太长，请不要超过 30 个字。", "name_long")
    if _DIGITS.search(name) or _DIGITS.search(query):
        raise UserError("常用名单里不能有手机号或身份证号，请换个名字。", "number_in_text")
    own = SavedFilter.objects.visible_to(by)
    if own.filter(list=list_key).exclude(name=name).count() >= MOST:
        raise UserError(f"常用名单最多保存 {MOST} 份，请先删去不用的。", "too_many")
    saved, _ = own.update_or_create(
        owner=by.id, list=list_key, name=name, defaults={"query": query[:500], "created_at": now or clock.now()}
    )
    return saved


@transaction.atomic
def delete(*, by: Actor, public_id: str) -> str | None:
    """Forget a saved list; gives its list's key, None where it was gone already."""
    saved = SavedFilter.objects.visible_to(by).filter(public_id=public_id).first()
    if saved is None:
        return None
    saved.delete()
    return saved.list
