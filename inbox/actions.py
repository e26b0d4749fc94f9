"""Raising and closing to-dos, telling people something, reading it."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction

from accounts.models import User
from branches.models import Organisation
from core import channels, clock
from core.actors import SYSTEM, Actor
from core.channels import Note
from inbox.models import Level, Message, Todo
from inbox.words import require_no_number

Address = tuple[str, list[str]]  # URL name and arguments


@transaction.atomic
def raise_todo(
    cause: str,
    organisation: Organisation,
    text: str,
    *,
    level: str = Level.INFO,
    due_on: dt.date | None = None,
    link: Address = ("", []),
    for_role: str = "",
    by: Actor = SYSTEM,
    now: dt.datetime | None = None,
) -> Todo:
    """One open to-do a cause: raised again it is brought up to date, not doubled. ``text`` names no number of a person."""
    require_no_number(text)
    values = {
        "organisation": organisation,
        "organisation_path": organisation.path,
        "text": text,
        "level": Level(level),
        "due_on": due_on,
        "url_name": link[0],
        "url_args": list(link[1]),
        "for_role": for_role,
    }
    todos = Todo.objects.visible_to(SYSTEM).open().filter(cause=cause)
    if not todos.update(**values):
        try:
            with transaction.atomic():
                return Todo.objects.create(cause=cause, raised_by=by.ref, raised_at=now or clock.now(), **values)
        except IntegrityError:  # raised by somebody else in this very moment
            todos.update(**values)
    return todos.get()


@transaction.atomic
def close_todo(cause: str, *, now: dt.datetime | None = None) -> bool:
    """The cause is gone. False where nothing was open for it."""
    return bool(Todo.objects.visible_to(SYSTEM).open().filter(cause=cause).update(closed_at=now or clock.now()))


@transaction.atomic
def tell(
    to: User | Organisation,
    title: str,
    text: str = "",
    *,
    level: str = Level.INFO,
    link: Address = ("", []),
    by: Actor = SYSTEM,
    now: dt.datetime | None = None,
) -> Message:
    """A message in the portal, and a note on whatever channels are registered, after the commit."""
    require_no_number(title)
    require_no_number(text)
    is_user = isinstance(to, User)
    message = Message.objects.create(
        to=to.public_id if is_user else "",
        organisation_path="" if isinstance(to, User) else to.path,
        title=title[:100],
        text=text[:500],
        level=Level(level),
        url_name=link[0],
        url_args=list(link[1]),
        told_by=by.ref,
        told_at=now or clock.now(),
    )
    note = Note(message.to, message.organisation_path, title)
    transaction.on_commit(lambda: channels.send(note))
    return message


@transaction.atomic
def read(message: Message, *, by: Actor, now: dt.datetime | None = None) -> None:
    """The first reading counts."""
    unread = Message.objects.visible_to(by).unread().filter(pk=message.pk)
    unread.update(read_at=now or clock.now(), read_by=by.ref)


@transaction.atomic
def read_all(*, by: Actor, now: dt.datetime | None = None) -> int:
    """Everything told to ``by`` in person; what was told to the staff is read one by one."""
    unread = Message.objects.visible_to(by).unread().filter(to=by.id)
    return int(unread.update(read_at=now or clock.now(), read_by=by.ref))
