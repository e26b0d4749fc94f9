"""The lists that the overview counts: a figure is the number of people on a list, so its link cannot show another number."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from core.actors import Actor
from members.filters import Chosen
from members.listing import IN, LOST, MEMBERS, OUT, PeopleList


@dataclass(frozen=True)
class Listed:
    """People on a list, by filters."""

    people: PeopleList
    filters: dict[str, str] = field(default_factory=dict)

    def queryset(self, actor: Actor) -> Any:
        return self.people.queryset(actor, Chosen.of(self.people.filters, self.filters))

    @property
    def url(self) -> str:
        return reverse(self.people.url_name) + (f"?{urlencode(self.filters)}" if self.filters else "")

    def narrowed(self, **filters: str) -> Listed:
        return Listed(self.people, {**self.filters, **filters})


EVERYBODY = Listed(MEMBERS)
AWAY = Listed(OUT)
MOBILE = AWAY.narrowed(term="mobile")
SHORT = AWAY.narrowed(term="short")
HERE = Listed(IN)
SEARCHED = Listed(LOST)
INCOMPLETE = AWAY.narrowed(gap="any")
LATE = AWAY.narrowed(term="late")
TRANSFER_DUE = AWAY.narrowed(term="transfer")
