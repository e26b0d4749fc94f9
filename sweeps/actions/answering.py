"""Answers about the known people: one person at a time, undone, put off; and "as they were" for those of whom nothing ran out."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from audit import actions as audit
from branches import rules
from core import clock
from core.actors import SYSTEM, Actor
from core.errors import Blocked, NotAllowed, UserError
from core.ids import new_id
from core.permissions import Permission
from members.actions import answers
from members.actions.people import set_party_status
from members.actions.rows import proof
from members.enums import EVIDENCE_LABELS, JourneyState, Source
from members.freshness import proved_since
from members.ledgers.records import Places
from members.models import Freshness, Member
from sweeps import following
from sweeps.actions.telling import day_in, plain, told_by
from sweeps.enums import Answer, ItemState, NotReached, Route, Way
from sweeps.models import Item, Return, Sweep
from sweeps.models.item import in_editable_return
from sweeps.rules import RETRY_DAYS

ENDED = {
    Answer.RETURNED: JourneyState.RETURNED,
    Answer.TRANSFERRED: JourneyState.TRANSFERRED,
}
OF_AN_ANSWER = (
    "ask", "state", "answer", "way", "not_reached", "tries", "next_on", "note", "on_behalf", "answered_at", "answered_by", "deed",
    "version",
)  # fmt: skip
NO_WAY_BACK = (Answer.DECEASED, Answer.NEW)  # taken back in the person file, by those who decide


@dataclass(frozen=True)
class Given:
    """What was learned of one person. ``answer`` None: it follows from whether any value differs.

    ``values``: columns as typed; ``confirmed``: fields of evidence that are as they were; ``unknown``: those of which
    nothing is registered and nobody could say: answered, not proved; ``on``: when it happened; ``since``: since when nobody
    can reach the person; ``on_behalf``: who told it, when the level above keys it in.
    """

    answer: Answer | None = None
    way: Way = Way.PHONE
    values: Mapping[str, Any] = field(default_factory=dict)
    confirmed: Collection[str] = ()
    unknown: Collection[str] = ()
    on: str = ""
    since: str = ""
    note: str = ""
    on_behalf: str = ""

    @property
    def mark(self) -> str:
        """Tells one answer from another. Keyed, because a bare digest of a phone number gives the number away."""
        said = {**asdict(self), "confirmed": sorted(self.confirmed), "unknown": sorted(self.unknown)}
        text = json.dumps(said, sort_keys=True, default=str)
        return salted_hmac("sweeps.answering", text, algorithm="sha256").hexdigest()[:16]


class Taken(UserError):
    """Somebody else was first: what he answered, and when."""


def blockers_to_answer(item: Item, of: Return) -> list[str]:
    """Why nothing can be answered about this person now."""
    if not item.sweep.is_open:
        return [f"{item.sweep}{item.sweep.get_state_display()}，不能再填。以后的变化请到档案里登记，会记作勘误。"]
    if not of.is_editable:
        return [f"{of.organisation.short_name}的报表{of.get_state_display()}，要改请先撤回或请上级退回。"]
    return []


def answer(
    *, sweep: Sweep, member: Member, given: Given, by: Actor, version: int | None = None, now: dt.datetime | None = None,
    held: Item | None = None,
) -> Item:  # fmt: skip
    """Answer the item of ``member``, write what was learned into the register, and prove what was confirmed.

    The same answer again, word for word, changes nothing. ``held``: the item, when the caller's transaction has it by :func:`hold`.
    Raises NotAllowed, Blocked, UserError, Taken (``version`` is old).
    """
    now = now or clock.now()
    with transaction.atomic(savepoint=held is None):
        item = held or hold(by, sweep=sweep, member=member)
        of = item.of
        if version is not None and version != item.version and item.is_answered:
            if same(item, given, by):
                return item
            raise Taken(_who_answered(item), "taken")
        if blockers := blockers_to_answer(item, of):
            raise Blocked(blockers)
        if item.is_answered:
            _unlearn(item, by, now)
            item = hold(by, sweep=sweep, member=member)  # the member is as before the first answer
        _require_whole(item, given)
        told = told_by(of, given.on_behalf, by)
        deed = new_id() + given.mark
        outcome = _learn(item, given, by, deed, now)
        item.state, item.answer, item.way, item.deed = ItemState.ANSWERED, outcome, given.way, deed
        item.note, item.on_behalf, item.not_reached, item.next_on = plain(given.note), told, "", None
        item.answered_at, item.answered_by = now, by.ref
        _save(item)
        _tell("sweep_answered", f"核实{item.member.name}：{Answer(outcome).label}", item, of, by, now)
        return item


def not_reached(
    *, sweep: Sweep, member: Member, reason: str, by: Actor, on_behalf: str = "", version: int | None = None,
    now: dt.datetime | None = None, held: Item | None = None,
) -> Item:  # fmt: skip
    """Tried without success: the card comes back in a few days. The same try sent twice counts once. ``held`` as in :func:`answer`."""
    now = now or clock.now()
    if reason not in NotReached.values:
        raise UserError("请选择没联系上的原因。", "invalid")
    with transaction.atomic(savepoint=held is None):
        item = held or hold(by, sweep=sweep, member=member)
        of = item.of
        if version is not None and version != item.version:
            if item.state == ItemState.TRYING and item.not_reached == reason:
                return item
            raise Taken(_who_answered(item), "taken")
        if blockers := blockers_to_answer(item, of):
            raise Blocked(blockers)
        if item.is_answered:
            raise Blocked([_who_answered(item)])
        told = told_by(of, on_behalf, by)
        days = rules.value(RETRY_DAYS.key, of.organisation, timezone.localdate(now))
        item.state, item.not_reached, item.tries = ItemState.TRYING, reason, item.tries + 1
        item.next_on, item.on_behalf = timezone.localdate(now) + dt.timedelta(days=days), told
        _save(item)
        _tell("sweep_tried", f"没联系上{item.member.name}：{NotReached(reason).label}", item, of, by, now)
        return item


def undo(
    *, sweep: Sweep, member: Member, by: Actor, version: int | None = None, now: dt.datetime | None = None
) -> Item:
    """Take the answer (or the try) back, with what it wrote in the register. Raises NotAllowed, Blocked, Taken."""
    now = now or clock.now()
    with transaction.atomic():
        item = hold(by, sweep=sweep, member=member)
        of = item.of
        if item.state == ItemState.OPEN:
            return item
        if version is not None and version != item.version:
            raise Taken(_who_answered(item), "taken")
        if blockers := blockers_to_answer(item, of):
            raise Blocked(blockers)
        if item.is_answered:
            _unlearn(item, by, now)
            fresh = Freshness.objects.visible_to(SYSTEM).filter(member=item.member_id).first()
            item.ask = item.asked & ~proved_since(fresh, item.sweep.on)
        else:
            item.tries = max(item.tries - 1, 0)
        item.state, item.answer, item.way, item.deed = ItemState.OPEN, "", "", ""
        item.not_reached, item.next_on, item.note, item.on_behalf = "", None, "", ""
        item.answered_at, item.answered_by = None, ""
        _save(item)
        _tell("sweep_undone", f"撤回对{item.member.name}的核实", item, of, by, now)
        return item


def last_of(sweep: Sweep, path: str, by: Actor) -> Item | None:
    """What ``by`` answered last at this organisation: what "撤回上一个" means."""
    mine = Item.objects.visible_to(by, Permission.EDIT).filter(sweep=sweep, path=path, state=ItemState.ANSWERED)
    mine = mine.filter(answered_by__startswith=f"{by.id} ").exclude(answer__in=NO_WAY_BACK).exclude(deed="")
    return mine.select_related("member", "sweep").order_by("-answered_at", "-pk").first()


def fresh(of: Return, by: Actor) -> Any:
    """Those of whom nothing has run out, not yet answered."""
    return Item.objects.visible_to(by, Permission.EDIT).unanswered().filter(
        sweep=of.sweep_id, path=of.path, route=Route.FRESH, ask=0
    )  # fmt: skip


def confirm_all(*, of: Return, by: Actor, on_behalf: str = "", now: dt.datetime | None = None) -> int:
    """ "都没有变化" for those of whom nothing has run out: answered at once. It proves nothing anew: their evidence is what it is.

    The number answered. Raises NotAllowed, Blocked, UserError.
    """
    now = now or clock.now()
    with transaction.atomic():
        mine = locked_return(of, by)
        if not mine.is_editable:
            raise Blocked([f"{mine.organisation.short_name}的报表{mine.get_state_display()}，不能再填。"])
        told = told_by(mine, on_behalf, by)
        number = int(
            fresh(mine, by).update(
                state=ItemState.ANSWERED, answer=Answer.UNCHANGED, way=Way.RECORD, answered_at=now, answered_by=by.ref,
                on_behalf=told, next_on=None, not_reached="", version=F("version") + 1,
            )
        )  # fmt: skip
        if number:
            audit.record(
                "sweep_confirmed", f"{mine.organisation.short_name}：{number} 人都没有变化", by=by, subject=mine,
                organisation_id=mine.organisation_id, now=now,
            )  # fmt: skip
        return number


# -- what they share ----------------------------------------------------------------------------


def hold(by: Actor, **wanted: Any) -> Item:
    """The item that ``wanted`` names and its member, held until the transaction ends, with all that an answer needs. The stay is
    read along and not held, as an outer join cannot be: the writer refuses to write over what somebody else makes of it
    meanwhile. Raises NotAllowed."""
    items = Item.objects.visible_to(by, Permission.EDIT).visible_through("member", by, Permission.EDIT)
    items = items.filter(member__merged_into__isnull=True, **wanted).for_an_answer()
    try:
        return items.select_for_update(of=("self", "member")).get()
    except Item.DoesNotExist:
        raise NotAllowed from None


def locked_return(of: Return, by: Actor) -> Return:
    """The return, held. Raises NotAllowed."""
    mine = Return.objects.visible_to(by, Permission.EDIT).select_related("organisation", "sweep")
    found = mine.select_for_update(of=("self",)).filter(pk=of.pk).first()
    if found is None:
        raise NotAllowed
    return found


def same(item: Item, given: Given, by: Actor) -> bool:
    """Whether this is the answer that stands there already, word for word and from the same hand."""
    mine = item.answered_by is not None and item.answered_by.id == by.id
    return mine and item.deed.endswith(given.mark)


def _who_answered(item: Item) -> str:
    if not item.is_answered:
        return f"刚才有人对{item.member.name}做了登记，请刷新页面看看。"
    at = timezone.localtime(item.answered_at) if item.answered_at else None
    return f"{item.answered_by}已于 {at:%m-%d %H:%M} 登记{item.member.name}“{item.get_answer_display()}”。要改请先打开看看。"


def _require_whole(item: Item, given: Given) -> None:
    """An answer "as is" or "changed" speaks of every field that is asked."""
    if given.answer not in (None, Answer.UNCHANGED, Answer.CHANGED):
        return
    told = proof(given.values, given.confirmed) | set(given.unknown)
    if missing := [EVIDENCE_LABELS[name] for name in item.fields_to_ask if name not in told]:
        raise UserError(f"还有没选的：{'、'.join(missing)}。没变就点“没变”，变了请填新的。", "incomplete")


def _learn(item: Item, given: Given, by: Actor, deed: str, now: dt.datetime) -> Answer:
    today = timezone.localdate(now)
    if given.answer == Answer.DECEASED:
        set_party_status(member=item.member, status="deceased", on=day_in(given.on), by=by, now=now)
        return Answer.DECEASED
    ended = ENDED.get(given.answer) if given.answer else None
    since = (given.since or today.isoformat()) if given.answer == Answer.UNREACHABLE else None
    places = Places()
    places.know_county(item.path, item.county_region)  # type: ignore[attr-defined] # annotated where the card is found
    changes = answers.learn(
        member=item.member, stay=item.stay, values=given.values, confirmed=given.confirmed, by=by, source=Source.SWEEP, deed=deed, now=now,
        places=places, ended=ended, on=given.on, unreachable_since=since, note=plain(given.note),
    )  # fmt: skip
    if item.asked_elsewhere:  # type: ignore[attr-defined] # annotated where the card is found
        proofs = {item.member_id: frozenset(proof(given.values, given.confirmed))}
        following.proved_in(item.sweep, proofs, proofs if changes else (), by, now)
    if given.answer in (None, Answer.UNCHANGED, Answer.CHANGED):
        return Answer.CHANGED if changes else Answer.UNCHANGED
    return given.answer


def _unlearn(item: Item, by: Actor, now: dt.datetime) -> None:
    if item.answer in NO_WAY_BACK:
        raise Blocked([f"“{item.get_answer_display()}”不能在这里撤回，请到档案里改。"])
    if item.deed:
        answers.unlearn(member=item.member, deed=item.deed, by=by, now=now)


def _save(item: Item) -> None:
    """Written only while the return is being filled in: somebody may have handed it in while this waited for the item."""
    item.version += 1
    rows = Item.objects.visible_to(SYSTEM).filter(in_editable_return(item.of.pk), pk=item.pk)
    if not rows.update(**{name: getattr(item, name) for name in OF_AN_ANSWER}):
        raise Blocked(["刚才这份报表已经上报，没有保存。要改请先撤回。"])


def _tell(kind: str, text: str, item: Item, of: Return, by: Actor, now: dt.datetime) -> None:
    where = None if item.restricted else of.organisation_id
    audit.record(
        kind, text, by=by, subject=item.member, organisation_id=where, data={"sweep": item.sweep.public_id}, now=now
    )
