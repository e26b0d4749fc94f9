"""Row scope that cannot be forgotten.

A scoped model says which of its columns hold organisation paths (:attr:`ScopedModel.scope_paths`).
``visible_to(actor, permission)`` keeps the rows where any of these columns falls into any of the
actor's ranges. Inside :func:`core.actors.acting_as` a query that never went through
``visible_to`` (or the listed escape ``unscoped``) raises :class:`UnscopedQuery` when its SQL is
compiled, wherever it is used: as rows, count, exists, sub-query, union or explain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q, sql

from core.actors import Actor, current_actor
from core.paths import Range, split
from core.permissions import Permission


class UnscopedQuery(RuntimeError):
    """A query on a scoped model was about to run for an actor without having been scoped."""


_bypassed: ContextVar[bool] = ContextVar("scope_bypassed", default=False)


@contextmanager
def uniqueness_sees_all() -> Iterator[None]:
    """Uniqueness holds across the whole county: the checks alone may look beyond the scope."""
    token = _bypassed.set(True)
    try:
        yield
    finally:
        _bypassed.reset(token)


def _refuse(model: type[models.Model] | None) -> None:
    if current_actor() is not None and not _bypassed.get():
        raise UnscopedQuery(f"{model.__name__ if model else 'query'}: call visible_to(actor) before using this query")


class ScopedQuery(sql.Query):
    """Carries the flag through clones; ``|``, ``&`` keep it only when both sides have it."""

    scoped = False

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        if not self.scoped:
            _refuse(self.model)
        return super().get_compiler(*args, **kwargs)

    def combine(self, rhs: Any, connector: str) -> None:
        super().combine(rhs, connector)
        self.scoped = self.scoped and bool(getattr(rhs, "scoped", False))


def in_ranges(columns: Iterable[str], ranges: Iterable[Range]) -> Q:
    """Rows whose path, in any of ``columns``, lies in any of ``ranges``. No range: no row."""
    condition = Q()
    for low, high in ranges:
        for column in columns:
            condition |= Q(**{f"{column}__gte": low, f"{column}__lt": high})
    return condition or Q(pk__in=())


M = TypeVar("M", bound="ScopedModel")


class ScopedQuerySet(models.QuerySet[M]):
    def __init__(self, model: Any = None, query: Any = None, using: Any = None, hints: Any = None) -> None:
        super().__init__(model, query or ScopedQuery(model), using, hints)

    def visible_to(self, actor: Actor, permission: Permission = Permission.VIEW) -> Self:
        """The rows ``actor`` holds ``permission`` for. An actor without any sees nothing."""
        scoped = self._scoped()
        if actor.everything:
            return scoped
        return scoped.filter(self.model.scope_condition(actor, permission))

    def visible_by(self, column: str, actor: Actor, permission: Permission = Permission.VIEW) -> Self:
        """The part of :meth:`visible_to` that one of the model's scope columns opens: a single range of an index,
        where the OR of two columns would make the database sort everything first."""
        if column not in self.model.scope_paths:
            raise ValueError(f"{column} is no scope column of {self.model.__name__}")
        scoped = self._scoped()
        if actor.everything:
            return scoped
        further = self.model.further_condition(actor, permission)
        return scoped.filter(in_ranges([column], actor.ranges(permission)), further)

    def visible_through(self, relation: str, actor: Actor, permission: Permission = Permission.VIEW) -> Self:
        """Keeps the rows whose record at the foreign key ``relation`` is visible as well: by columns of a table that is joined
        anyhow, where a sub-query would have the database read and plan that table twice. It scopes nothing by itself."""
        if actor.everything:
            return self.all()
        target: Any = self.model._meta.get_field(relation).related_model
        return self.filter(_at(relation, target.scope_condition(actor, permission)))

    def unscoped(self) -> Self:
        """Every row. A test lists the few files that may call this, each with its reason."""
        return self._scoped()

    def _scoped(self) -> Self:
        clone = self.all()
        clone.query.scoped = True  # type: ignore[attr-defined] # a ScopedQuery
        return clone

    def __or__(self, other: Any) -> Self:
        return models.QuerySet.__or__(_unsliced(self), _unsliced(other))

    def __and__(self, other: Any) -> Self:
        return models.QuerySet.__and__(_unsliced(self), _unsliced(other))

    def __xor__(self, other: Any) -> Self:
        return models.QuerySet.__xor__(_unsliced(self), _unsliced(other))

    def _require_scope(self) -> None:
        if not getattr(self.query, "scoped", False):
            _refuse(self.model)

    def update(self, **kwargs: Any) -> int:
        self._require_scope()
        return super().update(**kwargs)

    update.alters_data = True  # type: ignore[attr-defined] # Django's own mark on a method

    def delete(self) -> tuple[int, dict[str, int]]:
        self._require_scope()
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined] # as above
    delete.queryset_only = True  # type: ignore[attr-defined] # as above

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        if kwargs.get("update_conflicts") or (len(args) > 2 and args[2]):
            self._require_scope()
        return super().bulk_create(objs, *args, **kwargs)

    def raw(self, *args: Any, **kwargs: Any) -> Any:
        self._require_scope()
        return super().raw(*args, **kwargs)


def _at(relation: str, condition: Any) -> Any:
    """A condition on a record as one on the rows whose ``relation`` leads there."""
    if isinstance(condition, tuple):
        return f"{relation}__{condition[0]}", condition[1]
    moved = condition.copy()
    moved.children = [_at(relation, child) for child in condition.children]
    return moved


def _unsliced(rows: Any) -> Any:
    """Rows to merge, as a filter. Django would put a sliced side into a plain query, which carries no flag."""
    if not isinstance(rows, ScopedQuerySet) or rows.query.can_filter():
        return rows
    rows._require_scope()
    return type(rows)(rows.model, using=rows.db)._scoped().filter(pk__in=rows.values("pk"))


class ScopedModel(models.Model):
    """``scope_paths``: columns (or look-ups through a foreign key) that hold organisation paths.

    ``outpost_member``: the column with the person's id, where whoever works at an outpost sees the rows of its people;
    ``outpost_paths``: columns with paths of outposts. Without either nothing of this table is seen from there.
    """

    scope_paths: ClassVar[tuple[str, ...]] = ()
    outpost_member: ClassVar[str] = ""
    outpost_paths: ClassVar[tuple[str, ...]] = ()

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def scope_condition(cls, actor: Actor, permission: Permission) -> Q:
        tree, outposts = split(actor.ranges(permission))
        condition = in_ranges(cls.scope_paths, tree)
        if outposts and cls.outpost_member:
            condition |= Q(**{f"{cls.outpost_member}__in": _people_of_outposts[0](outposts)})
        if outposts and cls.outpost_paths:
            condition |= in_ranges(cls.outpost_paths, outposts)
        return condition & cls.further_condition(actor, permission)

    @classmethod
    def further_condition(cls, actor: Actor, permission: Permission) -> Q:
        """What must hold besides the path; nothing, unless a model says so."""
        return Q()

    def validate_unique(self, exclude: Any = None) -> None:
        with uniqueness_sees_all():
            super().validate_unique(exclude)

    def validate_constraints(self, exclude: Any = None) -> None:
        with uniqueness_sees_all():
            super().validate_constraints(exclude)


_people_of_outposts: list[Callable[[tuple[Range, ...]], Any]] = []


def register_people_of_outposts(function: Callable[[tuple[Range, ...]], Any]) -> None:
    """``stations`` gives the sub-query that turns ranges of outposts into the ids of their people."""
    _people_of_outposts[:] = [function]


_organisation_ids: list[Callable[[tuple[Range, ...]], Any]] = []


def register_organisation_ids(function: Callable[[tuple[Range, ...]], Any]) -> None:
    """``branches`` gives the sub-query that turns path ranges into organisation ids."""
    _organisation_ids[:] = [function]


def organisation_ids(ranges: tuple[Range, ...]) -> Any:
    """For tables that keep an organisation's id instead of a copy of its path (they are never updated)."""
    return _organisation_ids[0](ranges)
