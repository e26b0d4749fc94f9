"""What the clock does here once a day: what was read long ago goes, organisations past their time are asked about."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from accounts import policy
from branches.models import Organisation
from core.actors import SYSTEM
from core.paths import ancestors
from core.rules import Rule
from inbox import actions
from inbox.models import Message, Todo

MESSAGE_DAYS = Rule("message_days", "读过的消息保留多少天", 400, "本系统默认", unit="天", low=30, high=3650)
PAST = "organisation-past:"


def forget_messages(now: dt.datetime) -> None:
    """Messages read longer ago than the rule says; what nobody has read stays."""
    long_ago = now - dt.timedelta(days=policy.value(MESSAGE_DAYS.key))
    Message.objects.visible_to(SYSTEM).filter(read_at__lt=long_ago).delete()


def ask_to_close(now: dt.datetime) -> None:
    """A to-do for the town (the committee above) of each temporary organisation past its day; gone once it is closed or
    has been given more time."""
    today = timezone.localdate(now)
    past = {f"{PAST}{one.public_id}": one for one in Organisation.objects.open().filter(ends_on__lt=today)}
    asked = Todo.objects.visible_to(SYSTEM).open().filter(cause__startswith=PAST)
    for cause in set(asked.values_list("cause", flat=True)) - set(past):
        actions.close_todo(cause, now=now)
    for cause, organisation in past.items():
        text = (
            f"{organisation.short_name}的期限 {organisation.ends_on:%Y-%m-%d} 已过，请办理撤销；还要继续的，请改期限。"
        )
        actions.raise_todo(
            cause, _keeper(organisation), text, level="yellow", due_on=organisation.ends_on,
            link=("organisation-close", [organisation.public_id]), now=now,
        )  # fmt: skip


def _keeper(organisation: Organisation) -> Organisation:
    above = Organisation.objects.filter(
        path__in=ancestors(organisation.path)[:-1], kind__in=Organisation.COMMITTEE_KINDS
    )
    return above.order_by("-path").first() or organisation
