"""Another round for the unanswered: new dates, and whoever was put off is due at once. What is answered or handed in stays."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from audit import actions as audit
from core import clock
from core.actors import SYSTEM, Actor
from core.errors import Blocked, NotAllowed, UserError
from core.permissions import Permission
from sweeps import reminding
from sweeps.actions.opening import Due
from sweeps.enums import ItemState
from sweeps.models import Item, Return, Sweep
from sweeps.models.item import in_editable_return


def left(sweep: Sweep) -> tuple[int, int]:
    """How many people are unanswered, and how many returns are not handed in."""
    items = Item.objects.visible_to(SYSTEM).unanswered().filter(sweep=sweep)
    return items.count(), Return.objects.visible_to(SYSTEM).filter(sweep=sweep).silent().of_branches().count()


def ask_again(*, sweep: Sweep, due: Due, by: Actor, now: dt.datetime | None = None) -> int:
    """The unanswered once more, until ``due``: to-dos and reminders of the silent count from the new dates, and what had gone to
    the level above as overdue comes back from it. The number of people.

    Raises NotAllowed, Blocked, UserError (dates that are over, or in the wrong order).
    """
    now = now or clock.now()
    today = timezone.localdate(now)
    if not by.everything and not by.reaches(sweep.path, Permission.SETTINGS):
        raise NotAllowed("期限由县级改。")
    if not today <= due.branch <= due.town <= due.county:
        raise UserError("期限要按支部、乡镇、县的先后来，都不能早于今天。", "due_order")
    with transaction.atomic():
        locked: Sweep = Sweep.objects.visible_to(SYSTEM).select_for_update(of=("self",)).get(pk=sweep.pk)
        if not locked.is_open:
            raise Blocked([f"{locked}{locked.get_state_display()}。"])
        locked.branch_due_on, locked.town_due_on, locked.county_due_on = due.branch, due.town, due.county
        locked.save(update_fields=["branch_due_on", "town_due_on", "county_due_on"])
        unanswered = Item.objects.visible_to(SYSTEM).unanswered().filter(in_editable_return(), sweep=locked)
        unanswered.filter(state=ItemState.TRYING, next_on__gt=today).update(next_on=today, version=F("version") + 1)
        reminding.ask_all(locked, now)
        reminding.escalate(locked, now)
        number = unanswered.count()
        text = f"再查{locked}没核实的 {number} 人，支部期限 {due.branch:%Y-%m-%d}"
        audit.record("sweep_again", text, by=by, subject=locked, organisation_id=locked.organisation_id, now=now)
        return number
