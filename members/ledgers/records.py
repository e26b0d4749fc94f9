"""What the ledgers of the register load beside persons: open journeys, open lost contacts, organisations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import F, TextField, Value
from django.db.models.functions import Cast, Concat

from branches.models import Organisation
from branches.rules import AtMany
from branches.rules import value as rule_value
from core import crypto
from core.actors import Actor
from core.domain.regions import scope_between
from core.lookups import Among
from core.paths import WIDTH
from members.enums import OPEN_LOST_STATES, OPEN_STATES, LostState
from members.ledgers.matching import IN_CHUNK, Person, as_stored, persons, visible
from members.lost_procedure import confirms
from members.models import Journey, LostContact
from members.rules import LOST_MONTHS

Record = dict[str, Any]
JOURNEY_COLUMNS = (
    "id", "public_id", "version", "member_id", "state", "region_code", "destination_text", "mobility", "left_on",
    "expected_return_on", "ended_on", "reason", "reason_text", "industry", "employer", "unit_kind", "former_work", "home_text",
    "host_text", "host_id", "contact_name", "contact_phone", "certificate", "certificate_no", "note",
)  # fmt: skip
LOST_COLUMNS = (
    "id", "public_id", "version", "member_id", "state", "since", "reason", "category", "steps", "found_on", "note",
)  # fmt: skip


_JOURNEY_VALUES = as_stored(Journey, JOURNEY_COLUMNS)
_LOST_VALUES = as_stored(LostContact, LOST_COLUMNS)


def _journeys(queryset: Any) -> dict[int, Record]:
    return {
        values[3]: dict(zip(JOURNEY_COLUMNS, values, strict=True)) for values in queryset.values_list(*_JOURNEY_VALUES)
    }


def _spells(queryset: Any) -> dict[int, Record]:
    return {values[3]: dict(zip(LOST_COLUMNS, values, strict=True)) for values in queryset.values_list(*_LOST_VALUES)}


def _parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    for start in range(0, len(ids), IN_CHUNK):
        yield ids[start : start + IN_CHUNK]


def _open_stays(part: Sequence[int], direction: str) -> Any:
    return Journey.objects.unscoped().filter(Among(F("member_id"), part), direction=direction, state__in=OPEN_STATES)


def _open_spells(part: Sequence[int]) -> Any:
    return LostContact.objects.unscoped().filter(Among(F("member_id"), part), state__in=OPEN_LOST_STATES)


def open_journeys(member_ids: Sequence[int], direction: str) -> dict[int, Record]:
    """Member id -> the open journey. The members have been found in the scope before."""
    found: dict[int, Record] = {}
    for part in _parts(member_ids):
        found.update(_journeys(_open_stays(part, direction)))
    return found


def open_lost(member_ids: Sequence[int]) -> dict[int, Record]:
    found: dict[int, Record] = {}
    for part in _parts(member_ids):
        found.update(_spells(_open_spells(part)))
    return found


def standing(member_ids: Sequence[int], direction: str, by: Actor) -> Iterator[tuple[int, str]]:
    """(member id, :func:`state_of` the record) of those in the scope. Three look-ups by one index each: joined, the database
    would rather read the whole table of journeys for every chunk."""
    numbered = Concat(Cast("id", TextField()), Value(":", TextField()), Cast("version", TextField()))
    for part in _parts(member_ids):
        stays = dict(_open_stays(part, direction).values_list("member_id", numbered))
        spells = dict(_open_spells(part).values_list("member_id", numbered))
        for member, version in visible(by).filter(Among(F("id"), part)).values_list("id", "version"):
            yield member, state_of(version, stays.get(member, ""), spells.get(member, ""))


def state_of(version: int, journey: str, lost: str) -> str:
    """Versions as one text; of the open journey and spell with their ids ("id:version"), as another may have opened since."""
    return f"{version} {journey or '-'} {lost or '-'}"


def closed_spells(found_on: Mapping[int, str]) -> dict[int, Record]:
    """Member id -> the spell that ended with a finding on just that date."""
    rows = LostContact.objects.unscoped().filter(member_id__in=list(found_on), state=LostState.FOUND).order_by("id")
    return {member: spell for member, spell in _spells(rows).items() if spell["found_on"] == found_on[member]}


def locked_persons(ids: Sequence[int], by: Actor) -> dict[int, Person]:
    """The persons a chunk writes to, locked in one order, still within the scope of ``by``."""
    found: dict[int, Person] = {}
    for part in _parts(sorted(ids)):
        rows = visible(by).filter(Among(F("id"), part)).order_by("id").select_for_update(of=("self",))
        found.update((person["id"], person) for person in persons(rows))
    return found


def contact_phone_of(journey: Record) -> str:
    return crypto.unseal(journey["contact_phone"], Journey.seal_context("contact_phone", journey["public_id"]))


class Places:
    """Organisations by id and the county's own region, loaded once per check or apply."""

    def __init__(self) -> None:
        self._organisations: dict[int, Organisation] = {}
        self._home: dict[str, str] = {}
        self._confirms: dict[str, bool] = {}
        self._lost_months: dict[str, int] = {}
        self._rules: dict[tuple[str, dt.date], AtMany] = {}

    def load(self, ids: Iterable[int | None]) -> None:
        missing = {one for one in ids if one is not None and one not in self._organisations}
        if missing:
            self._organisations.update(Organisation.objects.in_bulk(missing))

    def know_county(self, path: str, region_code: str) -> None:
        """The region of the county above ``path``: what is at hand need not be asked for."""
        self._home[path[:WIDTH]] = region_code

    def organisation(self, identifier: int) -> Organisation:
        if identifier not in self._organisations:
            self.load([identifier])
        return self._organisations[identifier]

    def mobility(self, home_path: str, region_code: str) -> str:
        """How far ``region_code`` is from the county whose tree ``home_path`` is in; "" when not known."""
        if not region_code or not home_path:
            return ""
        root = home_path[:WIDTH]
        if root not in self._home:
            self._home[root] = (
                Organisation.objects.filter(path=root).values_list("region_code", flat=True).first() or ""
            )
        scope = scope_between(self._home[root], region_code)
        return scope.value if scope else ""

    def rule(self, key: str, organisation_id: int, on: dt.date) -> Any:
        """A threshold as it holds for an organisation."""
        if (key, on) not in self._rules:
            self._rules[key, on] = AtMany(key, on)
        return self._rules[key, on].at(self.organisation(organisation_id))

    def confirms(self, by: Actor, path: str) -> bool:
        """Whether ``by`` speaks for the committee above the branch at ``path``; asked once for each branch."""
        if path not in self._confirms:
            self._confirms[path] = confirms(by, path)
        return self._confirms[path]

    def lost_months(self, path: str, on: dt.date) -> int:
        """The months after which somebody of the branch at ``path`` counts as 失联."""
        if path not in self._lost_months:
            branch = Organisation.objects.filter(path=path).first()
            self._lost_months[path] = int(rule_value(LOST_MONTHS.key, branch, on))
        return self._lost_months[path]


def places(memory: dict[str, Any]) -> Places:
    return memory.setdefault("places", Places())
