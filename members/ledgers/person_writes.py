"""What every ledger writes of a person: a new record with its membership, or the columns that changed."""

from __future__ import annotations

from branches.models import Organisation
from core.ledgers import LedgerRow
from members.enums import MembershipKind
from members.ledgers.matching import Person
from members.ledgers.plans import Plan
from members.models import Member
from members.writing import Writer, name_columns, sealed


def open_person(row: LedgerRow, plan: Plan, where: Organisation, kind: MembershipKind, writer: Writer) -> Person:
    """A new record: at home in ``where``, or looked after there as a guest (``MembershipKind.INFLOW``)."""
    link = "home" if kind is MembershipKind.HOME else "care"
    values = {**plan.member, **name_columns(row.values["name"]), f"{link}_id": where.id, f"{link}_path": where.path}
    numbers = {
        "identity": row.values["identity"],
        "phone": row.values.get("phone") or "",
        "other_phones": ",".join(row.values.get("other_phones") or []),
    }
    record = writer.create_sealed(Member, values, numbers)
    writer.member_of(record, where.id, kind.value, None)
    return record


def change_person(plan: Plan, person: Person, writer: Writer) -> None:
    """The planned columns, numbers sealed; a guest who found a home gets the membership too."""
    values = dict(plan.member)
    if plan.phone is not None:
        values.update(sealed(Member, person["public_id"], "phone", plan.phone))
    if "other_phones" in values:
        values.update(sealed(Member, person["public_id"], "other_phones", values["other_phones"]))
    if values:
        writer.change(Member, person, values)
    if "home_id" in values:
        writer.member_of(person, values["home_id"], MembershipKind.HOME.value, writer.on)
