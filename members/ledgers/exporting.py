"""The ledgers of the register on their way out: a hundred thousand records in seconds.

One query a ledger, plain columns only: no model instances, no look-up per row. Organisations, regions and spells of
lost contact come from dictionaries; sealed numbers are opened only where somebody wants them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import CharField, ExpressionWrapper, F
from django.http import Http404

from branches.models import Organisation
from core import clock, crypto
from core.actors import Actor
from core.columns import Column, Kind
from core.domain.dates import PartialDate
from core.domain.regions import region_label, region_place
from core.errors import UserError
from core.ledgers import ExportRecord
from core.paths import subtree
from core.permissions import Permission
from core.scoping import in_ranges
from members.enums import CONFIRMED_LOST_STATES, OPEN_STATES, Direction, LostState
from members.filters import Chosen
from members.listing import LISTS, PeopleList
from members.lost_search import steps_by_spell, told
from members.models import Journey, LostContact, LostStep, Member

CHUNK = 2000
FACTS = {
    "name": "name", "sex": "sex", "nation": "nation", "birth_date": "birth_date", "education": "education",
    "member_kind": "kind", "joined_on": "joined_on", "confirmed_on": "confirmed_on", "home_address": "home_address",
    "party_status": "party_status", "dues_paid_to": "dues_paid_to",
}  # fmt: skip
JOURNEY = {
    "left_on": "left_on", "expected_return_on": "expected_return_on", "reason": "reason", "reason_text": "reason_text",
    "region_code": "region_code", "destination_text": "destination_text", "host_organisation": "host_text",
    "home_organisation": "home_text", "employer": "employer", "industry": "industry", "contact_name": "contact_name",
    "certificate": "certificate", "certificate_no": "certificate_no", "note": "note",
}  # fmt: skip
SPELL = {
    "lost_since": "since", "lost_reason": "reason", "category": "category", "steps": "steps", "note": "note",
    "found_on": "found_on",
}  # fmt: skip
PARTIAL = frozenset(
    {"birth_date", "joined_on", "confirmed_on", "dues_paid_to", "left_on", "expected_return_on", "since", "found_on"}
)
PARTS = {"destination_province": "province", "destination_city": "city", "destination_county": "county"}
# Columns of the lists on screen -> columns of the file; the others go by the same key.
AGE = Column("age", "年龄", Kind.INTEGER, width=6)
PLACE = Column("place", "去向", Kind.TEXT, width=26)
FROM_LIST = {
    "branch": ("organisation",), "kind": ("member_kind",), "work": ("employer", "industry"), "from": ("home_organisation",),
    "since": ("lost_since",),
}  # fmt: skip
STILL, FOUND = "still", "found"  # the parts of the lost ledger: confirmed and out of reach, reached again
ALWAYS = ("serial", "name", "sex")


@dataclass(frozen=True)
class Source:
    """What a ledger is made of. ``own``: column key -> column of the list's own model; ``numbers``: sealed columns of
    the own model; ``place``: look-up of the organisation the row speaks of."""

    people: PeopleList
    own: Mapping[str, str]
    numbers: tuple[str, ...]
    place: str

    @property
    def member(self) -> str:
        return self.people.member


def source(kind: str) -> Source:
    return {
        "members": Source(LISTS["members"], FACTS, (), "home_id"),
        "outflow": Source(LISTS["out"], JOURNEY, ("contact_phone",), "home_id"),
        "inflow": Source(LISTS["in"], JOURNEY, ("contact_phone",), "host_id"),
        "lost": Source(LISTS["lost"], SPELL, (), "member__home_id"),
    }[kind]


class Exporting:
    """The way out of a ledger of persons; restricted persons stand in no file, whoever asks."""

    kind: str
    columns: tuple[Column, ...]

    @property
    def list_key(self) -> str:
        return source(self.kind).people.key

    def export(
        self, by: Actor, filters: Mapping[str, Any], keys: Collection[str] | None = None
    ) -> Iterator[ExportRecord]:
        """See :meth:`core.ledgers.Ledger.export`."""
        wanted = frozenset(column.key for column in self.columns) if keys is None else frozenset(keys)
        return _Reading(source(self.kind), by, filters, wanted).records()

    def export_count(self, by: Actor, filters: Mapping[str, Any]) -> int:
        return int(rows(source(self.kind), by, filters).count())

    def filter_words(self, filters: Mapping[str, Any]) -> list[str]:
        return list(chosen(source(self.kind), filters).labels().values())

    def list_columns(self, chosen: Sequence[str]) -> tuple[Column, ...]:
        """Who, and what the list shows about them. How fresh a record is stands in no file."""
        if not chosen:
            return tuple(column for column in self.columns if column.official)
        known = {column.key: column for column in (*self.columns, AGE)}
        if "region_code" in source(self.kind).own:
            known["place"] = PLACE
        keys = [*ALWAYS, *(key for one in chosen for key in FROM_LIST.get(one, (one,)))]
        return tuple(known[key] for key in dict.fromkeys(keys) if key in known)


def chosen(one: Source, filters: Mapping[str, Any]) -> Chosen:
    try:
        return Chosen.of(one.people.filters, filters.get("query") or {})
    except Http404 as error:
        raise UserError("筛选条件里有一项已经不用了。请回到名单重新筛选，再导出。", "filter_unknown") from error


def rows(one: Source, by: Actor, filters: Mapping[str, Any]) -> Any:
    """The list's people as far as ``by`` may take them out, without restricted and merged ones."""
    path = filters.get("organisation") or ""
    if filters.get("part") == FOUND:
        found = LostContact.objects.visible_by(one.people.column, by).filter(state=LostState.FOUND)
        found = found.filter(in_ranges([one.people.column], [subtree(path)])) if path else found
    else:
        found = one.people.queryset(by, chosen(one, filters), path=path)
        if filters.get("part") == STILL:
            found = found.filter(state__in=CONFIRMED_LOST_STATES)
    found = found.filter(**{f"{one.member}restricted": False, f"{one.member}merged_into__isnull": True})
    return found if by.everything else found.filter(in_ranges([one.people.column], by.ranges(Permission.EXPORT)))


