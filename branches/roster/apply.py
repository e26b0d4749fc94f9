"""Writing the rows of a register of organisations, set-based, inside the caller's transaction.

It writes what ``branches.actions`` would, row for row (rows, history, versions); the event is the import's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit import actions as audit
from branches.actions import tree
from branches.actions.organisations import short_below
from branches.enums import marks_in
from branches.models import Organisation, Post
from branches.roster.known import Known, load, row_key
from core.domain.codes import ORGANISATION_KIND
from core.domain.dates import PartialDate
from core.domain.names import initials
from core.fields import ActorField
from core.ids import new_id
from core.ledgers import ApplyContext, ApplyResult, CellChange, LedgerRow, Outcome
from core.paths import WIDTH, child
from core.permissions import Permission

SOURCE = "ledger"
_MADE = "branches.roster.made"
_WRITTEN = (
    "name",
    "short_name",
    "initials",
    "kind",
    "code",
    "place",
    "note",
    "marks",
    "founded_on",
    "elected_on",
    "version",
)


@dataclass
class Writing:
    """``made``: row of the file -> the organisation it made, across chunks."""

    context: ApplyContext
    known: Known
    made: dict[str, Organisation]
    result: ApplyResult = field(default_factory=ApplyResult)
    histories: list[tuple[Any, ...]] = field(default_factory=list)
    new_posts: list[Post] = field(default_factory=list)
    changed_posts: list[Post] = field(default_factory=list)

    def count(self, row: LedgerRow, kind: str) -> None:
        for table, name in (
            (self.result.counts, row.outcome.value),
            (self.result.terms, ORGANISATION_KIND.label(kind)),
        ):
            table[name] = table.get(name, 0) + 1

    def history(self, obj: Any, fields: Mapping[str, list[Any]]) -> None:
        self.histories.append((obj._meta.label_lower, obj.public_id, obj.version, dict(fields)))


def apply(rows: Sequence[LedgerRow], context: ApplyContext) -> ApplyResult:
    """Rows whose organisation was changed since the check, or whose parent is gone, come back as ``stale``."""
    tree.lock_tree()
    writing = Writing(context, load(), context.memory.setdefault(_MADE, {}))
    usable = [row for row in rows if row.outcome.usable]
    for row in usable:
        _state_all(row)
    _update([row for row in usable if row.basis.get("id") is not None], writing)
    _create([row for row in usable if row.basis.get("id") is None], writing)
    Post.objects.bulk_create(writing.new_posts)
    Post.objects.unscoped().bulk_update(
        writing.changed_posts,
        ["holder_name", "phone", "phone_index", "phone_tail", "ends_on", "version"],
        batch_size=500,
    )
    actor = ActorField().get_prep_value(context.by.ref)
    audit.copy_changes(writing.histories, at=context.now, actor=actor, batch=context.batch_id, source=SOURCE)
    return writing.result


def _state_all(row: LedgerRow) -> None:
    """A new row's differences from nothing are its values: they are not staged a second time."""
    if row.outcome is Outcome.NEW:
        stated = {change.key for change in row.changes}
        row.changes += [
            CellChange(key, None, value)
            for key, value in row.values.items()
            if key not in stated and value not in (None, "", [])
        ]


def _create(rows: Sequence[LedgerRow], writing: Writing) -> None:
    """Level by level, so that a parent is there before its children."""
    waiting = list(rows)
    while waiting:
        ready = [(row, parent) for row in waiting if (parent := _parent(row, writing)) is not None]
        if not ready:
            writing.result.stale += waiting
            return
        chosen = {id(row) for row, _ in ready}
        waiting = [row for row in waiting if id(row) not in chosen]
        _create_level(ready, writing)


def _parent(row: LedgerRow, writing: Writing) -> Organisation | None:
    if key := row.basis.get("parent_row"):
        return writing.made.get(key)
    return writing.known.organisations.get(row.basis.get("parent_id") or 0)


def _create_level(ready: Iterable[tuple[LedgerRow, Organisation]], writing: Writing) -> None:
    known, made = writing.known, []
    ready = list(ready)
    last = _last_children({parent.pk for _, parent in ready})
    for row, parent in ready:
        name = row.values["name"]
        taken = any(one.parent_id == parent.pk and one.name == name for one in known.named(name))
        if taken or not writing.context.by.reaches(parent.path, Permission.ORGANISE):
            writing.result.stale.append(row)
            continue
        number, position = last.get(parent.pk, (0, 0))
        last[parent.pk] = (number + 1, position + 1)
        organisation = _organisation(row, parent, number + 1, position + 1, known)
        made.append((row, organisation))
    Organisation.objects.bulk_create([organisation for _, organisation in made], batch_size=500)
    for row, organisation in made:
        known.organisations[organisation.pk] = writing.made[row_key(row)] = organisation
        known.by_name.setdefault(organisation.name, []).append(organisation)
        writing.history(organisation, _filled(organisation, Organisation.HISTORY))
        writing.count(row, organisation.kind)
        _settle_secretary(row, organisation, None, writing)


