"""The shape of the tree: where a new organisation stands, and moving what stands below another."""

from __future__ import annotations

from django.db.models import F, Max, Value
from django.db.models.functions import Concat, Length, Substr

from branches.models import Organisation
from core import paths
from core.bulk import lock
from core.errors import UserError

TREE_LOCK = "branches.tree"


def lock_tree() -> None:
    """Creates, moves and imports wait for each other: two may not be given the same path."""
    lock(TREE_LOCK)


def next_path(parent: Organisation | None) -> str:
    """The path after the last one given below ``parent``, closed ones counted. Raises UserError when it is full."""
    above = parent.path if parent else ""
    last = Organisation.objects.filter(parent=parent).aggregate(last=Max("path"))["last"]
    try:
        return paths.child(above, int(last[-paths.WIDTH :]) + 1 if last else 1)
    except ValueError as error:
        raise UserError("这个上级下面的党组织太多或层级太深，放不下了。", "tree_full") from error


def next_position(parent: Organisation | None) -> int:
    return (Organisation.objects.filter(parent=parent).aggregate(last=Max("position"))["last"] or 0) + 1


def order_path(parent: Organisation | None, position: int) -> str:
    return (parent.order_path if parent else "") + f"{position:0{paths.WIDTH}d}"


def deepest(path: str) -> int:
    """How many levels the subtree of ``path`` reaches, counted from the root."""
    longest = Organisation.objects.under(path).aggregate(longest=Max(Length("path")))["longest"] or 0
    return longest // paths.WIDTH


def rebase(old_path: str, *, new_path: str, old_order: str, new_order: str) -> int:
    """Give a whole subtree new leading digits, by one UPDATE; the number of organisations moved."""
    return Organisation.objects.under(old_path).update(
        path=Concat(Value(new_path), Substr(F("path"), len(old_path) + 1)),
        order_path=Concat(Value(new_order), Substr(F("order_path"), len(old_order) + 1)),
    )


def reorder_subtree(organisation: Organisation, new_order: str) -> None:
    """Renumber a subtree in the official order; its paths stay."""
    Organisation.objects.under(organisation.path).update(
        order_path=Concat(Value(new_order), Substr(F("order_path"), len(organisation.order_path) + 1))
    )