class _Reading:
    """One export: the query, and what its rows are looked up in."""

    def __init__(self, one: Source, by: Actor, filters: Mapping[str, Any], wanted: frozenset[str]) -> None:
        self.source, self.wanted = one, wanted
        self.rows = rows(one, by, filters).order_by(f"{one.people.organisation}__order_path", "pk")
        self.names = dict(Organisation.objects.values_list("id", "name"))
        self.lost = self._spells(by) if wanted & {"lost", "lost_since"} and "lost_since" not in one.own else None
        self.places = self._places(by) if "destination_text" in wanted and "region_code" not in one.own else {}
        self.search = self._search(by) if "steps" in wanted and "steps" in one.own else {}
        self.today = clock.today()

    @staticmethod
    def _spells(by: Actor) -> dict[int, str | None]:
        """Member id -> since when they cannot be reached; before it is confirmed, no form calls anybody 失联."""
        spells = LostContact.objects.visible_to(by, Permission.EXPORT).filter(state__in=CONFIRMED_LOST_STATES)
        return dict(spells.values_list("member_id", _plain("since")))

    def _search(self, by: Actor) -> dict[str, list[LostStep]]:
        """Public id of a spell -> how the person was looked for."""
        steps = LostStep.objects.visible_to(by, Permission.EXPORT)
        return steps_by_spell(steps.filter(lost__in=self.rows.order_by().values("pk")))

    def _places(self, by: Actor) -> dict[int, str]:
        """Member id -> where the open journey out has led, as one address."""
        members = self.rows.order_by().values("member_id")
        journeys = Journey.objects.visible_to(by, Permission.EXPORT).filter(
            member_id__in=members, direction=Direction.OUT, state__in=OPEN_STATES
        )
        columns = journeys.values_list("member_id", "region_code", "destination_text")
        return {member: region_label(code) + text for member, code, text in columns}

    def columns(self) -> tuple[list[str], list[Any]]:
        """Names for a record's raw values, and what to read for them."""
        one, member = self.source, self.source.member
        names = ["_subject", "_version", "_place", "_member"]
        reads: list[Any] = ["public_id", "version", one.place, f"{member}id"]
        own = dict(one.own) | ({key: f"{member}{column}" for key, column in FACTS.items()} if member else {})
        needed = set(self.wanted)
        if needed & {*PARTS, "destination_text", "place"}:
            needed |= {"region_code", "destination_text"}
        if "age" in needed:
            needed.add("birth_date")
        if "reason" in needed:
            needed.add("reason_text")
        for key, column in own.items():
            if key in needed:
                names.append(key)
                reads.append(_plain(column) if column.rpartition("__")[2] in PARTIAL else column)
        for key in sorted(self._sealed()):
            names.append(key)
            reads.append(key if key in one.numbers else f"{member}{key}")
        if member:
            names.append("_person")
            reads.append(f"{member}public_id")
        return names, reads

    def _sealed(self) -> frozenset[str]:
        return self.wanted & {"identity", "phone", *self.source.numbers}

    def _openers(self) -> list[tuple[str, str, str]]:
        """(column key, where the seal's public id stands, the seal's context before it)."""
        found = []
        for key in sorted(self._sealed()):
            own = key in self.source.numbers
            context = (Journey if own else Member).seal_context(key, "")
            found.append((key, "_subject" if own or not self.source.member else "_person", context))
        return found

    def records(self) -> Iterator[ExportRecord]:
        names, reads = self.columns()
        openers, finish = self._openers(), self._finishers()
        unseal, organisations = crypto.unseal, self.names
        for row in self.rows.values_list(*reads).iterator(chunk_size=CHUNK):
            values = dict(zip(names, row, strict=True))
            for key, holder, context in openers:
                if values[key]:
                    values[key] = unseal(values[key], context + values[holder])
            place = values["_place"]
            values["organisation"] = organisations.get(place, "")
            for finisher in finish:
                finisher(values)
            yield ExportRecord(values["_subject"], values["_version"], values, place)

    def _finishers(self) -> list[Callable[[dict[str, Any]], None]]:
        wanted = self.wanted
        steps: list[Callable[[dict[str, Any]], None]] = []
        if self.lost is not None:
            steps.append(self._put_lost)
        if self.search:
            steps.append(self._put_search)
        if self.places:
            steps.append(self._put_address)
        if "region_code" in self.source.own and wanted & {*PARTS, "place"}:
            steps.append(_put_place)
        if "reason" in wanted and "reason_text" in self.source.own:
            steps.append(_put_reason)
        if "age" in wanted:
            steps.append(self._put_age)
        return steps

    def _put_lost(self, values: dict[str, Any]) -> None:
        assert self.lost is not None
        values["lost"] = values["_member"] in self.lost
        values["lost_since"] = self.lost.get(values["_member"])

    def _put_search(self, values: dict[str, Any]) -> None:
        values["steps"] = told(values["steps"], self.search.get(values["_subject"], ()))

    def _put_address(self, values: dict[str, Any]) -> None:
        values["destination_text"] = self.places.get(values["_member"])

    def _put_age(self, values: dict[str, Any]) -> None:
        born = values["birth_date"]
        if born:
            day = PartialDate.from_iso(born).day
            values["age"] = self.today.year - day.year - ((self.today.month, self.today.day) < (day.month, day.day))


def _put_place(values: dict[str, Any]) -> None:
    code = values["region_code"]
    if code:
        parts = _parts(code)
        values.update(parts)
        values["place"] = "".join(dict.fromkeys(filter(None, parts.values()))) + values["destination_text"]
    else:
        values["place"] = values["destination_text"]


def _put_reason(values: dict[str, Any]) -> None:
    """A reason that is in no list goes out in its own words, as it came in."""
    values["reason"] = values["reason"] or values["reason_text"]


@cache
def _parts(code: str) -> dict[str, str]:
    place = region_place(code)
    return {key: getattr(place, part) if place else "" for key, part in PARTS.items()}


def _plain(column: str) -> Any:
    """A partial date as the text it is stored as."""
    return ExpressionWrapper(F(column), output_field=CharField())
