"""The tree beside a list: the organisations in scope, opened where the reader is, each with its people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.db.models import Exists, OuterRef, Q

from branches.models import Organisation
from core.actors import Actor
from core.components import TreeNode
from core.paths import ancestors, successor
from core.permissions import Permission
from core.scoping import in_ranges


def only_root(actor: Actor) -> str:
    """The path of the one organisation that the scope is; "" where there are several, or no limit."""
    ranges = actor.ranges(Permission.VIEW)
    return ranges[0][0] if len(ranges) == 1 and successor(ranges[0][0]) == ranges[0][1] else ""


def organisations(actor: Actor, path: str) -> list[Organisation]:
    """In official order: the roots of the scope, the line down to ``path``, and the children all along it. One query."""
    line = ancestors(path)
    wanted = Q(path__in=line) | Q(parent__in=Organisation.objects.filter(path__in=line).values("pk"))
    if not only_root(actor):
        wanted |= Q(parent__isnull=True)
        if not actor.everything:
            wanted |= ~in_ranges(["parent__path"], actor.ranges(Permission.VIEW))
    below = Organisation.objects.open().filter(parent=OuterRef("pk"))
    found = Organisation.objects.open().within(actor).filter(wanted).annotate(has_children=Exists(below))
    return list(found.official())


def nodes(
    found: Sequence[Organisation],
    current: str,
    counts: Mapping[str, int] | None,
    url: Callable[[Organisation], str],
    branch_url: Callable[[Organisation], str],
) -> list[TreeNode]:
    """The nodes at the top of ``found``, with those below them. ``counts``: by path, rolled up; None shows no figures."""
    paths = {one.path for one in found}
    line = set(ancestors(current))

    def node(one: Organisation) -> TreeNode:
        children = [node(other) for other in found if other.parent_id == one.pk]
        closed = one.has_children and not children
        return TreeNode(
            one.short_name,
            url(one),
            count=None if counts is None else counts.get(one.path, 0),
            is_current=one.path == current,
            is_open=one.path in line,
            children=children,
            branch_url=branch_url(one) if closed else "",
        )

    return [node(one) for one in found if not any(above in paths for above in ancestors(one.path)[:-1])]
