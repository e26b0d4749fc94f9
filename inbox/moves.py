"""Organisations that move take their to-dos and messages along."""

from __future__ import annotations

from django.db.models import Value
from django.db.models.functions import Concat, Substr

from core.actors import SYSTEM
from core.paths import subtree
from inbox.models import Message, Todo


def move(*, old_path: str, new_path: str) -> None:
    """One UPDATE a table."""
    low, high = subtree(old_path)
    moved = Concat(Value(new_path), Substr("organisation_path", len(old_path) + 1))
    for model in (Todo, Message):
        rows = model.objects.visible_to(SYSTEM).filter(organisation_path__gte=low, organisation_path__lt=high)
        rows.update(organisation_path=moved)
