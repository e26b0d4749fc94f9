"""意见建议: what somebody wants to say about the portal itself goes to the county's staff."""

from __future__ import annotations

import datetime as dt
import re

from django.db import transaction

from audit import actions as audit
from branches.models import Organisation
from core import clock
from core.actors import Actor
from core.errors import UserError
from core.idempotency import once
from inbox.actions import tell

_LONG_NUMBER = re.compile(r"\d{7,}")


@transaction.atomic
def give_feedback(*, text: str, page: str, by: Actor, key: str = "", now: dt.datetime | None = None) -> bool:
    """Tell the county; False where the same form came a second time. Raises UserError for text with a person's number.

    ``page``: the path of the page it is about, "" for none in particular.
    """
    now = now or clock.now()
    if _LONG_NUMBER.search(text):
        raise UserError("请去掉里面的手机号、身份证号：意见会被几个人看到。", "number_in_text")
    county = Organisation.objects.get(parent__isnull=True)

    def create() -> str:
        where = f"（页面：{page}）" if page else ""
        message = tell(county, f"意见建议：{by.label}"[:100], f"{text}{where}"[:500], by=by, now=now)
        audit.record("feedback_given", "提出意见建议", by=by, subject=message, data={"page": page}, now=now)
        return str(message.public_id)

    _, made = once(key, by=by, now=now, create=create)
    return made
