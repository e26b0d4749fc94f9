"""Cell by cell: what a ledger says against what the register holds."""

from __future__ import annotations

from typing import Any

from core import crypto
from core.domain.dates import PartialDate
from core.domain.identity import identity_birth_date, identity_sex
from core.ledgers import CellChange, LedgerRow
from members.ledgers.matching import Person, phone_of
from members.models import Member

# column key -> column of the member
FACTS = {
    "name": "name",
    "sex": "sex",
    "nation": "nation",
    "birth_date": "birth_date",
    "education": "education",
    "member_kind": "kind",
    "joined_on": "joined_on",
    "confirmed_on": "confirmed_on",
    "home_address": "home_address",
    "party_status": "party_status",
}
DATES = frozenset(
    {"birth_date", "joined_on", "confirmed_on", "dues_paid_to", "left_on", "expected_return_on", "since", "found_on"}
)


def differs(column: str, before: Any, after: Any) -> bool:
    """Whether ``after`` says something else. A coarser statement of the same date says the same; so does an
    emptied cell where nothing was."""
    if after == before or (after is None and before in ("", None, [])):
        return False
    if column in DATES and before and after:
        return not PartialDate.from_iso(after).covers(PartialDate.from_iso(before))
    return True


def compare(row: LedgerRow, record: dict[str, Any], columns: dict[str, str]) -> dict[str, Any]:
    """Add a change for every cell of ``columns`` (key -> record column) that differs; the new column values."""
    values = row.values
    after: dict[str, Any] = {}
    for key, column in columns.items():
        if key not in values:
            continue
        value, before = values[key], record[column]
        if value != before and differs(column, before, value):
            row.changes.append(CellChange(key, before, value))
            after[column] = value if value is not None else _empty(column)
    return after


def stated(row: LedgerRow, columns: dict[str, str]) -> dict[str, Any]:
    """What the row says for a new record. It replaces nothing, so it is no change of a cell."""
    said = row.values.get
    return {
        column: value
        for key, column in columns.items()
        if (value := said(key)) or value is False or value.__class__ is int
    }


def _empty(column: str) -> Any:
    return None if column in DATES or column == "certificate" else ""


def compare_phone(row: LedgerRow, person: Person) -> str | None:
    """The main number by its index: what is to be written ("" clears it), None where the row says nothing new."""
    if "phone" not in row.values:
        return None
    phone = row.values["phone"]
    if crypto.blind(phone or "", "phone") == person["phone_index"]:
        return None
    row.changes.append(CellChange("phone", phone_of(person) if person["phone"] else None, phone))
    return phone or ""


def new_phones(row: LedgerRow, person: Person) -> str | None:
    """The joined further numbers if the row brings one that is not known yet."""
    others = row.values.get("other_phones")
    if not others:
        return None
    context = Member.seal_context("other_phones", person["public_id"])
    known = [number for number in crypto.unseal(person["other_phones"], context).split(",") if number]
    fresh = [number for number in others if number not in known and number != row.values.get("phone")]
    return ",".join(known + fresh) if fresh else None


def compare_facts_only(row: LedgerRow, person: Person) -> None:
    """A journey ledger shows facts but does not own them: a difference is said, the register's value stays."""
    for key, column in FACTS.items():
        if key == "name" or key not in row.values or row.values[key] is None:
            continue
        if differs(column, person[column], row.values[key]) and person[column]:
            row.inform("fact_differs", "与党员名册不一致，名册没有改动。要改请到党员档案里改。", key)


def check_name(row: LedgerRow, person: Person) -> None:
    """``name_missing`` and ``name_mismatch`` keep the register's name."""
    name = row.values.get("name")
    if not name:
        row.warn("name_missing", f"姓名没有填，按身份证号在名册里是“{person['name']}”。", "name")
    elif name != person["name"]:
        row.warn(
            "name_mismatch",
            f"名册里这个号码的姓名是“{person['name']}”，表里是“{name}”；保留名册的姓名，请核对是改名还是号码填错。",
            "name",
        )
    row.values["name"] = person["name"]


def fill_from_number(row: LedgerRow) -> None:
    """The number says birth date and sex; a column that says otherwise wins (the archive may differ), and is told."""
    number = row.values["identity"]
    born, sex = identity_birth_date(number).isoformat(), identity_sex(number)
    if row.values.setdefault("birth_date", born) not in (born, born[:7], born[:4]):
        row.inform("birth_date_differs", "出生日期与身份证号不一致，按表里的登记（以人事档案为准）。", "birth_date")
    if row.values.setdefault("sex", sex) != sex:
        row.inform("sex_differs", "性别与身份证号不一致，按表里的登记，请核对。", "sex")
