"""Raising and closing to-dos, telling people something, reading it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction

from accounts.models import User
from branches.models import Organisation
from core import bulk, channels, clock
from core.actors import SYSTEM, Actor
from core.channels import Note
from core.ids import new_id
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


class Wanted(NamedTuple):
    """A to-do as it should stand: what :func:`raise_todo` takes, with the organisation by id and path. The page it leads to
    goes with the cause: a to-do that stands is not compared by it."""

    cause: str
    organisation_id: int
    path: str
    text: str
    level: str = Level.INFO
    due_on: dt.date | None = None
    link: Address = ("", [])
    for_role: str = ""

    @property
    def values(self) -> tuple[Any, ...]:
        """In the order of :data:`COLUMNS`."""
        url_name, url_args = self.link
        return (*self[1:4], str(self.level), self.due_on, url_name, self.for_role, list(url_args))


COMPARED = ("organisation_id", "organisation_path", "text", "level", "due_on", "url_name", "for_role")
COLUMNS = (*COMPARED, "url_args")
AT_ONCE = 2000


@transaction.atomic
def raise_todos(wanted: Iterable[Wanted], *, by: Actor = SYSTEM, now: dt.datetime | None = None) -> int:
    """Many to-dos, a few statements for each two thousand; as :func:`raise_todo`, what stands so already is left alone.
    The number raised or brought up to date."""
    rest = iter(wanted)
    written = 0
    while part := {one.cause: one for one in islice(rest, AT_ONCE)}:
        there = Todo.objects.visible_to(SYSTEM).open().filter(cause__in=part)
        written += _bring(there, part, by, now or clock.now())[0]
    return written


@transaction.atomic
def settle_todos(prefix: str, wanted: Iterable[Wanted], *, by: Actor = SYSTEM, now: dt.datetime | None = None) -> int:
    """Of all whose cause begins so these are to stand and no others: as :func:`raise_todos`, and the rest are closed.
    The number raised, brought up to date or closed."""
    now = now or clock.now()
    there = Todo.objects.visible_to(SYSTEM).open().filter(cause__startswith=prefix)
    written, gone = _bring(there, {one.cause: one for one in wanted}, by, now)
    return written + close_todos(gone, now=now)


@transaction.atomic
def close_todos(causes: Sequence[str], *, now: dt.datetime | None = None) -> int:
    """These are gone. The number closed."""
    waiting = Todo.objects.visible_to(SYSTEM).open()
    parts = [causes[start : start + AT_ONCE] for start in range(0, len(causes), AT_ONCE)]
    return sum(waiting.filter(cause__in=part).update(closed_at=now or clock.now()) for part in parts)


def _bring(there: Any, wanted: dict[str, Wanted], by: Actor, now: dt.datetime) -> tuple[int, list[str]]:
    """Compare with those that are there, once; write what differs. How many were written, and the causes that are not wanted."""
    stale, gone = [], []
    most = len(COMPARED)
    for pk, cause, *standing in list(there.values_list("pk", "cause", *COMPARED)):
        one = wanted.pop(cause, None)
        if one is None:
            gone.append(cause)
        elif tuple(standing) != (values := one.values)[:most]:
            require_no_number(one.text)
            stale.append((pk, *values))
    for one in wanted.values():
        require_no_number(one.text)
    bulk.update_rows(Todo, COLUMNS, stale)
    _insert(wanted.values(), by, now)
    return len(stale) + len(wanted), gone


def _insert(wanted: Collection[Wanted], by: Actor, now: dt.datetime) -> None:
    if not wanted:
        return
    try:
        with transaction.atomic():
            bulk.copy_rows(
                Todo,
                ("public_id", "cause", "raised_by", "raised_at", *COLUMNS),
                ((new_id(), one.cause, f"{by.ref.id} {by.ref.label}"[:160], now, *one.values) for one in wanted),
            )
    except IntegrityError:  # one of them raised by somebody else in this very moment
        for one in wanted:
            values = dict(zip(COLUMNS, one.values, strict=True))
            todo = Todo(cause=one.cause, raised_by=by.ref, raised_at=now, **values)
            Todo.objects.bulk_create([todo], ignore_conflicts=True)


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


@dataclass(frozen=True)
class Told:
    """A message to the staff of the organisation at ``path``, or to one person by the account's public id: what :func:`tell`
    takes."""

    path: str
    title: str
    text: str = ""
    level: str = Level.INFO
    link: Address = ("", [])
    to: str = ""


@transaction.atomic
def tell_many(told: Iterable[Told], *, by: Actor = SYSTEM, now: dt.datetime | None = None) -> int:
    """Many organisations or people at once, as :func:`tell` tells one. The number told."""
    now = now or clock.now()
    rest, number = iter(told), 0
    while part := list(islice(rest, AT_ONCE)):
        for one in part:
            require_no_number(one.title)
            require_no_number(one.text)
        Message.objects.bulk_create(
            Message(
                to=one.to, organisation_path=one.path, title=one.title[:100], text=one.text[:500], level=Level(one.level),
                url_name=one.link[0], url_args=list(one.link[1]), told_by=by.ref, told_at=now,
            )
            for one in part
        )  # fmt: skip
        for one in part:
            transaction.on_commit(partial(channels.send, Note(one.to, one.path, one.title)))
        number += len(part)
    return number


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
