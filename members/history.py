"""The history of a person as entries for people: every change of the record and of what hangs on it, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.apps import apps
from django.db.models import Q

from audit.models import Change, Event
from branches.models import Organisation
from core import crypto
from core.actors import Actor
from core.components import Entry, FieldChange
from core.fields import SealedField
from members.enums import OPEN_LOST_STATES
from members.models import Journey, LostContact, Member, Membership, Transfer
from members.words import DERIVED, value_words

SHOWN = 20
MOST = 500
TITLES = {
    "create": "登记{what}",
    "edit": "修改{what}",
    "import": "导入台账时更新{what}",
    "undo": "撤销导入，恢复{what}",
    "merge": "合并档案，调整{what}",
    "undo_merge": "撤销合并，恢复{what}",
    "undo_step": "撤销一步，恢复{what}",
}
NEW = "导入台账时登记{what}"
# In a title: 登记 ... , 修改 ...
WHAT = {LostContact: "联系情况", Journey: "流动经历", Transfer: "组织关系转接"}
# Where the name of a column says too little, or nothing.
LABELS = {(Journey, "home"): "组织关系所在党支部", (Journey, "host"): "流入地党组织", (Member, "home"): "所在党支部"}
LINKS = ("home", "host", "care")


def changes_of(records: Iterable[Any], limit: int) -> list[Change]:
    """Newest first. Unscoped: history is reached through its record, and the records were found within the scope."""
    ids = [record.public_id for record in records]
    return list(Change.objects.unscoped().filter(object_id__in=ids).order_by("-at", "-pk")[:limit])


def gone_into(member: Member) -> list[Member]:
    """The records merged into this one, and into those before. Unscoped: reached through a member in scope."""
    return list(
        Member.objects.unscoped().filter(Q(merged_into=member) | Q(merged_into__merged_into=member)).order_by("pk")
    )


def person_records(member: Member, own: Sequence[Any], gone: Sequence[Member], reader: Actor) -> list[Any]:
    """The record, those merged into it, and what hangs on them, as far as the reader may open it: ``own`` are the stays and
    spells of the record itself. The member was found within the scope; a stay or a spell may be another organisation's
    business alone."""
    found = [member, *own, *gone]
    if gone:
        found += Journey.objects.visible_to(reader).filter(member__in=gone)
        found += LostContact.objects.visible_to(reader).filter(member__in=gone)
    return found


def memberships(member: Member) -> list[Membership]:
    """Where somebody belonged over time. Unscoped: of an organisation outside the scope only the name is shown."""
    rows = Membership.objects.unscoped().filter(member=member).select_related("organisation")
    return sorted(rows, key=lambda one: (one.ends_on is not None, -one.pk))


def entries(changes: Sequence[Change], *, main: Member | Journey) -> list[Entry]:
    """What changed, by whom, before and after; an entry of another record than ``main`` says which."""
    names = _names(changes)
    return [_entry(change, main, names) for change in changes]


def _entry(change: Change, main: Any, names: Mapping[str, Mapping[int, str]]) -> Entry:
    model = apps.get_model(change.object_type)
    what = WHAT.get(model) or ("档案" if change.object_id == main.public_id else "原档案")
    first = change.source == "import" and change.version == 1
    title = (NEW if first else TITLES.get(change.source, "更新{what}")).format(what=what)
    fields = [
        _field(model, change.object_id, name, before, after, names)
        for name, (before, after) in change.fields.items()
        if name not in DERIVED
    ]
    return Entry(at=change.at, title=title, by=str(change.actor or ""), changes=fields, tone=_tone(model, change))


def _tone(model: type[Any], change: Change) -> str:
    after = change.fields.get("state", [None, None])[1]
    return "bad" if model is LostContact and after in OPEN_LOST_STATES else ""


def _field(
    model: type[Any], object_id: str, name: str, before: Any, after: Any, names: Mapping[str, Mapping[int, str]]
) -> FieldChange:
    field = model._meta.get_field(name)
    label = LABELS.get((model, name)) or str(field.verbose_name)
    if name == "merged_into":
        return FieldChange("合并到", names["member"].get(before, ""), names["member"].get(after, ""))
    if isinstance(field, SealedField):
        return _number(model, object_id, name, label, before, after)
    pointed = names["organisation"]
    return FieldChange(label, value_words(model, name, before, pointed), value_words(model, name, after, pointed))


def _number(model: type[Any], object_id: str, name: str, label: str, before: str, after: str) -> FieldChange:
    """Masked; where the masks are alike, it is said that the hidden digits differ."""
    context = model.seal_context(name, object_id)
    old, new = (value_words(model, name, crypto.unseal(token, context) if token else "") for token in (before, after))
    return FieldChange(label, old, f"{new}（遮住的几位已更改）" if old == new else new)


def _names(changes: Iterable[Change]) -> dict[str, dict[int, str]]:
    """Names of the organisations and records that the changes point to: two queries."""
    organisations: set[int] = set()
    members: set[int] = set()
    for change in changes:
        for name, pair in change.fields.items():
            if name in LINKS:
                organisations.update(one for one in pair if one)
            elif name == "merged_into":
                members.update(one for one in pair if one)
    people = Member.objects.unscoped().filter(pk__in=members).values_list("pk", "name") if members else ()
    return {
        "organisation": dict(Organisation.objects.filter(pk__in=organisations).values_list("pk", "short_name")),
        "member": dict(people),
    }


def lookers(member: Member, limit: int = SHOWN) -> list[Entry]:
    """Who opened the file or saw a number, newest first. The caller has asked whether the reader may know."""
    events = Event.objects.unscoped().filter(
        subject_type=Member._meta.label_lower, subject_id=member.public_id, kind__in=("member_opened", "number_shown")
    )
    return [
        Entry(at=event.at, title=event.text, by=str(event.actor or ""))
        for event in events.order_by("-at", "-pk")[:limit]
    ]
