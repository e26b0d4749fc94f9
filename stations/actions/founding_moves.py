"""What every act on a founding does: lock it, save it with its history, move it on, tell the log and whose turn it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from audit import actions as audit
from branches.models import Organisation
from core import transitions
from core.actors import Actor
from core.errors import NotAllowed
from core.paths import WIDTH
from core.permissions import Permission
from core.transitions import Transition
from inbox.actions import close_todo, raise_todo, tell
from stations.founding_enums import FoundingState
from stations.models import Founding

AT_COUNTY = {FoundingState.SUBMITTED: "请求成立{}，请审批", FoundingState.APPROVED: "{}已经批准，请办理成立"}
NEWS = {
    FoundingState.APPROVED: "已经批准成立",
    FoundingState.REFUSED: "没有批准，原因写在里面",
    FoundingState.DONE: "已经成立，党员已编入",
}


def locked(founding: Founding, by: Actor) -> Founding:
    """The row as it is now, held until the transaction ends. Raises NotAllowed."""
    rows = Founding.objects.visible_to(by, Permission.ORGANISE).select_for_update(of=("self",))
    found = rows.select_related("organisation", "superior", "secretary", "made").filter(pk=founding.pk).first()
    if found is None:
        raise NotAllowed
    return found


def save(
    founding: Founding, before: Mapping[str, Any], kind: str, text: str, *, by: Actor, now: dt.datetime
) -> Founding:
    """Save, write history and event; nothing at all where nothing differs."""
    if audit.snapshot(founding, Founding.HISTORY) != before:
        founding.version += 1
        founding.save()
        audit.changed(founding, before, by=by, now=now)
        record(kind, text, founding, by, now)
    return founding


def move(
    founding: Founding, transition: Transition, text: str, *, by: Actor, now: dt.datetime,
    values: Mapping[str, Any] | None = None,
) -> Founding:  # fmt: skip
    """Take the transition with what belongs to it. A move that was taken already is no error. Raises WrongState."""
    if founding.state == transition.target:
        return founding
    before = audit.snapshot(founding, Founding.HISTORY)
    for name, value in (values or {}).items():
        setattr(founding, name, value)
    founding.version += 1
    founding.save()
    moved = transitions.apply(founding, transition, by=by, now=now, record=transitions.unrecorded)
    audit.changed(moved, before, by=by, now=now)
    record(f"founding_{transition.name}", text, moved, by, now)
    _tell(moved, by, now)
    return moved


def record(kind: str, text: str, founding: Founding, by: Actor, now: dt.datetime) -> None:
    audit.record(kind, text, by=by, subject=founding, organisation_id=founding.organisation_id, now=now)


def _tell(founding: Founding, by: Actor, now: dt.datetime) -> None:
    """Whose turn it is now, and what came of it for those who prepared it."""
    cause, link = f"founding:{founding.public_id}", ("founding-detail", [founding.public_id])
    county = Organisation.objects.get(path=founding.path[:WIDTH])
    if founding.state in AT_COUNTY:
        text = AT_COUNTY[FoundingState(founding.state)].format(founding)[:200]
        raise_todo(cause, county, text, link=link, by=by, now=now)
    else:
        close_todo(cause, now=now)
    if founding.state in NEWS and founding.organisation_id != county.pk:
        tell(founding.organisation, f"{founding}"[:60], NEWS[FoundingState(founding.state)], link=link, by=by, now=now)
