"""Taking a merge back, from the history and the event it wrote."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from audit.models import Change, Event
from branches.models import Organisation
from core import clock, hooks
from core.actors import Actor
from core.errors import Blocked
from members.actions import rows
from members.ledgers.restoring import refresh
from members.models import Evidence, Freshness, Journey, LostContact, Member, Membership, Transfer

HANGING: dict[str, type[Any]] = {
    "journeys": Journey,
    "lost": LostContact,
    "memberships": Membership,
    "evidence": Evidence,
    "transfers": Transfer,
}
LINKS = {"home": ("home_id", "home_path"), "care": ("care_id", "care_path")}


def blockers_to_undo(gone: Member, event: Event | None) -> list[str]:
    """Why a merge cannot be taken back (any more)."""
    if gone.merged_into_id is None:
        return ["这份档案现在没有合并到别的档案。"]
    if event is None:
        return ["没有找到这次合并的记录。"]
    versions: Mapping[str, int] = event.data["versions"]
    for model in (Member, Journey, LostContact):
        # Unscoped: what the merge itself touched, reached through a record in scope.
        for one in model.objects.unscoped().filter(public_id__in=versions):
            if one.version != versions[one.public_id]:
                name = one.name if isinstance(one, Member) else f"{one.member.name}的{one._meta.verbose_name}"
                return [f"合并以后{name}又有改动，不能整体撤销了；需要调整的请直接修改。"]
    return []


def undo_merge(*, gone: Member, event: Event | None, by: Actor, now: dt.datetime | None = None) -> Member:
    """Both records as they were before; ``event`` is that of the merge. Raises NotAllowed, Blocked."""
    now = now or clock.now()
    with transaction.atomic():
        gone = rows.locked(gone, by)
        if blockers := blockers_to_undo(gone, event):
            raise Blocked(blockers)
        assert event is not None  # the blockers have said so
        assert gone.merged_into is not None
        kept = rows.locked(gone.merged_into, by)
        _hang_back(event.data["moved"], gone)
        writer = rows.writer(by, now, source="undo_merge")
        for model in (Journey, Member):
            _revert(model, event.data["batch"], kept, writer)
        rows.flush(writer)
        _reopen(event.data["batch"])
        kept, gone = rows.locked(kept, by), rows.locked(gone, by)
        for one in (kept, gone):
            set_paths(one.pk, one.home_path, one.care_path)
        freshen([kept.pk, gone.pk])
        hooks.merge_undone.call(kept=kept, gone=gone, by=by)
        rows.tell("merge_undone", f"撤销合并：{gone.name}与{kept.name}分开", kept, subject=gone, by=by, now=now)
        return gone


def _hang_back(moved: Mapping[str, Sequence[int]], gone: Member) -> None:
    for name, model in HANGING.items():
        model.objects.unscoped().filter(pk__in=moved.get(name, ())).update(member=gone)


def _revert(model: type[Any], batch: str, kept: Member, writer: Any) -> None:
    """Columns as they were, from the history rows of the merge; the kept record first, so that its number is free again."""
    changes = list(Change.objects.unscoped().filter(batch=batch, object_type=model._meta.label_lower))
    records = {
        one.public_id: one for one in model.objects.unscoped().filter(public_id__in=[one.object_id for one in changes])
    }
    for change in sorted(changes, key=lambda one: one.object_id != kept.public_id):
        record = records[change.object_id]
        values: dict[str, Any] = {}
        for name, (before, _after) in change.fields.items():
            values[model._meta.get_field(name).attname] = before
            if name in LINKS and model is Member:
                values[LINKS[name][1]] = _path_of(before)
        writer.change(model, rows.row_of(record), values)


def _path_of(organisation_id: int | None) -> str:
    return Organisation.objects.values_list("path", flat=True).get(pk=organisation_id) if organisation_id else ""


def _reopen(batch: str) -> None:
    Membership.objects.unscoped().filter(ended_batch=batch).update(ends_on=None, ended_batch="")


def set_paths(member_id: int, home_path: str, care_path: str) -> None:
    """The copies of a member's paths on what hangs there: out by the home, in by the receiving branch."""
    journeys = Journey.objects.unscoped().filter(member_id=member_id)
    journeys.out().update(home_path=home_path)
    journeys.inward().update(host_path=care_path)
    LostContact.objects.unscoped().filter(member_id=member_id).update(home_path=home_path or care_path)


def freshen(member_ids: Sequence[int]) -> None:
    """Work out anew what is fresh, for members whose evidence was moved to or from another record."""
    for member_id in member_ids:
        Freshness.objects.unscoped().get_or_create(member_id=member_id)
    refresh(member_ids)
