"""Which organisation a piece of text speaks of: an in-memory resolver, built once per check or form.

It knows the whole tree, so that "exists, but not yours" can be told from "unknown"; nothing is ever
guessed: several that fit are ``ambiguous``, also where one of them stands first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from branches.enums import BRANCHES, GENERAL_BRANCHES, PLACES
from branches.models import Organisation
from core.actors import Actor
from core.domain.orgnames import name_keys, plain_org_name
from core.paths import ancestors, covers, subtree
from core.permissions import Permission


class Found(StrEnum):
    ONE = "found"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True, slots=True)
class Node:
    """What is known of an organisation without asking the database again."""

    id: int
    path: str
    kind: str
    name: str
    short_name: str
    public_id: str

    @property
    def is_branch(self) -> bool:
        return self.kind in BRANCHES


@dataclass(frozen=True, slots=True)
class Match:
    """``ids``: the one found, the several that fit, or those outside the scope; empty when unknown."""

    state: Found
    ids: tuple[int, ...] = ()

    @property
    def organisation_id(self) -> int | None:
        return self.ids[0] if self.state is Found.ONE else None

    def __bool__(self) -> bool:
        return self.state is Found.ONE


UNKNOWN = Match(Found.UNKNOWN)
_Pool = dict[str, tuple[Node, ...]]


class Directory:
    """The open organisations of the county as seen by one actor. Some 5 ms a hundred organisations to build."""

    def __init__(self, actor: Actor, permission: Permission = Permission.VIEW) -> None:
        self.ranges = actor.ranges(permission)
        self.everything = actor.everything
        rows = Organisation.objects.open().values_list("pk", "path", "kind", "name", "short_name", "public_id", "code")
        self.nodes: dict[int, Node] = {}
        self.by_path: dict[str, Node] = {}
        self._codes: dict[str, list[Node]] = {}
        for pk, path, kind, name, short_name, public_id, code in rows:
            node = Node(pk, path, kind, name, short_name, public_id)
            self.nodes[pk] = self.by_path[path] = node
            if code:
                self._codes.setdefault(code, []).append(node)
        self._memo: dict[tuple[str, str, bool], Match] = {}

    @cached_property
    def _pools(self) -> tuple[_Pool, ...]:
        """Strong before weak: a code or a whole name beats a spelling that several may share. Made when a text is asked about:
        who only asks what is in reach needs none of it."""
        return _frozen(self._codes), self._names(), self._spellings()

    def find(self, text: object, within: str = "") -> Match:
        """The organisation that ``text`` names: inside the subtree ``within`` first, then in the whole scope.

        A place that groups branches stands for its only branch.
        """
        return self._remembered(text, within, branch=False)

    def find_branch(self, text: object, within: str = "") -> Match:
        """The same for a column that names a branch: a general branch too stands for its only branch.

        A committee is returned as it is: the caller says that members belong to a branch.
        """
        return self._remembered(text, within, branch=True)

    def branches_under(self, path: str) -> list[Node]:
        """The open branches at and below ``path``."""
        low, high = subtree(path)
        return [node for node in self.nodes.values() if node.is_branch and low <= node.path < high]

    def reaches(self, node: Node) -> bool:
        return self.everything or any(covers(one, node.path) for one in self.ranges)

    def _remembered(self, text: object, within: str, *, branch: bool) -> Match:
        key = (str(text or ""), within, branch)
        known = self._memo.get(key)
        if known is None:
            known = self._memo[key] = self._find(key[0], within, branch)
        return known

    def _find(self, text: str, within: str, branch: bool) -> Match:
        candidates = [found for pool in self._pools for key in _plain(text) if (found := pool.get(key))]
        near = subtree(within) if within else None
        for only_near in (True, False):
            for nodes in candidates:
                fitting = [
                    node
                    for node in nodes
                    if self.reaches(node) and (not only_near or (near and covers(near, node.path)))
                ]
                if fitting:
                    return self._settled(fitting, branch)
        if candidates:
            return Match(Found.OUT_OF_SCOPE, tuple(node.id for node in candidates[0]))
        return UNKNOWN

    def _settled(self, nodes: list[Node], branch: bool) -> Match:
        if len(nodes) > 1:
            return Match(Found.AMBIGUOUS, tuple(node.id for node in nodes))
        (node,) = nodes
        if node.kind in PLACES or (branch and node.kind in GENERAL_BRANCHES):
            below = self.branches_under(node.path)
            if len(below) == 1:
                return Match(Found.ONE, (below[0].id,))
            if below:
                return Match(Found.AMBIGUOUS, tuple(one.id for one in below))
        return Match(Found.ONE, (node.id,))

    def _names(self) -> _Pool:
        names: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            for name in {plain_org_name(node.name), plain_org_name(node.short_name)}:
                names.setdefault(name, []).append(node)
        return _frozen(names)

    def _spellings(self) -> _Pool:
        spellings: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            above = [self.by_path[path].short_name for path in ancestors(node.path)[:-1] if path in self.by_path]
            for key in name_keys(node.name, tuple(above)):
                spellings.setdefault(key, []).append(node)  # plain as it is
        return _frozen(spellings)


def _frozen(lists: dict[str, list[Node]]) -> _Pool:
    return {key: tuple(nodes if len(nodes) == 1 else dict.fromkeys(nodes)) for key, nodes in lists.items()}


def _plain(text: str) -> Iterable[str]:
    """The text as names are compared by, and as it stands (a code)."""
    return dict.fromkeys((plain_org_name(text), text.strip())) if text.strip() else ()
