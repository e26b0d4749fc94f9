"""Statements that PostgreSQL works on while the next ones are being made.

An import writes a hundred thousand rows in one transaction, in chunks. Making a chunk's statements keeps one processor
busy, carrying them out another: so a thread sends what was made last, on the same connection, while the caller goes on;
and it reads what the caller will want to know of the next chunk. The order stays; a query of the caller's in between waits
until all that was sent is through.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from contextvars import copy_context
from types import TracebackType
from typing import Any, Self, TypeVar

from django.db import connection, connections, transaction

T = TypeVar("T")
Statement = Callable[[Any], object]  # given a cursor, carries itself out
_QUICK = 0.0005  # seconds; the thread needs the interpreter for moments only, and must not wait for them


class Behind:
    """``put`` statements, then ``go``: waits for what was sent before, then sends them. Leaving waits for the last.

    What is to follow them in the caller's thread is given by ``then``: it is called when they are through.
    What is to be known later is asked for by ``ask``: after what was sent before, whatever is put meanwhile.

    An error of a statement is raised by the next ``go`` or on leaving, that of a question where its answer is wanted.
    SQLite, which works in this process, is given each statement at once, and a question when its answer is wanted.
    """

    def __init__(self) -> None:
        self._threaded = connection.vendor == "postgresql"
        self._leaving = ExitStack()
        self._caller = threading.get_ident()
        self._waiting: list[Statement] = []
        self._to_follow: list[Callable[[], object]] = []
        self._sent: Future[None] | None = None
        self._following: list[Callable[[], object]] = []
        self._asked: Future[Any] | None = None  # the last question

    def __enter__(self) -> Self:
        if self._threaded:
            usual = sys.getswitchinterval()
            self._leaving.callback(sys.setswitchinterval, usual)
            sys.setswitchinterval(_QUICK)
            self._leaving.enter_context(connection.execute_wrapper(self._after_what_was_sent))
            connection.inc_thread_sharing()
            self._leaving.callback(connection.dec_thread_sharing)
            pool = ThreadPoolExecutor(1, "behind", _use, (connections[connection.alias],))
            self._pool = self._leaving.enter_context(pool)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        with self._leaving:
            if kind is None:
                self.go()
                self.wait()

    def put(self, statement: Statement) -> None:
        if self._threaded:
            self._waiting.append(statement)
        else:
            with transaction.atomic(), connection.cursor() as cursor:
                statement(cursor)

    def then(self, call: Callable[[], object]) -> None:
        self._to_follow.append(call)

    def ask(self, call: Callable[[], T]) -> Callable[[], T]:
        """What ``call`` reads from the database, to be had, once, from the function returned."""
        if not self._threaded:
            return call
        asked = self._asked = self._pool.submit(copy_context().run, call)
        return asked.result

    def each(self, items: Iterator[T]) -> Iterator[T]:
        """The items of an iterator that reads them from the database, each asked for while the one before is used."""
        coming = self.ask(lambda: next(items, None))
        while (one := coming()) is not None:
            coming = self.ask(lambda: next(items, None))
            yield one

    def go(self) -> None:
        self.wait()
        statements, self._waiting = self._waiting, []
        self._following, self._to_follow = self._to_follow, []
        if statements:
            self._sent = self._pool.submit(_send, connection.cursor(), statements)
        if not self._threaded:
            self.wait()

    def _after_what_was_sent(self, execute: Any, *given: Any) -> Any:
        if threading.get_ident() == self._caller:
            if self._asked is not None:
                wait([self._asked])  # its error is for who wants the answer
            self.wait()
        return execute(*given)

    def wait(self) -> None:
        sent, self._sent = self._sent, None
        if sent is not None:
            sent.result()
        following, self._following = self._following, []
        for call in following:
            call()


def one_behind(items: Iterable[T]) -> Iterator[T]:
    """Each of them when the next has been begun: the answers to its questions have come meanwhile."""
    waiting: list[T] = []
    for item in items:
        yield from waiting
        waiting = [item]
    yield from waiting


def _use(shared: Any) -> None:
    """The thread speaks to the database by the caller's connection, inside its transaction."""
    connections[shared.alias] = shared


def _send(cursor: Any, statements: list[Statement]) -> None:
    with cursor:
        for statement in statements:
            statement(cursor)
