"""What an arrival makes others do: the home is told or asked, whoever is to take the member in is asked. To-dos close by
themselves when what they ask for is there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from audit import actions as audit
from branches.models import Organisation
from branches.rules import value as rule_value
from core import clock
from core.actors import SYSTEM, Actor
from core.domain.freetext import find_numbers
from core.domain.orgnames import plain_org_name
from core.errors import NotAllowed, UserError
from core.permissions import Permission
from inbox.actions import close_todo, raise_todo, tell
from inbox.models import Todo
from members.enums import Direction, Wish
from members.models import Journey
from stations.models import CheckIn
from stations.rules import ANSWER_DAYS

HOME, WISH, OURS = "station-home", "station-wish", "station-ours"


def after_known(check_in: CheckIn, *, is_new: bool, by: Actor, now: dt.datetime) -> None:
    """The home branch fills in what the station cannot know of a journey that nobody had registered."""
    journey, station = check_in.journey, check_in.station
    if journey.home is None:
        return
    name = journey.member.name
    if is_new:
        text = f"{name}在{station.name}报到，请补上什么时候走的、为什么走"
        _ask(HOME, journey, journey.home, text, by=by, now=now)
    else:
        tell(
            journey.home, f"{name}在{station.name}报到了", "去向已经由驿站核实，不用再打电话问。",
            link=("journey-detail", [journey.public_id]), by=by, now=now,
        )  # fmt: skip
    if check_in.wish == Wish.TRANSFER:
        _ask(WISH, journey, journey.home, f"{name}希望转接组织关系，请与本人联系", by=by, now=now)
    elif check_in.wish in (Wish.MOBILE, Wish.HOST) and journey.host_id is None:
        wanted = f"“{check_in.wish_text}”" if check_in.wish_text else "附近的党组织"
        _ask(
            WISH, journey, station.keeper, f"{name}在{station.name}报到，希望参加{wanted}的活动，请安排", by=by, now=now
        )


def after_unknown(check_in: CheckIn, *, by: Actor, now: dt.datetime) -> None:
    """Where the membership is said to be: one of ours checks; with others the keeper of the station gets in touch."""
    journey, station = check_in.journey, check_in.station
    if journey.wish in (Wish.MOBILE, Wish.TRANSFER):
        wanted = journey.get_wish_display() + (f"（{journey.wish_text}）" if journey.wish_text else "")
        tell(
            station.keeper, f"外来党员{journey.member.name}希望{wanted}", f"在{station.name}报到时说的，请与本人联系。",
            link=("journey-detail", [journey.public_id]), by=by, now=now,
        )  # fmt: skip
    ours = _ours(journey.home_text)
    if ours is not None:
        text = f"有人在{station.name}报到，说组织关系在你处：{journey.member.name}，请核对"
        _ask(HOME, journey, ours, text, by=by, now=now, link=("station-answer", [check_in.public_id]))
        return
    tell(
        station.keeper, f"{station.name}登记了外来党员{journey.member.name}",
        f"本人说组织关系在“{journey.home_text}”，请与对方党组织联系。",
        link=("journey-detail", [journey.public_id]), by=by, now=now,
    )  # fmt: skip


@dataclass(frozen=True)
class Question:
    """Asked of ``organisation`` and not answered yet: whether the guest is one of its members, as the guest said."""

    check_in: CheckIn
    organisation: Organisation


def question_to(by: Actor, public_id: str) -> Question | None:
    """Of a check-in, where it is asked of an organisation that ``by`` sees. The guest is in nobody else's scope: the question is
    what lets the organisation know of the name."""
    check_in = (
        CheckIn.objects.unscoped()
        .select_related("journey", "member", "station__keeper")
        .filter(public_id=public_id)
        .first()
    )
    if check_in is None:
        return None
    todos = Todo.objects.visible_to(SYSTEM).open().select_related("organisation")
    todo = todos.filter(cause=f"{HOME}:{check_in.journey.public_id}").first()
    if todo is None or not check_in.member.is_guest or not by.reaches(todo.organisation.path, Permission.VIEW):
        return None
    return Question(check_in, todo.organisation)


def answer(question: Question, *, is_ours: bool, note: str, by: Actor, now: dt.datetime | None = None) -> None:
    """The organisation has looked: the keeper of the station hears it, and is to mend the records of somebody who is ours.

    Raises NotAllowed, UserError (a number in ``note``).
    """
    now = now or clock.now()
    organisation, check_in = question.organisation, question.check_in
    journey, station = check_in.journey, check_in.station
    if not by.reaches(organisation.path, Permission.EDIT):
        raise NotAllowed
    if find_numbers(note):
        raise UserError("说明里不要写电话、身份证号。", "number_in_text")
    name = check_in.member.name
    said = f"{organisation.short_name}答复：{name}{'是' if is_ours else '不是'}他们的党员"
    with transaction.atomic():
        close_todo(f"{HOME}:{journey.public_id}", now=now)
        if is_ours:
            _ask(OURS, journey, station.keeper, f"{said}，请把流入的登记并到他的档案", by=by, now=now)
        tell(
            station.keeper, said, note or "没有别的说明。", link=("journey-detail", [journey.public_id]), by=by, now=now
        )
        audit.record("station_answered", said, by=by, subject=station, organisation_id=organisation.pk, now=now)


def _ours(text: str) -> Organisation | None:
    """The one organisation of ours that bears this name."""
    plain = plain_org_name(text)
    found = [
        one
        for one in Organisation.objects.open()
        if plain in (plain_org_name(one.name), plain_org_name(one.short_name))
    ]
    return found[0] if len(found) == 1 else None


def _ask(
    what: str, journey: Journey, organisation: Organisation, text: str, *, by: Actor, now: dt.datetime,
    link: tuple[str, list[str]] | None = None,
) -> None:  # fmt: skip
    today = timezone.localdate(now)
    due_on = today + dt.timedelta(days=int(rule_value(ANSWER_DAYS.key, organisation, today)))
    raise_todo(
        f"{what}:{journey.public_id}", organisation, text[:200], due_on=due_on, by=by, now=now,
        link=link or ("journey-detail", [journey.public_id]),
    )  # fmt: skip


def settle(journeys: Sequence[Journey]) -> None:
    """Close what these journeys need no more: it is known now since when somebody is away, who takes the member in, or the
    stay is over."""
    causes = {f"{what}:{one.public_id}" for one in journeys for what in (HOME, WISH, OURS)}
    open_ones = set(Todo.objects.visible_to(SYSTEM).open().filter(cause__in=causes).values_list("cause", flat=True))
    for one in journeys:
        over = not one.is_open
        dated = one.left_on is not None if one.direction == Direction.OUT else one.member.home_id is not None
        for what, is_done in ((HOME, over or dated), (OURS, over or dated), (WISH, over or one.host_id is not None)):
            cause = f"{what}:{one.public_id}"
            if is_done and cause in open_ones:
                close_todo(cause)
