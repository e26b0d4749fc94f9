"""Bases of the interface's addresses. What a class declares (permission, rows, bodies, answers) is checked, done and published.

As on the pages: rows through ``visible_to`` alone, 404 outside the scope, 403 inside it without the right, writes through
the actions. Reading writes nothing but the log. A write to something that exists needs ``If-Match``, a POST ``Idempotency-Key``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db import models
from django.http import Http404
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import keyset
from core.actors import Actor
from core.api import repeats
from core.api.inputs import Input, Query, Whole
from core.api.problems import Refusal
from core.errors import NotAllowed
from core.permissions import Permission
from core.views.bases import readonly

USUAL, LARGEST = 50, 200
LONGEST_CURSOR = 2000
_TAG = re.compile(r'"([A-Za-z0-9_-]{1,40})"')


class PageQuery(Query):
    """How a list is paged. ``at``: the ``next`` or ``previous`` of an earlier answer."""

    size = Whole(min_value=1, max_value=LARGEST, default=USUAL, help_text="一页几条")
    at = serializers.CharField(default="", max_length=LONGEST_CURSOR, help_text="上一次回答里的 next 或 previous")


class ScopedApi(APIView):
    """``queryset``: not yet scoped; ``permission``: what opens the address; ``output``: what one resource looks like.

    ``writes``: method -> body. A subclass that is no ``abstract`` one and lacks the first three does not even import.
    """

    queryset: ClassVar[Any] = None
    permission: ClassVar[Permission | None] = None
    output: ClassVar[type[serializers.Serializer[Any]] | None] = None
    title: ClassVar[str] = ""
    writes: ClassVar[Mapping[str, type[Input]]] = {}
    query: ClassVar[type[Query] | None] = None
    versioned: ClassVar[bool] = False  # answers bear an ETag, writes need If-Match
    abstract: ClassVar[bool] = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.abstract = cls.__dict__.get("abstract", False)
        if not cls.abstract and (cls.queryset is None or cls.permission is None or cls.output is None):
            raise TypeError(f"{cls.__name__} needs a queryset, a permission and an output")

    @classmethod
    def answers(cls) -> Any:
        """What a good answer holds, for the schema."""
        return cls.output

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        view = super().as_view(**initkwargs)
        view.api = True  # type: ignore[attr-defined] # the middleware lets it answer 401 by itself
        return view

    @property
    def actor(self) -> Actor:
        return self.request._request.actor  # type: ignore[attr-defined] # the middleware's

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        assert self.permission is not None
        if not self.actor.can(self.permission):
            raise NotAllowed
        if request.method not in ("GET", "HEAD"):
            self.asked(Query)  # a write has no query

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.http_method_not_allowed(request, *args, **kwargs)

    # -- what is sent ---------------------------------------------------------------------------

    def given(self) -> dict[str, Any]:
        """The checked body of this request. Raises ValidationError, ParseError."""
        if not self.request._request.body:
            raise ParseError
        body = self.writes[str(self.request.method).lower()](data=self.request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def asked(self, kind: type[Query] | None = None) -> dict[str, Any]:
        """The checked query of this request. Raises ValidationError."""
        query = (kind or self.query or Query)(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        return dict(query.validated_data)

    # -- what is found --------------------------------------------------------------------------

    def rows(self) -> Any:
        """The rows that the client holds the address's permission for."""
        return self.queryset.all().visible_to(self.actor, self.permission)

    def find(self, **wanted: Any) -> Any:
        """Raises Http404 outside the scope, NotAllowed inside it without the address's permission."""
        found = self.rows().filter(**wanted).first()
        if found is not None:
            return found
        if (
            self.permission is not Permission.VIEW
            and self.queryset.all().visible_to(self.actor).filter(**wanted).exists()
        ):
            raise NotAllowed
        raise Http404

    # -- what is answered -----------------------------------------------------------------------

    def show(self, thing: Any, status: int = 200) -> Response:
        assert self.output is not None
        answer = Response(self.output(thing, context={"actor": self.actor}).data, status=status)
        if self.versioned:
            answer["ETag"] = f'"{self.tag(thing)}"'
        return answer

    def tag(self, thing: Any) -> str:
        return str(thing.version)

    def expected(self) -> int:
        """The version that the client has seen, from ``If-Match``. Raises Refusal."""
        header = self.request.headers.get("If-Match", "").strip()
        if not header:
            text = "修改要带请求头 If-Match，写读取时回答里的 ETag，免得盖掉别人刚改的内容。"
            raise Refusal(428, "if_match_missing", text)
        found = _TAG.fullmatch(header)
        if found is None:
            raise Refusal(400, "if_match", '请求头 If-Match 请原样写读取时得到的一个 ETag，如 "3"。')
        text = found[1]
        return int(text) if text.isdecimal() and len(text) < 10 else -1


