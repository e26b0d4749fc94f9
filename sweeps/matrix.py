"""How far a sweep is: people and returns counted by organisation, each level rolled up from what lies below it.

The people of a subtree cost one GROUP BY over the index ``item_path``, the returns another; nothing is kept beside them,
so the figures are as of now. A person is counted where he counts (``Item.path``), never at the mobile branch as well.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BooleanField, Case, Q, Value, When
from django.utils import timezone

from branches.enums import PLACES
from branches.models import Organisation
from core.actors import Actor
from core.counting import by_level
from core.paths import WIDTH, subtree
from core.permissions import Permission
from core.scoping import in_ranges
from sweeps.enums import Answer, ItemState, ReturnState, Route
from sweeps.models import Item, Return, Sweep

AS_THEY_WERE = (Answer.UNCHANGED, Answer.NEW)
HANDED_IN = (ReturnState.SUBMITTED, ReturnState.ACCEPTED)
PARTS_OF_OTHERS = ("group",)  # counted with the branch they belong to


@dataclass(frozen=True)
class Line:
    """One organisation with everything below it. ``people``, ``returns``: see :func:`people_in`, :func:`returns_in`.

    ``own``: the return of the organisation itself; None of a mere place.
    """

    organisation: Organisation
    people: Counter[str] = field(default_factory=Counter)
    returns: Counter[str] = field(default_factory=Counter)
    own: Return | None = None


@dataclass(frozen=True)
class Matrix:
    """``whole``: the organisation that was asked for; ``lines``: those right below it, in official order."""

    whole: Line
    lines: list[Line]


def matrix(sweep: Sweep, organisation: Organisation, actor: Actor) -> Matrix:
    """The sweep at ``organisation`` and at each right below it, as far as ``actor`` sees. Four queries."""
    people, returns = people_in(sweep, organisation.path, actor), returns_in(sweep, organisation.path, actor)
    children = [] if organisation.is_branch else list(below(sweep, organisation))
    own = _own_returns(sweep, [organisation, *children], actor)
    lines = [Line(one, people[one.path], returns[one.path], own.get(one.pk)) for one in children]
    whole = Line(organisation, _sum(people.values()), _sum(returns.values()), own.get(organisation.pk))
    return Matrix(whole, lines)


def people_in(sweep: Sweep, path: str, actor: Actor) -> defaultdict[str, Counter[str]]:
    """By organisation right below ``path`` (or ``path`` itself) how many are ``asked``, ``answered``, ``waiting``, ``trying``,
    on each route (``route1`` ...), ``settled`` (nothing is left to ask, only not confirmed yet), ``same``, ``changed`` and
    ``unreachable``."""
    items = Item.objects.visible_by("path", actor).filter(in_ranges(["path"], [subtree(path)]), sweep=sweep)
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for at, state, answer, route, number in by_level(items, "path", len(path) + WIDTH, "state", "answer", "route"):
        count = found[at]
        count["asked"] += number
        count[f"route{route}"] += number
        if state == ItemState.ANSWERED:
            count["answered"] += number
            count["same" if answer in AS_THEY_WERE else _kind_of(answer)] += number
        else:
            count["waiting"] += number
            count["trying"] += number if state == ItemState.TRYING else 0
            count["settled"] += number if route == Route.FRESH and state == ItemState.OPEN else 0
    return found


def returns_in(sweep: Sweep, path: str, actor: Actor) -> defaultdict[str, Counter[str]]:
    """By organisation right below ``path`` (or ``path`` itself) of how many ``branches`` the members at home are
    ``canvassed``, and how many are ``handed_in`` and ``accepted``."""
    rows = Return.objects.visible_to(actor).of_branches().filter(in_ranges(["path"], [subtree(path)]), sweep=sweep)
    done = When(canvassed_at__isnull=False, then=Value(True))
    rows = rows.annotate(is_canvassed=Case(done, default=Value(False), output_field=BooleanField()))
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for at, state, is_canvassed, number in by_level(rows, "path", len(path) + WIDTH, "state", "is_canvassed"):
        count = found[at]
        count["branches"] += number
        count["canvassed"] += number if is_canvassed else 0
        count["handed_in"] += number if state in HANDED_IN else 0
        count["accepted"] += number if state == ReturnState.ACCEPTED else 0
    return found


def below(sweep: Sweep, organisation: Organisation) -> Any:
    """Those right below, in official order; those closed since the sweep was opened have a return in it, too."""
    rows = Organisation.objects.filter(parent=organisation).exclude(kind__in=PARTS_OF_OTHERS)
    return rows.filter(Q(closed_on__isnull=True) | Q(closed_on__gte=timezone.localdate(sweep.opened_at))).official()


def waiting_for_review(sweep: Sweep, actor: Actor) -> Any:
    """Returns handed in to the very organisation of ``actor``: 等我审核."""
    rows = Return.objects.visible_to(actor, Permission.EDIT).filter(sweep=sweep, state=ReturnState.SUBMITTED)
    mine = Q(organisation__parent=actor.organisation_id)
    in_a_place = Q(organisation__parent__kind__in=PLACES, organisation__parent__parent=actor.organisation_id)
    return rows.filter(mine | in_a_place).select_related("organisation", "sweep").official()


def _own_returns(sweep: Sweep, organisations: Iterable[Organisation], actor: Actor) -> dict[int, Return]:
    rows = Return.objects.visible_to(actor).filter(sweep=sweep, organisation__in=organisations)
    found = {one.organisation_id: one for one in rows}
    for one in found.values():
        one.sweep = sweep
    return found


def _kind_of(answer: str) -> str:
    return "unreachable" if answer == Answer.UNREACHABLE else "changed"


def _sum(counters: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for one in counters:
        total.update(one)
    return total
