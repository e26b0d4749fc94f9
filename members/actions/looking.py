"""Looking at personal data is an act too: each one leaves an event."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from core import clock
from core.actors import Actor
from core.errors import Blocked, NotAllowed
from core.permissions import Permission
from members import lost_paper
from members.actions import rows
from members.lost_procedure import Procedure
from members.models import Journey, LostContact, Member

NUMBERS = {Member: ("identity", "phone", "other_phones"), Journey: ("contact_phone", "phone")}


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
    holder = member if field == "phone" else record  # whoever hosts a journey calls the member, and sees no person file
    text = f"查看{member.name}的{rows.label(type(holder), field)}"
    rows.tell("number_shown", text, member, by=by, now=now or clock.now(), data={"field": field})
    return holder.reveal(field)


@transaction.atomic
def take_lost_paper(*, lost: LostContact, by: Actor, now: dt.datetime | None = None) -> bytes:
    """The official form of a spell as a Word file, with whole numbers where ``by`` may see them.

    Raises NotAllowed, Blocked.
    """
    now = now or clock.now()
    today = timezone.localdate(now)
    if not LostContact.objects.visible_to(by, Permission.EXPORT).filter(pk=lost.pk).exists():
        raise NotAllowed
    if blockers := lost_paper.blockers_to_print(Procedure(lost, by, today)):
        raise Blocked(blockers)
    full = by.reaches(lost.home_path, Permission.FULL_NUMBERS)
    data = {"lost": lost.public_id, "full": full}
    rows.tell("lost_paper_made", f"导出{lost.member.name}的登记表", lost.member, by=by, now=now, data=data)
    return lost_paper.make(lost, on=today, full=full)