class ListApi(ScopedApi):
    """GET: a page of resources, by key. ``order``: columns without nulls; the primary key is added as the last."""

    abstract = True
    query = PageQuery
    order: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def answers(cls) -> Any:
        assert cls.output is not None
        page = {
            "results": cls.output(many=True),
            "next": serializers.CharField(allow_null=True, help_text="下一页的 at；没有了为 null"),
            "previous": serializers.CharField(allow_null=True, help_text="上一页的 at；没有了为 null"),
        }
        return type(f"{cls.__name__}Page", (serializers.Serializer,), page)

    def get(self, request: Request, **kwargs: Any) -> Response:
        with readonly():
            asked = self.asked()
            found, order = self.chosen(asked)
            where = f"api:{type(self).__name__}"
            if asked["at"] and keyset.read(asked["at"], where, len(order) + 1) is None:
                raise Refusal(400, "cursor", "参数 at 只能是上一次回答里的 next 或 previous，请从第一页重新开始。")
            page = keyset.page(found, order, token=asked["at"], size=asked["size"], where=where)
            assert self.output is not None
            shown = self.output(self.fetch(page.ids), many=True, context={"actor": self.actor}).data
            return Response({"results": shown, "next": page.next or None, "previous": page.previous or None})

    def chosen(self, asked: Mapping[str, Any]) -> tuple[models.QuerySet[Any], Sequence[str]]:
        """The rows that the query asks for, and their order."""
        return self.rows(), self.order

    def fetch(self, ids: Sequence[int]) -> list[Any]:
        """The rows of one page, in the order of ``ids``."""
        found = {one.pk: one for one in self.rows().filter(pk__in=ids)}
        return [found[pk] for pk in ids if pk in found]


class DetailApi(ScopedApi):
    """GET: one resource. PATCH, where ``writes`` has a body for it: some of its fields, through an action."""

    abstract = True
    versioned = True

    def get(self, request: Request, **kwargs: Any) -> Response:
        with readonly():
            self.asked()
            thing = self.thing(**kwargs)
            self.looked(thing)
            return self.show(thing)

    def thing(self, **kwargs: Any) -> Any:
        return self.find(**kwargs)

    def looked(self, thing: Any) -> None:
        """What looking at it leaves in the log; most things leave nothing."""


class EditApi(DetailApi):
    """With PATCH. Reading takes VIEW, writing takes EDIT."""

    abstract = True

    def patch(self, request: Request, **kwargs: Any) -> Response:
        thing = self.thing(**kwargs)
        self.edit(thing, self.given(), self.expected())
        return self.show(self.thing(**kwargs))

    def edit(self, thing: Any, given: dict[str, Any], version: int) -> Any:
        raise NotImplementedError


class ActApi(ScopedApi):
    """POST: an action on the resource that the address names, or one that makes another from it. Answers with what came of it."""

    abstract = True
    versioned = True
    needs_match: ClassVar[bool] = True  # of the resource in the address
    created: ClassVar[bool] = False  # 201 and not 200

    def post(self, request: Request, **kwargs: Any) -> Response:
        return repeats.once(request, repeats.client_of(request), lambda: self._act(**kwargs))

    def _act(self, **kwargs: Any) -> Response:
        thing = self.thing(**kwargs)
        given = self.given()
        version = self.expected() if self.needs_match else None
        return self.show(self.act(thing, given, version), 201 if self.created else 200)

    def thing(self, **kwargs: Any) -> Any:
        return self.find(**kwargs)

    def act(self, thing: Any, given: dict[str, Any], version: int | None) -> Any:
        """The action; returns the resource to answer with."""
        raise NotImplementedError
