"""Looking at personal data is an act too: each one leaves an event."""

from __future__ import annotations

import datetime as dt

from core import clock
from core.actors import Actor
from core.errors import NotAllowed
from core.permissions import Permission
from members.actions import rows
from members.models import Journey, Member

NUMBERS = {Member: ("identity", "phone", "other_phones"), Journey: ("contact_phone",)}


def opened(*, member: Member, by: Actor, now: dt.datetime | None = None) -> None:
    """Somebody opens a person file. The page calls it once, for the file itself and not for its fragments."""
    rows.tell("member_opened", f"打开{member.name}的档案", member, by=by, now=now or clock.now())


def show_number(*, record: Member | Journey, field: str, by: Actor, now: dt.datetime | None = None) -> str:
    """The whole number of a field of :data:`NUMBERS`. Raises NotAllowed; KeyError for another field."""
    if field not in NUMBERS[type(record)]:
        raise KeyError(field)
    if not type(record).objects.visible_to(by, Permission.FULL_NUMBERS).filter(pk=record.pk).exists():
        raise NotAllowed("您的岗位不能查看完整号码。需要时请向上一级党组织说明。")
    member = record if isinstance(record, Member) else record.member
    text = f"查看{member.name}的{rows.label(type(record), field)}"
    rows.tell("number_shown", text, member, by=by, now=now or clock.now(), data={"field": field})
    return record.reveal(field)
