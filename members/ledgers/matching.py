"""From the rows of a ledger to persons of the register: by number, else by name and a second trait.

Never the first of several: several hits are a question. Nobody outside the scope is ever found, and
the answer is the same as for somebody who is in no register.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F, Model, TextField
from django.db.models.functions import Cast

from core import crypto
from core.actors import Actor
from core.domain.cells import clean_text
from core.domain.identity import mask_identity, one_digit_off
from core.domain.names import clean_name
from core.fields import PartialDateField
from core.ledgers import LedgerRow
from core.lookups import Among
from core.permissions import Permission
from members.models import Member

MEMBER_COLUMNS = (
    "id", "public_id", "version", "name", "sex", "nation", "birth_date", "education", "kind", "joined_on", "confirmed_on",
    "party_status", "identity", "identity_index", "phone", "phone_index", "phone_tail", "other_phones", "home_address",
    "dues_paid_to", "home_id", "care_id", "home_path", "care_path",
)  # fmt: skip
DAMAGED = ("id_scientific", "id_check_digit", "id_length", "id_birth_date", "id_characters")
IN_CHUNK = 5000  # parameters of one IN list

Person = dict[str, Any]


def stored(value: Any) -> Any:
    """A value as the database keeps it, dates as text: so records, ledgers and history (which is JSON) compare alike."""
    if hasattr(value, "iso"):
        return value.iso()
    return value.isoformat() if type(value) is dt.date else value


def as_stored(model: type[Model], columns: Sequence[str]) -> list[Any]:
    """For ``values_list``: the columns with partial dates left as their text, which is how everything here compares them."""
    dates = {field.attname for field in model._meta.concrete_fields if isinstance(field, PartialDateField)}
    return [Cast(column, TextField()) if column in dates else column for column in columns]


_MEMBER_VALUES = as_stored(Member, MEMBER_COLUMNS)


def persons(queryset: Any) -> Iterable[Person]:
    for values in queryset.values_list(*_MEMBER_VALUES):
        yield dict(zip(MEMBER_COLUMNS, values, strict=True))


def visible(by: Actor) -> Any:
    return Member.objects.visible_to(by, Permission.IMPORT).current()


def by_identity(rows: Sequence[LedgerRow], by: Actor) -> dict[str, Person]:
    """Blind index -> person, for every number in ``rows`` that is in the scope. Sets ``basis["index"]``."""
    wanted: list[str] = []
    for row in rows:
        number = row.values.get("identity")
        if number:
            index = crypto.blind(number, "identity")
            row.basis["index"] = index
            wanted.append(index)
    found: dict[str, Person] = {}
    for start in range(0, len(wanted), IN_CHUNK):
        for person in persons(visible(by).filter(Among(F("identity_index"), wanted[start : start + IN_CHUNK]))):
            found[person["identity_index"]] = person
    return found


def exists_elsewhere(indexes: Sequence[str]) -> set[str]:
    """Numbers that are in the register at all. Only for refusing a second record; never shown as such."""
    known: set[str] = set()
    for start in range(0, len(indexes), IN_CHUNK):
        part = indexes[start : start + IN_CHUNK]
        rows = Member.objects.unscoped().current().filter(Among(F("identity_index"), part))
        known.update(rows.values_list("identity_index", flat=True))
    return known


def by_name(rows: Sequence[LedgerRow], by: Actor) -> dict[int, list[Person]]:
    """Row number in ``rows`` -> persons in scope of that name, in that branch where the row names one."""
    names: dict[str, list[int]] = defaultdict(list)
    for position, row in enumerate(rows):
        name = row.values.get("name") or clean_name(row.raw.get("name")).value
        if name:
            names[name].append(position)
    hits: dict[int, list[Person]] = defaultdict(list)
    wanted = list(names)
    for start in range(0, len(wanted), IN_CHUNK):
        for person in persons(visible(by).filter(name__in=wanted[start : start + IN_CHUNK])):
            for position in names[person["name"]]:
                organisation = rows[position].organisation_id
                if organisation in (None, person["home_id"], person["care_id"]):
                    hits[position].append(person)
    return hits


def without_number(row: LedgerRow, candidates: list[Person]) -> Person | None:
    """The one person that name and birth date, or name and phone tail, speak of; else the row is held."""
    birth, phone = row.values.get("birth_date"), row.values.get("phone")
    fitting = [
        person
        for person in candidates
        if (birth and (person["birth_date"] or "").startswith(birth)) or (phone and person["phone_tail"] == phone[-4:])
    ]
    if len(fitting) == 1:
        return fitting[0]
    if candidates:
        row.hold(
            "person_ambiguous",
            f"没有身份证号，姓名对得上的有 {len(candidates)} 人，请指明是哪一位，或在原表补上身份证号。",
            "identity",
            *(use_person(person) for person in candidates[:5]),
        )
    else:
        row.hold("not_a_member", "没有身份证号，按姓名在本单位名册里也没有找到，请补上身份证号。", "identity")
    return None


def use_person(person: Person, label: str = "确认是此人") -> tuple[str, str, str]:
    """The button that says: this row speaks of that person."""
    return ("use_person", f"{label}：{person['name']} {masked_identity(person)}", person["public_id"])


def masked_identity(person: Person) -> str:
    return mask_identity(identity_of(person))


def identity_of(person: Person) -> str:
    return crypto.unseal(person["identity"], Member.seal_context("identity", person["public_id"]))


def phone_of(person: Person) -> str:
    return crypto.unseal(person["phone"], Member.seal_context("phone", person["public_id"]))


def suggest(rows: Sequence[LedgerRow], by: Actor) -> None:
    """For numbers that are damaged or unknown: who of the same name may be meant. A proposal, never taken silently."""
    asked = [row for row in rows if row.messages and row.messages[-1].code in (*DAMAGED, "not_a_member")]
    if not asked:
        return
    for position, candidates in by_name(asked, by).items():
        row = asked[position]
        typed = row.values.get("identity") or clean_text(row.raw.get("identity")).replace(" ", "").upper()
        for person in candidates:
            number = identity_of(person)
            if _may_be(typed, row.raw.get("identity"), number):
                message = row.messages[-1]
                message.text += f"名册中有同名的 {person['name']}（{mask_identity(number)}），与表里只差一点。"
                message.fixes.append(use_person(person))


def _may_be(typed: str, cell: Any, number: str) -> bool:
    if isinstance(cell, (int, float)):  # Excel kept fifteen digits
        return str(int(cell))[:15] == number[:15]
    if len(typed) == 18:
        return one_digit_off(typed, number)
    return len(typed) in (17, 19) and _one_missing(*sorted((typed, number), key=len))


def _one_missing(shorter: str, longer: str) -> bool:
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))
