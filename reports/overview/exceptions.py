"""What is to be decided today: the to-dos of the reader's posts, and what the lists themselves show as overdue."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Window

from core.actors import Actor
from core.components import Todo as Shown
from inbox.models import Todo
from inbox.queries import shown


@dataclass(frozen=True)
class Exceptions:
    """``todos``: the most urgent; ``more``: how many wait besides."""

    todos: list[Shown]
    more: int


def exceptions(actor: Actor, today: dt.date, most: int) -> Exceptions:
    """Held rows of imports, searches and decisions on the lost, receipts overdue, causes of the weekly monitor: each raises a
    to-do of its own, which closes itself when it is settled. One query."""
    waiting = Todo.objects.waiting_for(actor).select_related("organisation").annotate(waiting=Window(Count("pk")))
    found = list(waiting.most_urgent_first()[:most])
    return Exceptions([shown(one, today) for one in found], found[0].waiting - len(found) if found else 0)
