"""What the register does when the tree changes: its copies of paths move, its people keep an organisation open."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from branches.models import Organisation
from core.paths import subtree
from members.models import Journey, LostContact, Member, Transfer

COPIES: tuple[tuple[type[Any], str], ...] = (
    (Member, "home_path"),
    (Member, "care_path"),
    (Journey, "home_path"),
    (Journey, "host_path"),
    (LostContact, "home_path"),
    (Transfer, "from_path"),
    (Transfer, "to_path"),
)


def subtree_moved(*, old_path: str, new_path: str, **_: Any) -> None:
    carry(COPIES, old_path, new_path)


def carry(copies: Iterable[tuple[type[Any], str]], old_path: str, new_path: str) -> None:
    """One UPDATE a column, in the mover's transaction."""
    low, high = subtree(old_path)
    for model, column in copies:
        rows = model.objects.unscoped().filter(**{f"{column}__gte": low, f"{column}__lt": high})
        rows.update(**{column: Concat(Value(new_path), Substr(F(column), len(old_path) + 1))})


def closing_blockers(*, organisation: Organisation, **_: Any) -> list[str]:
    """An organisation with members or guests cannot be closed."""
    blockers = []
    members = Member.objects.unscoped().registered().filter(home=organisation).count()
    guests = Member.objects.unscoped().current().filter(care=organisation).count()
    if members:
        blockers.append(f"还有 {members} 名党员的组织关系在这里，请先转出。")
    if guests:
        blockers.append(f"还有 {guests} 名流动党员由这里管理，请先调整。")
    return blockers
