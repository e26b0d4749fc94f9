"""Taking an import (or a step by hand) back, from the history it wrote: only what nobody has touched since."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit.models import Change
from branches.models import Organisation
from core import bulk, clock, hooks
from core.actors import Actor
from core.ledgers import RestoreResult
from core.permissions import Permission
from members.ledgers.matching import stored
from members.models import Evidence, Freshness, Journey, LostContact, Member, Membership, Transfer
from members.writing import FRESH, Writer

ORDER: tuple[type[Any], ...] = (Transfer, LostContact, Journey, Member)  # what hangs on a person before the person
CHUNK = 2000
LINKS = {"home_id": "home_path", "care_id": "care_path", "host_id": "host_path"}  # what is copied along


@dataclass
class Trace:
    """What a batch did to one record: the earliest values and the last version it wrote."""

    before: dict[str, Any] = field(default_factory=dict)
    last: int = 0
    created: bool = False


def restore(
    batch_id: str,
    *,
    by: Actor,
    now: dt.datetime,
    source: str = "undo",
    sure: bool = False,
    within: Actor | None = None,
) -> RestoreResult:
    """``sure``: the caller has asked already whether anybody has touched the records since. ``within``: nothing is
    touched that this person may no longer edit (an organisation may have moved since)."""
    result = RestoreResult()
    traces = _traces(batch_id)
    writer = Writer(by=by, now=now, on=now.date(), source=source)
    for model in ORDER:
        known = traces.get(model._meta.label_lower, {})
        ids = list(known)
        for start in range(0, len(ids), CHUNK):
            part = {public_id: known[public_id] for public_id in ids[start : start + CHUNK]}
            _restore_part(model, part, batch_id, writer, result, sure, within)
    writer.flush()
    _withdraw_evidence(batch_id, within)
    return result


def _traces(batch_id: str) -> dict[str, dict[str, Trace]]:
    traces: dict[str, dict[str, Trace]] = defaultdict(dict)
    rows = Change.objects.unscoped().filter(batch=batch_id).order_by("object_id", "version")
    for change in rows.iterator(chunk_size=CHUNK):
        trace = traces[change.object_type].setdefault(change.object_id, Trace())
        trace.created = trace.created or change.version == 1
        trace.last = change.version
        for name, (before, _after) in change.fields.items():
            trace.before.setdefault(name, before)
    return traces


def _restore_part(
    model: type[Any],
    traces: dict[str, Trace],
    batch_id: str,
    writer: Writer,
    result: RestoreResult,
    sure: bool,
    within: Actor | None,
) -> None:
    attnames = {name: model._meta.get_field(name).attname for name in model.HISTORY}
    rows = model.objects.unscoped().filter(public_id__in=traces).select_for_update(of=("self",)).order_by("id")
    records = {record.public_id: record for record in rows}
    reached = set(_within(model, within).filter(public_id__in=traces).values_list("public_id", flat=True))
    for key in [key for key in records if key not in reached]:
        result.kept.append(f"{_name(records.pop(key))}：现在由别的党组织管理，没有撤销。")
    untouched = {
        key: records[key]
        for key, trace in traces.items()
        if key in records and (sure or records[key].version == trace.last)
    }
    changed_since = [records[key] for key in traces if key in records and key not in untouched]
    doomed = [record for key, record in untouched.items() if traces[key].created]
    bound = _bound(model, doomed, batch_id)
    for record in [*changed_since, *(one for one in doomed if one.pk in bound)]:
        result.kept.append(f"{_name(record)}：导入以后又有新的登记，保持现在的样子。")
    _delete(model, [one for one in doomed if one.pk not in bound], attnames, writer)
    for key, record in untouched.items():
        trace = traces[key]
        if not trace.created:
            values = {attnames[name]: value for name, value in trace.before.items()}
            _revert(model, record, values, batch_id, writer)
        if record.pk not in bound or not trace.created:
            result.restored += 1


def _within(model: type[Any], actor: Actor | None) -> Any:
    return model.objects.visible_to(actor, Permission.EDIT) if actor else model.objects.unscoped()


def _name(record: Any) -> str:
    return record.name if isinstance(record, Member) else record.member.name


def _bound(model: type[Any], doomed: Sequence[Any], batch_id: str) -> set[int]:
    """Persons made by the batch on whom something hangs that it did not make."""
    if model is not Member or not doomed:
        return set()
    ids = [member.pk for member in doomed]
    bound: set[int] = set()
    for hanging in (Journey, LostContact):
        bound.update(hanging.objects.unscoped().filter(member_id__in=ids).values_list("member_id", flat=True))
    for dated in (Membership, Evidence):
        rows = dated.objects.unscoped().filter(member_id__in=ids).exclude(batch=batch_id)
        bound.update(rows.values_list("member_id", flat=True))
    return bound.union(*hooks.members_bound.call(ids=ids))


def _delete(model: type[Any], records: Sequence[Any], attnames: dict[str, str], writer: Writer) -> None:
    for record in records:
        values = {name: stored(getattr(record, column)) for name, column in attnames.items()}
        gone = {name: [value, None] for name, value in values.items() if value not in (None, "", [], {})}
        writer.remove_history(model, record.public_id, record.version + 1, gone)
    if model is Member and records:
        hooks.members_removed.call(ids=[record.pk for record in records])
    model.objects.unscoped().filter(pk__in=[record.pk for record in records]).delete()
    if model is Journey and records:
        members = [record.member_id for record in records]
        hooks.journeys_removed.call(members=members, by=writer.by, now=writer.now)


def _revert(model: type[Any], record: Any, values: dict[str, Any], batch_id: str, writer: Writer) -> None:
    for link, path in LINKS.items():
        if link in values and hasattr(record, path):
            values[path] = _path_of(values[link])
    if model is Member:
        belonging = Membership.objects.unscoped().filter(member_id=record.pk)
        belonging.filter(batch=batch_id).delete()
        belonging.filter(ended_batch=batch_id).update(ends_on=None, ended_batch="")
    current = {column: stored(getattr(record, column)) for column in values}
    current.update(id=record.pk, public_id=record.public_id, version=record.version)
    writer.change(model, current, values)


def _path_of(organisation_id: int | None) -> str:
    if organisation_id is None:
        return ""
    return Organisation.objects.values_list("path", flat=True).get(pk=organisation_id)


def _withdraw_evidence(batch_id: str, within: Actor | None) -> None:
    """Evidence of the batch goes; what is fresh is worked out again from what remains."""
    rows = _within(Evidence, within).filter(batch=batch_id)
    members = sorted(set(rows.values_list("member_id", flat=True)))
    rows.delete()
    for start in range(0, len(members), CHUNK):
        refresh(members[start : start + CHUNK])
    if members:
        hooks.evidence_withdrawn.call(members=members, now=clock.now())


def refresh(member_ids: Sequence[int]) -> None:
    """Rewrite the freshness rows of these members from their evidence."""
    latest: dict[int, dict[str, tuple[dt.date, str]]] = {member: {} for member in member_ids}
    rows = Evidence.objects.unscoped().filter(member_id__in=member_ids).order_by("on", "pk")
    for member, fields, on, source in rows.values_list("member_id", "fields", "on", "source"):
        for name in fields.split(","):
            latest[member][name] = (on, source)
    Freshness.objects.unscoped().filter(member_id__in=[one for one in member_ids if not latest[one]]).delete()
    columns = (*(f"{name}_on" for name in FRESH), *(f"{name}_from" for name in FRESH))
    bulk.update_rows(Freshness, columns, [(member, *_edge(proofs)) for member, proofs in latest.items() if proofs])


def _edge(proofs: dict[str, tuple[dt.date, str]]) -> Iterable[Any]:
    yield from (proofs[name][0] if name in proofs else None for name in FRESH)
    yield from (proofs[name][1] if name in proofs else "" for name in FRESH)
