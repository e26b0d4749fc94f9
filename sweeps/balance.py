"""The balance sheet of a quarter: every figure is a list of names, and the figures balance because the names do.

opening + out + in + late + moved in - returned - transferred - ended - moved out - unexplained = closing

The names at the opening are those at the close of the sweep before, or, of the first sweep, those it found. The names at the closing
are the open journeys of now. Whoever is in one of the two only is under exactly one term, derived from the register.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.actors import SYSTEM, Actor
from core.paths import subtree
from core.scoping import in_ranges
from members.enums import Direction, JourneyState
from members.models import Journey, Member
from sweeps import population
from sweeps.enums import CAME, WENT, SweepState, Term
from sweeps.models import BalanceName, Erratum, Explanation, Return, Sweep

Key = tuple[int, str]  # member, direction
ENDINGS = {
    JourneyState.RETURNED: Term.RETURNED,
    JourneyState.TRANSFERRED: Term.TRANSFERRED,
    JourneyState.CLOSED: Term.ENDED,
}


@dataclass(frozen=True)
class Name:
    """One person under one term, at the branch with this path."""

    member_id: int
    direction: str
    path: str
    term: Term


@dataclass(frozen=True)
class Sheet:
    """``figures``: term -> number. ``unexplained``: how many names have gone without an ending and without a note."""

    figures: Mapping[str, int]
    unexplained: int

    @property
    def computed(self) -> int:
        """What the terms add up to."""
        came = sum(self.figures.get(term, 0) for term in CAME)
        return self.figures.get(Term.OPENING, 0) + came - sum(self.figures.get(term, 0) for term in WENT)

    @property
    def balances(self) -> bool:
        return self.computed == self.figures.get(Term.CLOSING, 0) and not self.unexplained


def names(sweep: Sweep, path: str, actor: Actor = SYSTEM) -> list[Name]:
    """Every name of the sheet of the subtree at ``path``: frozen when the sweep is closed, as of now while it is open."""
    if sweep.state == SweepState.CLOSED:
        frozen = BalanceName.objects.visible_to(actor).filter(in_ranges(["path"], [subtree(path)]), sweep=sweep)
        rows = frozen.order_by("path", "pk").values_list("member_id", "direction", "path", "term")
        return [Name(member, direction, at, Term(term)) for member, direction, at, term in rows]
    return list(_live(sweep, path, actor))


def sheet(sweep: Sweep, path: str, actor: Actor = SYSTEM, found: list[Name] | None = None) -> Sheet:
    """``found``: the names, where they are at hand already."""
    found = names(sweep, path, actor) if found is None else found
    noted = set(
        Explanation.objects.visible_to(actor)
        .filter(in_ranges(["path"], [subtree(path)]), of__sweep=sweep, term=Term.UNEXPLAINED)
        .values_list("member_id", flat=True)
    )
    open_questions = sum(1 for one in found if one.term == Term.UNEXPLAINED and one.member_id not in noted)
    return Sheet(Counter(str(one.term) for one in found), open_questions)


def known_now(of: Return, actor: Actor = SYSTEM) -> tuple[Sheet, list[Erratum]]:
    """The sheet of a closed quarter with what became known later, and that, the latest first, what was withdrawn included."""
    errata = Erratum.objects.visible_to(actor).filter(in_ranges(["path"], [subtree(of.path)]), sweep=of.sweep)
    found = list(errata.select_related("member").order_by("-known_at", "-pk"))
    figures = Counter(sheet(of.sweep, of.path, actor).figures)
    for one in found:
        if one.closing and one.withdrawn_at is None:
            figures[one.term] += 1
            figures[str(Term.CLOSING)] += one.closing
    return Sheet(figures, 0), found


def figures_by_path(found: Iterable[Name]) -> dict[str, Counter[str]]:
    """Each branch's own figures."""
    by_path: dict[str, Counter[str]] = {}
    for one in found:
        by_path.setdefault(one.path, Counter())[str(one.term)] += 1
    return by_path


# -- live ---------------------------------------------------------------------------------------


def _live(sweep: Sweep, path: str, actor: Actor) -> Iterable[Name]:
    before, now = _opening(sweep, path, actor), _closing(sweep, path, actor)
    for (member, direction), at in before.items():
        yield Name(member, direction, at, Term.OPENING)
    for (member, direction), at in now.items():
        yield Name(member, direction, at, Term.CLOSING)
    came = [key for key, at in now.items() if before.get(key) != at]
    gone = [key for key, at in before.items() if now.get(key) != at]
    yield from _came(sweep, came, now, actor)
    yield from _gone(gone, before)