def _last_children(parents: set[int]) -> dict[int, tuple[int, int]]:
    """The last path number and position given below each parent, closed ones counted."""
    last: dict[int, tuple[int, int]] = {}
    for parent, path, position in Organisation.objects.filter(parent__in=parents).values_list(
        "parent", "path", "position"
    ):
        number, rank = last.get(parent, (0, 0))
        last[parent] = (max(number, int(path[-WIDTH:])), max(rank, position))
    return last


def _organisation(row: LedgerRow, parent: Organisation, number: int, position: int, known: Known) -> Organisation:
    values = row.values
    name = values["name"]
    short = short_below(name, [one.name for one in known.line(parent)])
    return Organisation(
        public_id=new_id(),
        code=values.get("code") or "",
        name=name,
        short_name=short,
        initials=initials(short)[:60],
        kind=row.basis["kind"],
        marks=marks_in(str(values.get("note") or "")),
        parent=parent,
        path=child(parent.path, number),
        position=position,
        order_path=tree.order_path(parent, position),
        place=values.get("place") or "",
        note=values.get("note") or "",
        founded_on=_date(values.get("founded_on")),
        elected_on=_date(values.get("elected_on")),
    )


def _update(rows: Sequence[LedgerRow], writing: Writing) -> None:
    changed = []
    for row in rows:
        organisation = writing.known.organisations.get(row.basis["id"])
        if row.outcome is Outcome.UNCHANGED and organisation is not None:
            writing.count(row, organisation.kind)
            continue
        post = writing.known.secretaries.get(row.basis["id"])
        if organisation is None or _is_stale(row, organisation, post, writing.context):
            writing.result.stale.append(row)
            continue
        before = audit.snapshot(organisation, Organisation.HISTORY)
        _write_changes(row, organisation, writing.known)
        if fields := _differing(organisation, before):
            organisation.version += 1
            changed.append(organisation)
            writing.history(organisation, fields)
        _settle_secretary(row, organisation, post, writing)
        writing.count(row, organisation.kind)
    Organisation.objects.bulk_update(changed, _WRITTEN, batch_size=200)


def _is_stale(row: LedgerRow, organisation: Organisation, post: Post | None, context: ApplyContext) -> bool:
    moved_on = organisation.version != row.basis["version"] or (post.version if post else 0) != row.basis["post"]
    return moved_on or not context.by.reaches(organisation.path, Permission.ORGANISE)


def _write_changes(row: LedgerRow, organisation: Organisation, known: Known) -> None:
    for change in row.changes:
        if change.key in ("founded_on", "elected_on"):
            setattr(organisation, change.key, _date(change.after))
        elif change.key in ("name", "kind", "code", "place", "note"):
            setattr(organisation, change.key, change.after or "")
        if change.key == "name":
            above = known.line(organisation)[:-1]
            organisation.short_name = short_below(organisation.name, [one.name for one in above])
            organisation.initials = initials(organisation.short_name)[:60]
        if change.key == "note":
            organisation.marks = list(dict.fromkeys([*organisation.marks, *marks_in(organisation.note)]))


def _settle_secretary(row: LedgerRow, organisation: Organisation, post: Post | None, writing: Writing) -> None:
    """Another name ends the office of the one before and begins a new one; rights on a post end with it."""
    stated = {change.key: change.after for change in row.changes if change.key in ("secretary", "phone")}
    if not stated:
        return
    if "secretary" in stated:
        if post is not None:
            _change_post(post, writing, ends_on=max(writing.context.on, post.starts_on or writing.context.on))
        if stated["secretary"]:
            _appoint(organisation, stated["secretary"], stated.get("phone") or "", writing)
    elif post is not None:
        _change_post(post, writing, phone=stated["phone"] or "")


def _appoint(organisation: Organisation, name: str, phone: str, writing: Writing) -> None:
    post = Post(public_id=new_id(), organisation=organisation, title=Post.Title.SECRETARY, holder_name=name)
    elected = organisation.elected_on
    post.starts_on = elected.day if elected is not None and elected.precision == "day" else None
    post.put_sealed("phone", phone)
    writing.new_posts.append(post)
    writing.history(post, _filled(post, Post.HISTORY))


def _change_post(post: Post, writing: Writing, *, ends_on: dt.date | None = None, phone: str | None = None) -> None:
    before = audit.snapshot(post, Post.HISTORY)
    if ends_on is not None:
        post.ends_on = ends_on
    if phone is not None:
        post.put_sealed("phone", phone)
    if fields := _differing(post, before):
        post.version += 1
        writing.changed_posts.append(post)
        writing.history(post, fields)


def _differing(obj: Any, before: Mapping[str, Any]) -> dict[str, list[Any]]:
    after = audit.snapshot(obj, before)
    return {name: [old, after[name]] for name, old in before.items() if after[name] != old}


def _filled(obj: Any, columns: Iterable[str]) -> dict[str, list[Any]]:
    return {
        name: [None, value] for name, value in audit.snapshot(obj, columns).items() if value not in (None, "", [], {})
    }


def _date(text: Any) -> PartialDate | None:
    return PartialDate.from_iso(text) if text else None
