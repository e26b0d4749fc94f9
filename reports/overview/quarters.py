"""What the sweeps say: how the one that runs stands, and the closing figures of the quarters before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum
from django.http import Http404
from django.urls import reverse

from branches.models import Organisation
from core.actors import Actor
from core.permissions import Permission
from core.scoping import in_ranges
from members.tree import only_root
from sweeps.enums import SweepState, Term
from sweeps.matrix import people_in, returns_in
from sweeps.models import Erratum, Return, Sweep
from sweeps.views.common import own_organisation

QUARTERS = 8
SHOWN = 2  # sweeps that run at once in one reader's scope; whoever sees more has the page of sweeps


@dataclass(frozen=True)
class Running:
    """The sweep that runs, at the reader's ``organisation``: see :func:`sweeps.matrix.people_in` and ``returns_in``."""

    sweep: Sweep
    organisation: Organisation
    people: Counter[str]
    returns: Counter[str]


@dataclass(frozen=True)
class Closed:
    """A quarter that was closed: ``reported`` as it was frozen, ``known`` with what was learned later."""

    sweep: Sweep
    reported: int
    known: int
    terms: Mapping[str, int]
    own: Return | None

    @property
    def url(self) -> str:
        """The names behind the closing figure; of several returns together the sweep."""
        if self.own is None:
            return self.sweep.get_absolute_url()
        return reverse("return-names", args=[self.own.public_id, Term.CLOSING])

    def term_url(self, term: str) -> str:
        return reverse("return-names", args=[self.own.public_id, term]) if self.own else self.sweep.get_absolute_url()


def sweeps_of(actor: Actor) -> list[Sweep]:
    """Of the last quarters, the newest first. One query for both of the below."""
    seen = Sweep.objects.visible_to(actor).exclude(state=SweepState.OPENING)
    newest = seen.newest_first().values_list("quarter", flat=True).distinct()[: QUARTERS + 1]
    return list(seen.filter(quarter__in=list(newest)).select_related("organisation").newest_first())


def running(sweeps: Sequence[Sweep], actor: Actor) -> tuple[list[Running], int]:
    """Those that run, and how many more there are."""
    found = []
    going_on = [one for one in sweeps if one.is_open]
    for sweep in going_on[:SHOWN]:
        try:
            at = own_organisation(sweep, actor)
        except Http404:  # a guest's station, say: nothing of this sweep is the reader's
            continue
        people, returns = people_in(sweep, at.path, actor), returns_in(sweep, at.path, actor)
        found.append(Running(sweep, at, _summed(people), _summed(returns)))
    return found, max(len(going_on) - SHOWN, 0)


def _summed(counters: Mapping[str, Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for one in counters.values():
        total.update(one)
    return total


def closed(sweeps: Sequence[Sweep], actor: Actor) -> list[Closed]:
    """The closing figures of the reader's own organisations, the oldest first. Two queries.

    Frozen figures stand at each organisation's return: those of the tops of the scope are read, never a sum over branches.
    """
    past = [one for one in sweeps if one.state == SweepState.CLOSED]
    if not past:
        return []
    returns: dict[int, list[Return]] = {}
    for one in _own(past, actor):
        returns.setdefault(one.sweep_id, []).append(one)
    later = Erratum.objects.visible_to(actor).standing().filter(sweep__in=past).order_by().values_list("sweep")
    learned = dict(later.annotate(by=Sum("closing")))
    by_quarter: dict[str, list[tuple[Sweep, list[Return]]]] = {}
    for sweep in past:
        if sweep.pk in returns:
            by_quarter.setdefault(sweep.quarter, []).append((sweep, returns[sweep.pk]))
    return [_quarter(by_quarter[quarter], learned) for quarter in sorted(by_quarter)[-QUARTERS:]]


def _own(past: Sequence[Sweep], actor: Actor) -> Any:
    """The returns at the tops of the scope: where it is one organisation, its path is known; else those with none above them."""
    if actor.everything:
        tops: Any = {one.path for one in past}
    elif root := only_root(actor):
        tops = [root]
    else:
        within = in_ranges(["parent__path"], actor.ranges(Permission.VIEW))
        tops = Organisation.objects.within(actor).exclude(within).values("path")
    return Return.objects.visible_to(actor).filter(sweep__in=past, path__in=tops, figures__isnull=False).order_by("pk")


def _quarter(parts: Sequence[tuple[Sweep, list[Return]]], learned: Mapping[int, int]) -> Closed:
    terms: Counter[str] = Counter()
    for _, returns in parts:
        for one in returns:
            terms.update(one.figures or {})
    sweep = parts[0][0]
    own = parts[0][1][0] if len(parts) == 1 and len(parts[0][1]) == 1 else None
    reported = terms[Term.CLOSING]
    return Closed(sweep, reported, reported + sum(learned.get(one.pk, 0) for one, _ in parts), terms, own)
