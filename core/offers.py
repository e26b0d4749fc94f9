"""Links that an upper app offers on the pages of a lower one, by name of the page; filled in ``AppConfig.ready()``.

The page below knows neither who offers nor what: it asks for its own name and shows what it is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from core.actors import Actor
from core.components import Link
from core.permissions import Permission

PERSON, PEOPLE_LIST = "person", "people-list"


@dataclass(frozen=True)
class Offer:
    """``page``: one of the names above; its own arguments go into the address."""

    page: str
    label: str
    url_name: str
    permission: Permission


_offers: list[Offer] = []


def register(offer: Offer) -> None:
    if offer not in _offers:
        _offers.append(offer)


def at(page: str, actor: Actor, *args: str, **query: str) -> list[Link]:
    """What ``actor`` is offered on a page."""
    found = []
    for one in _offers:
        if one.page != page or not actor.can(one.permission):
            continue
        try:
            address = reverse(one.url_name, args=args)
        except NoReverseMatch:  # its pages are switched off
            continue
        found.append(Link(one.label, f"{address}?{urlencode(query)}" if query else address))
    return found
