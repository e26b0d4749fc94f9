"""What every step of a journey has in common: who may take it, what it leaves behind, and how it is taken back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q

from audit.models import Change
from core import clock
from core.actors import Actor
from core.errors import Blocked, NotAllowed
from core.ids import new_id
from core.permissions import Permission
from core.transitions import Transition
from members.actions import rows, waiting
from members.actions.people import carry_paths
from members.checks import check
from members.enums import HOST_STEPS, NOTES, Source, StepKind
from members.ledgers.restoring import restore
from members.models import Journey, JourneyStep, Member, Transfer
from members.writing import Writer

UNDO_WITHIN = dt.timedelta(days=1)
UNDO = "undo_step"  # source of the changes that take a step back


def keeps(journey: Journey, by: Actor) -> bool:
    """Whether ``by`` looks after the side that keeps the journey: the home of one out, the receiving branch of one in."""
    return by.reaches(journey.keeper_path, Permission.EDIT)


def require_keeper(journey: Journey, by: Actor) -> None:
    if not keeps(journey, by):
        raise NotAllowed("这一步由组织关系所在的党组织办理。")


def require_host(journey: Journey, by: Actor) -> None:
    if not journey.host_path or not by.reaches(journey.host_path, Permission.EDIT):
        raise NotAllowed("报到由流入地党组织确认。")


def blockers_to_take(journey: Journey, move: Transition) -> list[str]:
    """Why a journey cannot take this step from the state it is in."""
    if journey.state in move.sources:
        return []
    if journey.is_open:
        return [f"现在是“{journey.get_state_display()}”，还不能{move.label}。"]
    return [f"这段经历已经是“{journey.get_state_display()}”。"]


def begin(by: Actor, now: dt.datetime, *, source: str = "edit", evidence: Source = Source.EDIT) -> Writer:
    """The writer of one step: everything it writes can be found again by its batch."""
    return rows.writer(by, now, source=source, batch=new_id(), evidence=evidence)


def leave(
    journey: Journey, kind: StepKind, writer: Writer, *, on: str | None, text: str = "", event: str = "journey_step"
) -> JourneyStep:
    """Write what the step collected, its line on the journey's page, its event, and bring the to-dos up to date."""
    rows.flush(writer)
    clean = check(JourneyStep, {"text": text}).require()
    step = JourneyStep.objects.create(
        journey=journey, kind=kind, on=on, text=clean["text"], batch=writer.batch, by=writer.by.ref, at=writer.now
    )
    waiting.refresh(journey, now=writer.now)
    rows.tell(
        event, f"{journey.member.name}的{journey.get_direction_display()}：{StepKind(kind).label}", journey.member,
        by=writer.by, now=writer.now, data={"journey": journey.public_id, "step": step.public_id},
    )  # fmt: skip
    return step


# -- taking back --------------------------------------------------------------------------------


def blockers_to_undo(step: JourneyStep, now: dt.datetime) -> list[str]:
    """Why a step can no longer be taken back as a whole."""
    if step.undone_at is not None:
        return ["这一步已经撤销。"]
    if now - step.at > UNDO_WITHIN:
        return ["登记已经超过一天，不能撤销了；需要更正的请直接修改。"]
    later = JourneyStep.objects.unscoped().filter(journey=step.journey_id, undone_at__isnull=True, pk__gt=step.pk)
    if step.kind not in NOTES and later.exists():
        return ["后面又登记了别的情况，请先撤销后面的。"]
    if _touched_since(step):
        return ["这一步以后又有人改过，不能整体撤销了；需要更正的请直接修改。"]
    return []


def _touched_since(step: JourneyStep) -> bool:
    """Whether a record that the step wrote has changed since, other than by steps that were taken back."""
    taken_back = JourneyStep.objects.unscoped().filter(journey=step.journey_id, undone_at__isnull=False)
    own = Change.objects.unscoped().filter(batch=step.batch).values_list("object_id", "version")
    later = Q(pk__in=())
    for public_id, version in own:
        later |= Q(object_id=public_id, version__gt=version)
    changes = Change.objects.unscoped().filter(later).exclude(source=UNDO).exclude(batch=step.batch)
    return changes.exclude(batch__in=list(taken_back.values_list("batch", flat=True))).exists()


def may_undo(step: JourneyStep, by: Actor) -> bool:
    """The side whose step it is, and whoever wrote it. An arrival without a host of ours was registered at a station."""
    journey = step.journey
    if step.kind in HOST_STEPS and journey.host_path:
        return by.reaches(journey.host_path, Permission.EDIT)
    return keeps(journey, by) or (step.by is not None and step.by.id == by.id)


def undo_step(*, step: JourneyStep, by: Actor, now: dt.datetime | None = None) -> Journey | None:
    """Everything as it was before the step. None where the step had opened the journey, which is gone then.

    Raises NotAllowed, Blocked.
    """
    now = now or clock.now()
    with transaction.atomic():
        step = rows.locked(step, by)
        journey, member = step.journey, step.journey.member
        if not may_undo(step, by):
            raise NotAllowed("由登记这一步的党组织撤销。")
        if blockers := blockers_to_undo(step, now):
            raise Blocked(blockers)
        waiting.close_all(journey, now=now)
        restore(step.batch, by=by, now=now, source=UNDO, sure=True)
        for transfer in Transfer.objects.unscoped().open().filter(member=member):
            Transfer.objects.unscoped().filter(pk=transfer.pk).update(answered_at=None, answered_by="")
            waiting.refresh_transfer(transfer, now=now)
        text = f"撤销{member.name}的{journey.get_direction_display()}登记：{step.get_kind_display()}"
        rows.tell("journey_step_undone", text, member, by=by, now=now, data={"journey": journey.public_id})
        fresh = Journey.objects.unscoped().filter(pk=journey.pk).first()
        if fresh is None:
            return None
        _follow(fresh.member)
        JourneyStep.objects.unscoped().filter(pk=step.pk).update(undone_at=now, undone_by=by.ref)
        waiting.refresh(fresh, now=now)
        return fresh


def _follow(member: Member) -> None:
    """What hangs on a person is seen where the person is again."""
    if member.path:
        carry_paths(member.pk, member.path, guest=member.is_guest)
