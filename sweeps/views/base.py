"""What the pages of a return and of a card have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404

from core.actors import Actor
from core.components import Link
from core.errors import NotAllowed
from core.permissions import Permission
from core.views.bases import ScopedDetail, ScopedView
from sweeps.blockers import is_above
from sweeps.models import Item, Return
from sweeps.views.common import crumbs, return_chip


@dataclass(frozen=True)
class Head:
    """What stands above every page of a return. ``keyed``: the reader sits above and keys in (代录)."""

    title: str
    unit: str
    crumbs: list[Link]
    chip: dict[str, str]
    may_edit: bool
    keyed: bool


def head(of: Return, actor: Actor, title: str = "") -> Head:
    """``title``: of a page below the return itself."""
    line = crumbs(of.sweep, of.organisation, actor, title)
    may_edit = actor.reaches(of.path, Permission.EDIT)
    return Head(
        title or str(of.sweep), of.organisation.short_name, line, return_chip(of), may_edit, is_above(of, actor)
    )


class ReturnView(ScopedDetail):
    """A page of one organisation's return; ``title`` of those below the return itself."""

    abstract = True
    queryset = Return.objects.select_related("sweep", "organisation__parent")
    permission = Permission.EDIT
    title = ""

    object: Return

    def context(self, **more: Any) -> dict[str, Any]:
        return {"of": self.object, "head": head(self.object, self.actor, self.title), **more}


class BranchView(ReturnView):
    """A page that only a branch's return has."""

    abstract = True

    def prepare(self) -> None:
        super().prepare()
        if not self.object.is_branch:
            raise Http404


class ItemView(ScopedView):
    """A page of one person in a sweep, found as :attr:`item` with all that a card shows: one query where all is well."""

    abstract = True
    queryset = Item.objects.all()
    permission = Permission.EDIT

    item: Item

    def prepare(self) -> None:
        self.item = self.find(**self.wanted())

    def wanted(self) -> dict[str, Any]:
        """What the address names."""
        return {"sweep__public_id": self.kwargs["sweep_id"], "member__public_id": self.kwargs["member_id"]}

    def find(self, **wanted: Any) -> Item:
        """Raises Http404 outside the scope, NotAllowed inside it without the page's permission."""
        assert self.permission is not None
        found = Item.objects.visible_to(self.actor, self.permission).filter(**wanted).with_facts().with_return().first()
        if found is not None:
            return found
        if Item.objects.visible_to(self.actor).filter(**wanted).exists():
            raise NotAllowed
        raise Http404
