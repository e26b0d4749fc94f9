"""The check list of a branch (核对表): its people in the order in which they are printed and keyed in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from core.actors import Actor
from core.crypto import CannotOpen
from core.paths import subtree
from core.permissions import Permission
from core.scoping import in_ranges
from members import rows
from members.enums import EVIDENCE_LABELS
from members.models import Journey, Member
from members.words import place_words
from sweeps.enums import ItemState, PrintKind
from sweeps.models import Item, Printing, Return

WAITING = Count("pk", filter=~Q(state=ItemState.ANSWERED))


@dataclass(frozen=True)
class Line:
    """One person on the list, of an item ``with_facts``. ``number``: as printed; ``phone``: masked, or whole if asked for so."""

    number: int
    item: Item
    phone: str

    @property
    def member(self) -> Member:
        return self.item.member

    @property
    def stay(self) -> Journey | None:
        return self.item.stay

    @property
    def place(self) -> str:
        return place_words(self.stay.region_code, self.stay.destination_text) if self.stay else ""

    @property
    def work(self) -> str:
        return rows.work(self.stay) if self.stay else ""

    @property
    def left_on(self) -> str:
        return self.stay.left_on.iso()[:7] if self.stay and self.stay.left_on else ""

    @property
    def asked(self) -> str:
        """Which facts have run out, in words."""
        return "、".join(EVIDENCE_LABELS[field] for field in self.item.fields_to_ask)


def lines_of(returns: Sequence[Return], actor: Actor, *, full: bool = False) -> dict[int, list[Line]]:
    """Return id -> its people, in the order of its last printed list, then by name. A fixed number of queries."""
    by_path: dict[str, list[Item]] = {}
    items = _items(returns, actor).with_facts().select_related("sweep")
    for item in items.order_by("member__initials", "member__name", "pk"):
        by_path.setdefault(item.path, []).append(item)
    printed = _printed(returns, actor)
    numbered = {of.pk: _numbered(by_path.get(of.path, []), printed.get(of.pk, [])) for of in returns}
    return {
        pk: [Line(number, item, phone_of(item.member, full)) for number, item in ones] for pk, ones in numbered.items()
    }


def numbers_of(returns: Sequence[Return], actor: Actor) -> list[tuple[Return, int, int]]:
    """(return, still to be asked, all its people): counted by the database, nobody is read."""
    counted = _items(returns, actor).values_list("path").annotate(waiting=WAITING, all=Count("pk"))
    found = {path: (waiting, number) for path, waiting, number in counted}
    return [(of, *found.get(of.path, (0, 0))) for of in returns]


def waiting(lines: Iterable[Line]) -> list[Line]:
    """Those whom the paper has to ask about."""
    return [line for line in lines if not line.item.is_answered]


def _items(returns: Sequence[Return], actor: Actor) -> Any:
    return Item.objects.visible_to(actor, Permission.EDIT).filter(
        sweep__in={of.sweep_id for of in returns}, path__in={of.path for of in returns}
    )


def _numbered(items: Sequence[Item], printed: Sequence[str]) -> list[tuple[int, Item]]:
    """Whoever was printed keeps the number on the paper; those who came later follow."""
    places = {public_id: number for number, public_id in enumerate(printed, 1)}
    known = [(places[item.member.public_id], item) for item in items if item.member.public_id in places]
    later = [item for item in items if item.member.public_id not in places]
    return sorted(known, key=lambda one: one[0]) + list(enumerate(later, len(printed) + 1))


def _printed(returns: Sequence[Return], actor: Actor) -> dict[int, list[str]]:
    """Of each return the order of its latest list."""
    lists = Printing.objects.visible_to(actor).filter(of__in=returns, kind=PrintKind.LIST).order_by("number")
    return {of: content["members"] for of, content in lists.values_list("of_id", "content")}


def phone_of(member: Member, full: bool) -> str:
    if not full:
        return rows.phone(member)
    try:
        return member.reveal("phone")
    except CannotOpen:  # one damaged value must not take the whole list away
        return rows.phone(member)


def branches_under(sweep: Any, path: str, actor: Actor) -> list[Return]:
    """The returns of the branches in a subtree, in the official order."""
    mine = Return.objects.visible_to(actor, Permission.EDIT).of_branches().filter(sweep=sweep)
    inside = mine.filter(in_ranges(["path"], [subtree(path)]))
    return list(inside.official().select_related("organisation__parent", "sweep"))
