"""Who takes part in a sweep, by which route, and with which fields to ask: queries that one INSERT … SELECT each writes.

Asked are our members who are away, the guests who are here, and those who cannot be reached. Not asked is who has only
reported that he will leave, and whose Party membership is suspended or over.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Case, CharField, Exists, F, IntegerField, OuterRef, QuerySet, Value, When

from branches.models import Organisation
from core import bulk
from core.actors import SYSTEM
from core.ids import new_id
from core.paths import subtree
from core.scoping import in_ranges
from members.enums import Direction, JourneyState, LostState
from members.freshness import ALL_REACH, FIELDS_IN, FIELDS_OUT, stale_bits
from members.models import Journey, LostContact
from sweeps.enums import ItemState, Origin, ReturnState, Route, Term
from sweeps.models import BalanceName, Item, Return, Sweep

GONE = (JourneyState.AWAY, JourneyState.ARRIVED)
COUNTING = (LostState.COUNTING, LostState.LOST)
ASKED_STATUS = ("normal", "reinstated")
# Column of the item -> what each query selects under that name.
COLUMNS = (
    "sweep_id", "member_id", "path", "care_path", "restricted", "direction", "route", "asked", "ask", "origin", "state",
    "answer", "way", "not_reached", "tries", "note", "on_behalf", "answered_by", "deed", "version",
)  # fmt: skip


def fill(sweep: Sweep) -> int:
    """An item for everybody in the scope who has none yet; the number written. Run again it adds who is missing."""
    return sum(bulk.insert_select(Item, COLUMNS, rows) for rows in (away(sweep), guests(sweep), unreachable(sweep)))


def reporting(path: str) -> Any:
    """The organisations at or below ``path`` that hand in a return: all but places and groups, which are part of another."""
    return Organisation.objects.open().under(path).exclude(kind__in=("group", "village", "community"))


def make_returns(sweep: Sweep) -> int:
    """A return for every organisation in the scope that has none yet; the number written."""
    known = set(Return.objects.visible_to(SYSTEM).filter(sweep=sweep).values_list("organisation_id", flat=True))
    missing = [one for one in reporting(sweep.path).only("path", "kind") if one.pk not in known]
    empty = ("canvassed_by", "submitted_by", "on_behalf", "way", "accepted_by", "sent_back_by", "comment",
             "opening_source")  # fmt: skip
    columns = (
        "public_id", "sweep_id", "organisation_id", "path", "is_branch", "state", "version", "is_nil", "reminded_on", *empty
    )  # fmt: skip
    return bulk.copy_rows(
        Return,
        columns,
        (
            (
                new_id(),
                sweep.pk,
                one.pk,
                one.path,
                one.is_branch,
                ReturnState.OPEN.value,
                1,
                False,
                sweep.on,
                *[""] * len(empty),
            )
            for one in missing
        ),
    )


def write_opening_names(sweep: Sweep) -> int:
    """The names that the very first books begin with: those who were found away or here."""
    columns = ("sweep_id", "path", "member_id", "direction", "term")
    return sum(bulk.insert_select(BalanceName, columns, names) for names in _names(sweep))


def _names(sweep: Sweep) -> Iterator[QuerySet[Any, Any]]:
    """Whoever is away or here counts, asked or not: the same people as those of the closing."""
    for direction, column in ((Direction.OUT, "home_path"), (Direction.IN, "host_path")):
        stays = Journey.objects.visible_to(SYSTEM).filter(
            in_ranges([column], [subtree(sweep.path)]), direction=direction
        )
        stays = stays.filter(state__in=GONE, member__merged_into__isnull=True).order_by()
        stays = stays.annotate(sweep_of=Value(sweep.pk), term_of=_text(Term.OPENING))
        yield stays.values_list("sweep_of", column, "member_id", "direction", "term_of")


def away(sweep: Sweep) -> QuerySet[Any, Any]:
    """Our members on a journey out, asked at home."""
    journeys = Journey.objects.visible_to(SYSTEM).out().filter(state__in=GONE, home__isnull=False)
    journeys = journeys.filter(in_ranges(["home_path"], [subtree(sweep.path)]))
    return _rows(sweep, journeys, "member__", path="home_path", kind="home__kind", fields=FIELDS_OUT)


def guests(sweep: Sweep) -> QuerySet[Any, Any]:
    """Members from elsewhere on a journey in, asked where they were received."""
    journeys = Journey.objects.visible_to(SYSTEM).inward().filter(state__in=GONE, host__isnull=False)
    journeys = journeys.filter(in_ranges(["host_path"], [subtree(sweep.path)]))
    return _rows(sweep, journeys, "member__", path="host_path", kind="host__kind", fields=FIELDS_IN, guests=True)


def unreachable(sweep: Sweep) -> QuerySet[Any, Any]:
    """Those who cannot be reached and are on no journey: asked too, or nobody would ever look for them again."""
    spells = LostContact.objects.visible_to(SYSTEM).filter(state__in=COUNTING, member__home__isnull=False)
    spells = spells.filter(in_ranges(["home_path"], [subtree(sweep.path)]))
    on_journey = Journey.objects.visible_to(SYSTEM).open().filter(member=OuterRef("member"))
    spells = spells.filter(~Exists(on_journey))
    return _rows(
        sweep,
        spells,
        "member__",
        path="home_path",
        kind="member__home__kind",
        fields=FIELDS_OUT,
        origin=Origin.SEARCHED,
    )


def _rows(
    sweep: Sweep,
    records: Any,
    member: str,
    *,
    path: str,
    kind: str,
    fields: tuple[str, ...],
    guests: bool = False,
    origin: Origin = Origin.OPENING,
) -> QuerySet[Any, Any]:
    """The columns of :data:`COLUMNS` for records that each speak of one member."""
    alive = {f"{member}merged_into__isnull": True, f"{member}party_status__in": ASKED_STATUS}
    if guests:
        del alive[f"{member}party_status__in"]  # the status of a guest is for the home organisation to say
    known = Item.objects.visible_to(SYSTEM).filter(sweep=sweep, member=OuterRef("member_id"))
    lost = LostContact.objects.visible_to(SYSTEM).filter(member=OuterRef("member_id"), state__in=COUNTING)
    stale = stale_bits(fields, sweep.on, path=path, kind=kind, fresh=f"{member}freshness")
    direction = Direction.IN if guests else Direction.OUT
    return (
        records.filter(~Exists(known), **alive)
        .order_by()
        .annotate(item_ask=stale)
        .annotate(item_reach=F("item_ask").bitand(ALL_REACH))
        .annotate(
            item_sweep=Value(sweep.pk),
            item_path=F(path),
            item_care=Value("") if guests else F(f"{member}care_path"),
            item_route=Case(
                When(Exists(lost), then=Value(Route.SILENT)),
                When(item_ask=0, then=Value(Route.FRESH)),
                When(item_reach=ALL_REACH, then=Value(Route.SILENT)),
                default=Value(Route.PARTLY),
                output_field=IntegerField(),
            ),
            item_direction=_text(direction),
            item_origin=Value(origin),
            item_state=_text(ItemState.OPEN),
            item_nothing=_text(""),
            item_zero=Value(0),
            item_one=Value(1),
        )
        .values_list(
            "item_sweep", "member_id", "item_path", "item_care", f"{member}restricted", "item_direction", "item_route",
            "item_ask", "item_ask", "item_origin", "item_state", *(["item_nothing"] * 3), "item_zero",
            *(["item_nothing"] * 4), "item_one",
        )
    )  # fmt: skip


def _text(value: str) -> Value:
    return Value(str(value), output_field=CharField())
