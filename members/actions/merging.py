"""Two records of one person become one. Both histories stay, the old address leads on, and it can be taken back
until one of the records is changed again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from audit.models import Event
from core import clock, hooks
from core.actors import Actor
from core.errors import Blocked, UserError
from core.ids import new_id
from members.actions import rows
from members.actions.undoing import freshen, set_paths
from members.enums import OPEN_LOST_STATES, Direction, JourneyState
from members.models import Evidence, Journey, LostContact, Member, Membership, Transfer
from members.writing import Writer, name_columns

# What the form asks about, field by field. "place" is the membership: home, or receiving branch of a guest.
FIELDS = (
    "name", "sex", "nation", "birth_date", "education", "kind", "joined_on", "confirmed_on", "party_status", "identity",
    "phone", "home_address", "dues_paid_to", "note",
)  # fmt: skip
PLACE = "place"
PLACE_COLUMNS = ("home_id", "home_path", "care_id", "care_path")
KEPT, GONE = "kept", "gone"


def merge_blockers(kept: Member, gone: Member) -> list[str]:
    """Why these two records cannot become one."""
    if kept.pk == gone.pk:
        return ["这是同一份档案。"]
    if kept.merged_into_id or gone.merged_into_id:
        return ["其中一份已经合并到别的档案。"]
    # Unscoped: both persons were found within the scope.
    if Transfer.objects.unscoped().open().filter(member__in=[kept, gone]).exists():
        return ["有一份档案的组织关系正在转接，请等对方接收，或先撤回。"]
    return [sentence for found in hooks.merge_blockers.call(kept=kept, gone=gone) for sentence in found]


def open_twice(kept: Member, gone: Member) -> list[tuple[Journey, Journey]]:
    """Pairs of open journeys in one direction, (kept's, gone's): somebody must say which one goes on."""
    pairs = []
    # Unscoped: both persons were found within the scope.
    journeys = {
        (journey.member_id, journey.direction): journey
        for journey in Journey.objects.unscoped().filter(member__in=[kept, gone]).open()
    }
    for direction in Direction.values:
        mine, theirs = journeys.get((kept.pk, direction)), journeys.get((gone.pk, direction))
        if mine and theirs:
            pairs.append((mine, theirs))
    return pairs


def merge(
    *, kept: Member, gone: Member, by: Actor, choose: Mapping[str, str] | None = None, open_journey: str = "",
    now: dt.datetime | None = None,
) -> Member:  # fmt: skip
    """Put ``gone`` into ``kept``: journeys, lost contacts, memberships and evidence follow; no number is lost.

    ``choose``: field of :data:`FIELDS` or :data:`PLACE` -> "kept" | "gone" (left out: kept, or gone where kept has none).
    ``open_journey``: which one goes on when both have an open one; the other is closed today.
    Raises NotAllowed, Blocked, UserError (``open_journey_missing``).
    """
    now = now or clock.now()
    choose = dict(choose or {})
    with transaction.atomic():
        kept, gone = _locked_pair(kept, gone, by)
        for one in (kept, gone):
            rows.require_home(one, by)
        if blockers := merge_blockers(kept, gone):
            raise Blocked(blockers)
        pairs = open_twice(kept, gone)
        if pairs and open_journey not in (KEPT, GONE):
            raise UserError("两份档案各有一段没有结束的流动经历，请选择保留哪一段。", "open_journey_missing")
        batch = new_id()
        writer = rows.writer(by, now, source="merge", batch=batch)
        for mine, theirs in pairs:
            ended = theirs if open_journey == KEPT else mine
            writer.change(
                Journey, rows.row_of(ended), {"state": JourneyState.CLOSED.value, "ended_on": writer.on.isoformat()}
            )
        values = chosen_columns(kept, gone, choose)
        writer.change(Member, rows.row_of(gone), {"merged_into_id": kept.pk})
        writer.change(Member, rows.row_of(kept), values)
        rows.flush(writer)
        moved = _repoint(kept, gone, {**rows.row_of(kept), **values}, writer)
        kept, gone = _locked_pair(kept, gone, by)
        hooks.member_merged.call(kept=kept, gone=gone, by=by)
        _tell(kept, gone, batch, moved, by=by, now=now)
        return kept


def _locked_pair(kept: Member, gone: Member, by: Actor) -> tuple[Member, Member]:
    """Both locked, in one order whoever asks."""
    found = {one.pk: rows.locked(one, by) for one in sorted((kept, gone), key=lambda one: one.pk)}
    return found[kept.pk], found[gone.pk]


# -- which values stay ---------------------------------------------------------------------------


def default_side(kept: Member, gone: Member, name: str) -> str:
    """The kept record's value, unless it has none."""
    if name == PLACE:
        return GONE if kept.is_guest and not gone.is_guest else KEPT
    return GONE if not rows.now_in(kept, name) and rows.now_in(gone, name) else KEPT


