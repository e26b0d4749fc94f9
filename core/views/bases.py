"""Bases of pages that show scoped records: nobody sees a row that was not asked for in his own name.

A subclass without ``queryset`` and ``permission`` does not even import. Outside the scope a page is not found (404);
inside it, without the right, it is refused (403).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db import connection
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views import View

from core.actors import Actor
from core.errors import NotAllowed
from core.http import PortalRequest
from core.permissions import Permission

_WRITES = re.compile(r"""\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+["`]?(\w+)""", re.IGNORECASE)
# Looking is recorded; a session keeps its idle clock; nothing else changes because somebody looks.
MAY_CHANGE = ("audit_event", "django_session")


class WroteOnGet(RuntimeError):
    """A page that only shows was about to change a record."""


@contextmanager
def readonly() -> Iterator[None]:
    """Inside, a write to any table but the log raises :class:`WroteOnGet`."""

    def check(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        found = _WRITES.match(sql)
        if found and found[1] not in MAY_CHANGE:
            raise WroteOnGet(found[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(check):
        yield


class ScopedView(View):
    """``queryset``: of a scoped model, not yet scoped; ``permission``: what one needs to open the page at all."""

    request: PortalRequest
    queryset: ClassVar[Any] = None
    permission: ClassVar[Permission | None] = None
    abstract: ClassVar[bool] = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.abstract = cls.__dict__.get("abstract", False)
        if not cls.abstract and (cls.queryset is None or cls.permission is None):
            raise TypeError(f"{cls.__name__} needs a queryset and a permission")

    @property
    def actor(self) -> Actor:
        return self.request.actor

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        assert self.permission is not None
        if not self.may_open():
            raise NotAllowed
        self.prepare()
        if request.method not in ("GET", "HEAD"):
            return super().dispatch(request, *args, **kwargs)
        with readonly():
            response = super().dispatch(request, *args, **kwargs)
            if hasattr(response, "render"):
                response.render()
        return response

    def may_open(self) -> bool:
        return self.actor.can(self.permission)  # type: ignore[arg-type] # every page has one

    def prepare(self) -> None:
        """What every handler of the page needs; the right to open it has been checked."""

    def rows(self) -> Any:
        """The rows that the reader holds the page's permission for."""
        return self.queryset.all().visible_to(self.actor, self.permission)


class ScopedList(ScopedView):
    """A list: its ``get`` stands on :meth:`rows`."""

    abstract = True


class ScopedDetail(ScopedView):
    """One record, by ``public_id`` in the address: found as :attr:`object` before any handler runs."""

    abstract = True

    def may_open(self) -> bool:
        """Held at an outpost it is held too: what is seen is asked of the record."""
        return self.actor.holds(self.permission)  # type: ignore[arg-type] # every page has one

    def prepare(self) -> None:
        self.object = self.get_object(self.kwargs["public_id"])

    def get_object(self, public_id: str) -> Any:
        """Raises Http404 outside the scope, NotAllowed inside it without the page's permission."""
        seen = next(iter(self.queryset.all().visible_to(self.actor).filter(public_id=public_id)[:1]), None)
        if seen is None:
            raise Http404
        # Who holds both for the same places is asked once: most people's rights come from one role.
        alike = self.actor.ranges(self.permission) == self.actor.ranges(Permission.VIEW)  # type: ignore[arg-type] # as above
        if not alike and not self.rows().filter(pk=seen.pk).exists():
            raise NotAllowed
        return seen