def _opening(sweep: Sweep, path: str, actor: Actor) -> dict[Key, str]:
    """The names the books begin with, each with its branch."""
    rows = opening_names(sweep, actor).filter(in_ranges(["path"], [subtree(path)]))
    return {(member, direction): at for member, direction, at in rows.values_list("member_id", "direction", "path")}


def opening_names(sweep: Sweep, actor: Actor = SYSTEM) -> Any:
    """Those at the close of the sweep before. Of the first sweep, and of one opened before the last was closed, those it found."""
    found = BalanceName.objects.visible_to(actor)
    own = BalanceName.objects.visible_to(SYSTEM).filter(sweep=sweep, term=Term.OPENING)
    before = previous(sweep)
    if before is None or before.state != SweepState.CLOSED or own.exists():
        return found.filter(sweep=sweep, term=Term.OPENING)
    return found.filter(sweep=before, term=Term.CLOSING)


def previous(sweep: Sweep) -> Sweep | None:
    """The sweep of the same scope in the quarter that had one before."""
    same = Sweep.objects.visible_to(SYSTEM).filter(path=sweep.path, quarter__lt=sweep.quarter)
    return same.newest_first().first()


def next_one(sweep: Sweep) -> Sweep | None:
    """The one after it, once that has found its people."""
    same = Sweep.objects.visible_to(SYSTEM).filter(path=sweep.path, quarter__gt=sweep.quarter)
    return same.exclude(state=SweepState.OPENING).order_by("quarter").first()


def _closing(sweep: Sweep, path: str, actor: Actor) -> dict[Key, str]:
    """The open journeys of now; of a quarter that is closed after the next one was opened, those which that one found."""
    following = next_one(sweep)
    return _open_now(path, actor) if following is None else _opening(following, path, actor)


def _open_now(path: str, actor: Actor) -> dict[Key, str]:
    """Out at home, in where they were received."""
    found: dict[Key, str] = {}
    for direction, column in ((Direction.OUT, "home_path"), (Direction.IN, "host_path")):
        rows = Journey.objects.visible_to(actor).filter(in_ranges([column], [subtree(path)]), direction=direction)
        rows = rows.filter(state__in=population.GONE, member__merged_into__isnull=True)
        found.update({(member, direction): at for member, at in rows.values_list("member_id", column)})
    return found


def _came(sweep: Sweep, keys: list[Key], now: Mapping[Key, str], actor: Actor) -> Iterable[Name]:
    if not keys:
        return
    stays = _stays(keys, actor)
    elsewhere = _opening_elsewhere(sweep, keys)
    for key in keys:
        stay = stays.get(key)
        if key in elsewhere:
            term = Term.MOVED_IN
        elif stay is not None and stay.left_on is not None and stay.left_on.day < sweep.period.start:
            term = Term.LATE
        else:
            term = Term.OUT if key[1] == Direction.OUT else Term.IN
        yield Name(*key, now[key], term)


def _gone(keys: list[Key], before: Mapping[Key, str]) -> Iterable[Name]:
    stays = _stays(keys, SYSTEM)  # the stay may be with another branch now
    gone = Member.objects.visible_to(SYSTEM).filter(pk__in=[key[0] for key in keys], merged_into__isnull=False)
    merged = set(gone.values_list("pk", flat=True))
    for key in keys:
        stay = stays.get(key)
        if key[0] in merged:
            term = Term.ENDED  # one record too many: the person goes on under the other
        elif stay is None:
            term = Term.UNEXPLAINED
        elif stay.state in ENDINGS:
            term = ENDINGS[JourneyState(stay.state)]
        else:
            term = Term.MOVED_OUT
        yield Name(*key, before[key], term)


def _stays(keys: list[Key], actor: Actor) -> dict[Key, Journey]:
    """The latest journey of each."""
    rows = Journey.objects.visible_to(actor).filter(member_id__in=[key[0] for key in keys]).order_by("pk")
    return {(stay.member_id, stay.direction): stay for stay in rows}


def _opening_elsewhere(sweep: Sweep, keys: list[Key]) -> set[Key]:
    """Of these, who was in the opening names of another branch of the sweep. Unscoped: that it was one of ours, not which."""
    rows = opening_names(sweep).filter(member_id__in=[key[0] for key in keys])
    return set(rows.values_list("member_id", "direction"))


def historic_difference(of: Return, opening: int) -> int:
    """How many more the register begins with than was reported last; 0 where nothing was reported."""
    return 0 if of.opening_reported is None else opening - of.opening_reported


def explained(of: Return) -> int:
    """The part of the historic difference that has names, given here or by those below."""
    if of.opening_reported is None:
        return 0
    notes = Explanation.objects.visible_to(SYSTEM).filter(in_ranges(["path"], [subtree(of.path)]), of__sweep=of.sweep)
    return sum(notes.filter(term=Term.OPENING).values_list("sign", flat=True))