def chosen_columns(kept: Member, gone: Member, choose: Mapping[str, str]) -> dict[str, Any]:
    """The columns of ``kept`` that take another value."""
    sides = {name: choose.get(name) or default_side(kept, gone, name) for name in (*FIELDS, PLACE)}
    values = {name: rows.now_in(gone, name) for name in FIELDS if sides[name] == GONE}
    changes = rows.differing(kept, values)
    if (others := _all_phones(kept, gone, changes)) != kept.reveal("other_phones"):
        changes["other_phones"] = others
    if gone.restricted and not kept.restricted:
        changes["restricted"] = True  # 限制知悉 never ends by the way
    columns = rows.columns(Member, kept.public_id, changes)
    if "name" in changes:
        columns.update(name_columns(changes["name"]))
    if sides[PLACE] == GONE:
        columns.update({column: getattr(gone, column) for column in PLACE_COLUMNS})
    return columns


def _all_phones(kept: Member, gone: Member, changes: Mapping[str, Any]) -> str:
    """Every phone of both records but the chosen one: nothing is lost, the clerk tidies up later."""
    main = changes.get("phone", kept.reveal("phone"))
    numbers = [
        *kept.reveal("other_phones").split(","), kept.reveal("phone"), gone.reveal("phone"),
        *gone.reveal("other_phones").split(","),
    ]  # fmt: skip
    return ",".join(dict.fromkeys(one for one in numbers if one and one != main))


# -- what hangs on the record that goes -----------------------------------------------------------


def _repoint(kept: Member, gone: Member, after: Mapping[str, Any], writer: Writer) -> dict[str, list[int]]:
    """Hang everything of ``gone`` on ``kept``; the primary keys moved, for undo. Unscoped: both rows are locked in scope."""
    taken_over = after["home_id"] == gone.home_id and after["care_id"] == gone.care_id
    loser = kept if taken_over and (kept.home_id, kept.care_id) != (gone.home_id, gone.care_id) else gone
    ending = Membership.objects.unscoped().filter(member=loser, ends_on__isnull=True)
    ending.update(ends_on=writer.on, ended_batch=writer.batch)
    lost = LostContact.objects.unscoped()
    both_lost = lost.filter(member=kept, state__in=OPEN_LOST_STATES).exists()
    # A second open spell stays with the old record, where its history tells of it.
    spells = lost.filter(member=gone).exclude(state__in=OPEN_LOST_STATES if both_lost else ())
    moved = {
        "journeys": _move(Journey.objects.unscoped().filter(member=gone), kept),
        "lost": _move(spells, kept),
        "memberships": _move(Membership.objects.unscoped().filter(member=gone), kept),
        "evidence": _move(Evidence.objects.unscoped().filter(member=gone), kept),
    }
    lost.filter(member=gone).update(home_path="")  # out of every list; undo gives it back
    set_paths(kept.pk, after["home_path"], after["care_path"])
    freshen([kept.pk, gone.pk])
    return moved


def _move(queryset: Any, to: Member) -> list[int]:
    keys = list(queryset.order_by("pk").values_list("pk", flat=True))
    if keys:
        queryset.model.objects.unscoped().filter(pk__in=keys).update(member=to)
    return keys


def _tell(
    kept: Member, gone: Member, batch: str, moved: Mapping[str, Sequence[int]], *, by: Actor, now: dt.datetime
) -> None:
    """The event carries what undo needs: ids and versions only."""
    journeys = Journey.objects.unscoped().filter(member=kept)
    spells = LostContact.objects.unscoped().filter(pk__in=moved["lost"])
    touched = [kept, gone, *journeys, *spells]
    rows.tell(
        "member_merged", f"两份档案合并：{gone.name}并入{kept.name}", kept, subject=gone, by=by, now=now,
        data={
            "batch": batch,
            "kept": kept.public_id,
            "moved": {name: list(keys) for name, keys in moved.items()},
            "versions": {one.public_id: one.version for one in touched},
        },
    )  # fmt: skip


def merge_event(gone: Member) -> Event | None:
    """The latest merge of this record. Unscoped: reached through a record in scope, and only ids are read."""
    events = Event.objects.unscoped().filter(
        subject_type=Member._meta.label_lower, subject_id=gone.public_id, kind="member_merged"
    )
    return events.order_by("-at", "-pk").first()
