"""What the home page, the inbox and the navigation ask: what waits for this person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from core import clock
from core import components as shapes
from core.actors import Actor
from inbox.models import Level, Message, Todo

TONES = {Level.INFO: "info", Level.BLUE: "info", Level.YELLOW: "warn", Level.RED: "bad"}


@dataclass(frozen=True)
class Inbox:
    """``todos``: for the component ``todo_list``, most urgent first, at most the limit; the counts are whole."""

    todos: list[shapes.Todo]
    todo_count: int
    below_count: int
    unread_count: int


def for_actor(actor: Actor, limit: int = 20, today: dt.date | None = None) -> Inbox:
    today = today or clock.today()
    waiting = Todo.objects.waiting_for(actor)
    todos = list(waiting.select_related("organisation").most_urgent_first()[:limit])
    return Inbox(
        todos=[shown(todo, today) for todo in todos],
        todo_count=len(todos) if len(todos) < limit else waiting.count(),
        below_count=Todo.objects.waiting_below(actor).count(),
        unread_count=Message.objects.visible_to(actor).unread().count(),
    )


def below(actor: Actor, limit: int = 100, today: dt.date | None = None) -> list[shapes.Todo]:
    """What waits for the organisations under the actor's own."""
    today = today or clock.today()
    found = Todo.objects.waiting_below(actor).select_related("organisation").most_urgent_first()
    return [shown(todo, today) for todo in found[:limit]]


def unseen(actor: Actor) -> list[Any]:
    """To-dos and unread messages, for the badge."""
    return [Todo.objects.waiting_for(actor), Message.objects.visible_to(actor).unread()]


def shown(todo: Todo, today: dt.date) -> shapes.Todo:
    detail = [todo.organisation.short_name]
    if todo.due_on:
        detail.append(due_words(todo.due_on, today))
    level = Level(todo.level)
    return shapes.Todo(todo.text, todo.url, level.label, TONES[level], " · ".join(detail))


def due_words(due_on: dt.date, today: dt.date) -> str:
    days = (due_on - today).days
    date = f"{due_on.month} 月 {due_on.day} 日"
    if days < 0:
        return f"期限 {date}，已过 {-days} 天"
    return f"期限 {date}，就是今天" if days == 0 else f"期限 {date}，还有 {days} 天"
