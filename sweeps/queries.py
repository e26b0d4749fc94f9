"""What pages ask of a sweep: whose turn it is, how many are left, where one's own return is."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, Q, Window

from core.actors import Actor
from core.permissions import Permission
from sweeps.enums import ItemState, SweepState
from sweeps.models import Item, Return, Sweep


def own_return(actor: Actor) -> Return | None:
    """The return of the actor's own organisation in the sweep that runs now."""
    mine = Return.objects.visible_to(actor).filter(path=actor.organisation_path, sweep__state=SweepState.OPEN)
    return mine.select_related("sweep", "organisation").order_by("-sweep__quarter", "-pk").first()


def still_to_ask(actor: Actor) -> list[Any]:
    """Whom a branch secretary has still to ask, for the navigation; of everybody else that is the work of others."""
    if actor.role != "secretary":
        return []
    waiting = Item.objects.visible_to(actor, Permission.EDIT).unanswered()
    return [waiting.filter(sweep__state=SweepState.OPEN)]


def queue(sweep: Sweep, path: str, actor: Actor, today: dt.date) -> Any:
    """The cards that are due at an organisation, in order; each knows how many there are (``left``)."""
    items = Item.objects.visible_by("path", actor, Permission.EDIT).filter(sweep=sweep, path=path).due(today)
    return items.with_facts().annotate(left=Window(Count("pk"))).in_queue_order()


def next_card(sweep: Sweep, path: str, actor: Actor, today: dt.date, past: Item | None = None) -> Item | None:
    """The card that comes next; after ``past``, where one was put off, and round to the first again."""
    cards = queue(sweep, path, actor, today)
    found = None
    if past is not None:
        found = cards.filter(Q(route__lt=past.route) | Q(route=past.route, pk__gt=past.pk)).first()
    found = found or cards.first()
    if found is not None:
        found.sweep = sweep
    return found


def counts(of: Return, actor: Actor) -> dict[str, int]:
    """People of a return by state: ``asked`` in all, ``open`` (unanswered), ``trying`` among them, ``answered``."""
    items = Item.objects.visible_to(actor).filter(sweep=of.sweep_id, path=of.path)
    return items.aggregate(
        asked=Count("pk"),
        open=Count("pk", filter=~Q(state=ItemState.ANSWERED)),
        trying=Count("pk", filter=Q(state=ItemState.TRYING)),
        answered=Count("pk", filter=Q(state=ItemState.ANSWERED)),
    )


def elsewhere(sweep: Sweep, path: str, actor: Actor) -> Any:
    """Unanswered people whom this branch looks after beside the branch of their membership, where they count."""
    items = Item.objects.visible_to(actor, Permission.EDIT).unanswered().filter(sweep=sweep, care_path=path)
    return items.exclude(path=path).select_related("member").in_queue_order()
