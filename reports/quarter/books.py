"""The balance sheet of a quarter and the sweep's progress, without restricted persons."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from core.paths import subtree
from core.scoping import in_ranges
from sweeps.balance import Name
from sweeps.enums import CAME, WENT, Answer, ItemState, Term
from sweeps.models import Item, Return

if TYPE_CHECKING:
    from reports.quarter.edition import Edition


def figures(found: list[Name]) -> Counter[str]:
    """By term, with ``came`` and ``went`` in all."""
    counted: Counter[str] = Counter(str(one.term) for one in found)
    counted["came"] = sum(counted[str(term)] for term in CAME)
    counted["went"] = sum(counted[str(term)] for term in WENT)
    return counted


def balances(counted: Counter[str]) -> bool:
    """上期末 + 新增 − 减少 = 本期末."""
    return counted[Term.OPENING] + counted["came"] - counted["went"] == counted[Term.CLOSING]


def asked(edition: Edition) -> dict[str, tuple[int, int]]:
    """By path: (how many the sweep asks for, how many of them were reached)."""
    if edition.sweep is None:
        return {}
    items = Item.objects.visible_by("path", edition.reader).filter(sweep=edition.sweep, member__restricted=False)
    reached = Count("pk", filter=Q(state=ItemState.ANSWERED) & ~Q(answer=Answer.UNREACHABLE))
    rows = items.order_by().values_list("path").annotate(number=Count("pk"), reached=reached)
    return {path: (number, done) for path, number, done in rows}


def silent(edition: Edition) -> list[Return]:
    """Who has not handed in, in the official order, the organisation itself not among them."""
    if edition.sweep is None:
        return []
    rows = Return.objects.visible_to(edition.reader).filter(
        in_ranges(["path"], [subtree(edition.organisation.path)]), sweep=edition.sweep
    )
    rows = rows.silent().exclude(path=edition.organisation.path).select_related("organisation__parent", "sweep")
    return list(rows.official())
