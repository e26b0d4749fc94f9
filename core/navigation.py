"""The side navigation: each app registers its entries in `AppConfig.ready()`; a reader sees those that his rights open."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import CharField, Count, QuerySet, Value
from django.urls import NoReverseMatch, reverse


class Reader(Protocol):
    """What navigation needs to know of the person who looks."""

    def can(self, permission: str, /) -> bool: ...

    def holds(self, permission: str, /) -> bool: ...


@dataclass(frozen=True)
class NavItem:
    """An entry. `group` orders the blocks that are divided by a line; `permission` None means everybody who is signed in.

    `outposts`: shown too where the permission is held at an outpost alone. `waiting`: what waits for the reader there, as
    queries whose rows are counted.
    """

    key: str
    label: str
    url_name: str
    order: int
    group: int | str
    permission: str | None = None
    waiting: Callable[[Any], Iterable[QuerySet[Any]]] | None = None
    outposts: bool = False

    def opens_to(self, reader: Reader) -> bool:
        if self.permission is None:
            return True
        return reader.holds(self.permission) if self.outposts else reader.can(self.permission)


@dataclass(frozen=True)
class Entry:
    """An entry as shown to one reader. `count`: how much waits there; None where nothing does."""

    key: str
    label: str
    url: str
    count: int | None
    is_current: bool


_items: dict[str, NavItem] = {}


def register(item: NavItem) -> None:
    """Add an entry; the same key again is an error, so that two apps cannot overwrite each other."""
    if item.key in _items and _items[item.key] != item:
        raise ValueError(f"navigation key {item.key!r} is taken")
    _items[item.key] = item


def for_reader(reader: Reader | None, path: str) -> list[list[Entry]]:
    """Return the entries in groups, in order; the entry with the longest matching address is current."""
    if reader is None:
        return []
    allowed = [item for item in _items.values() if item.opens_to(reader)]
    placed = [
        (item, url) for item in sorted(allowed, key=lambda item: (item.order, item.key)) if (url := _address(item))
    ]
    current = max(
        (url for _, url in placed if path == url or (url != "/" and path.startswith(url))), key=len, default=""
    )
    counts = _counts([item for item, _ in placed], reader)
    groups: dict[int | str, list[Entry]] = {}
    for item, url in placed:
        entry = Entry(item.key, item.label, url, counts[item.key] or None, url == current)
        groups.setdefault(item.group, []).append(entry)
    return list(groups.values())


def _counts(items: Iterable[NavItem], reader: Reader) -> Counter[str]:
    """What waits at each entry, by its key: one statement for all, as every page has it."""
    parts = []
    for item in items:
        for waiting in item.waiting(reader) if item.waiting else ():
            keyed = waiting.order_by().annotate(entry=Value(item.key, CharField())).values("entry")
            parts.append(keyed.annotate(number=Count("pk")).values_list("entry", "number"))
    found: Counter[str] = Counter()
    if parts:
        for key, number in parts[0].union(*parts[1:], all=True):
            found[key] += number
    return found


def _address(item: NavItem) -> str:
    # An app whose pages are switched off leaves no dead link behind.
    try:
        return reverse(item.url_name)
    except NoReverseMatch:
        return ""
