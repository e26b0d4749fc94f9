"""The to-dos that a journey or a transfer raises: worked out from its state, so that they close by themselves."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from branches.models import Organisation
from branches.rules import value as rule_value
from core.actors import SYSTEM
from core.paths import WIDTH
from inbox.actions import close_todo, close_todos, raise_todo
from inbox.models import Todo
from members.enums import Direction, JourneyState
from members.models import Journey, Transfer
from members.models.member import NEED_TO_KNOW_DEPTH
from members.rules import ARRIVAL_DAYS

DEPARTURE, ARRIVAL, REFUSAL = "journey-departure", "journey-arrival", "journey-refusal"
TRANSFER, LATE = "transfer", "transfer-late"
NOT_THERE_YET = (JourneyState.REPORTED, JourneyState.AWAY)


def refresh(journey: Journey, *, now: dt.datetime) -> None:
    """Raise what waits for somebody, close what waits for nobody any more."""
    journey = Journey.objects.unscoped().select_related("member", "home", "host").get(pk=journey.pk)
    today, name = timezone.localdate(now), journey.member.name
    over = []
    outward = journey.direction == Direction.OUT
    asked = outward and journey.host is not None and journey.state in NOT_THERE_YET
    if journey.state == JourneyState.REPORTED and journey.left_on:
        text = f"{name}报备外出，请登记是否已经走了"
        _raise(DEPARTURE, journey, journey.home, text, due_on=max(journey.left_on.day, today), now=now)
    else:
        over.append(DEPARTURE)
    if asked and not journey.refusal:
        start = max(today, journey.left_on.day if journey.left_on else today)
        days = int(rule_value(ARRIVAL_DAYS.key, journey.host, today))
        due_on = _due(ARRIVAL, journey) or start + dt.timedelta(days=days)
        _raise(ARRIVAL, journey, journey.host, f"{name}来报到，请确认", due_on=due_on, now=now)
    else:
        over.append(ARRIVAL)
    if asked and journey.refusal:
        text = f"{name}的报到被退回，请与本人和流入地商量"
        _raise(REFUSAL, journey, journey.home, text, due_on=None, now=now, level="yellow")
    else:
        over.append(REFUSAL)
    close_todos([_cause(what, journey) for what in over], now=now)


def close_own(journey: Journey, *, now: dt.datetime) -> None:
    """The journey is over: nobody waits for it any more."""
    close_todos([_cause(what, journey) for what in (DEPARTURE, ARRIVAL, REFUSAL)], now=now)


def close_all(journey: Journey, *, now: dt.datetime) -> None:
    """The journey is about to change back: whatever still waits is raised anew afterwards."""
    close_own(journey, now=now)
    for transfer in Transfer.objects.unscoped().filter(journey=journey):
        close_transfer(transfer, now=now)


def refresh_transfer(transfer: Transfer, *, now: dt.datetime) -> None:
    """One at the receiver until the answer; one at the sender once the receipt is overdue (outside: from the start)."""
    if not transfer.is_open:
        close_transfer(transfer, now=now)
        return
    name, today = transfer.member.name, timezone.localdate(now)
    if transfer.to is not None:
        text = f"{name}的组织关系转来，请接收或退回"
        _raise(TRANSFER, transfer, transfer.to, text, due_on=transfer.due_on, now=now)
    if transfer.to is None or transfer.due_on < today:
        text = f"{name}的组织关系转接，请催要回执"
        level = "yellow" if transfer.due_on < today else "info"
        _raise(LATE, transfer, transfer.sender, text, due_on=transfer.due_on, now=now, level=level)


def close_transfer(transfer: Transfer, *, now: dt.datetime) -> None:
    close_todos([_cause(TRANSFER, transfer), _cause(LATE, transfer)], now=now)


def bring_up_to_date(now: dt.datetime) -> None:
    """By the clock: the sender is told of receipts that are overdue, and what a ledger or a sweep has settled meanwhile
    waits for nobody any more."""
    late = Transfer.objects.unscoped().open().filter(due_on__lt=timezone.localdate(now))
    for transfer in late.select_related("member", "to", "sender"):
        refresh_transfer(transfer, now=now)
    raised = Todo.objects.visible_to(SYSTEM).open().filter(cause__startswith="journey-").values_list("cause", flat=True)
    known = {cause.partition(":")[2]: cause for cause in raised}
    journeys = {one.public_id: one for one in Journey.objects.unscoped().filter(public_id__in=known)}
    for public_id, cause in known.items():
        if public_id in journeys:
            refresh(journeys[public_id], now=now)
        else:  # taken back with the import that had made it
            close_todo(cause, now=now)


def _cause(what: str, record: Journey | Transfer) -> str:
    return f"{what}:{record.public_id}"


def _due(what: str, record: Journey | Transfer) -> dt.date | None:
    """What was promised stays, however often the to-do is brought up to date."""
    return (
        Todo.objects.visible_to(SYSTEM)
        .open()
        .filter(cause=_cause(what, record))
        .values_list("due_on", flat=True)
        .first()
    )


def _raise(
    what: str, record: Journey | Transfer, organisation: Organisation | None, text: str, *, due_on: dt.date | None,
    now: dt.datetime, level: str = "info",
) -> None:  # fmt: skip
    if organisation is None:
        return
    if record.member.restricted:  # whoever may not know the person is not told the name either
        organisation = Organisation.objects.get(path=organisation.path[: NEED_TO_KNOW_DEPTH * WIDTH])
    raise_todo(
        _cause(what, record), organisation, text, level=level, due_on=due_on, now=now,
        link=(f"{record._meta.model_name}-detail", [record.public_id]),
    )  # fmt: skip
