"""The first week of a county: what must be there before the daily work can begin. Each app registers its own step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from core.actors import Actor


@dataclass(frozen=True)
class Item:
    """``done``: asked on the home page until every step is done; keep it one cheap query. ``url_name``: where it is done."""

    key: str
    label: str
    done: Callable[[Actor], bool]
    url_name: str
    order: int


@dataclass(frozen=True)
class Standing:
    """A step for one reader: ``url`` is "" where its page is switched off."""

    label: str
    is_done: bool
    url: str


_items: dict[str, Item] = {}


def register(*items: Item) -> None:
    for item in items:
        _items[item.key] = item


def for_actor(actor: Actor) -> list[Standing]:
    """The steps in order; empty as soon as all are done."""
    steps = [
        Standing(item.label, item.done(actor), _address(item.url_name))
        for item in sorted(_items.values(), key=lambda item: (item.order, item.key))
    ]
    return [] if all(step.is_done for step in steps) else steps


def _address(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""
