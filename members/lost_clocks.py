"""The clocks of lost contact: who is due for which proposal on a day, and since when somebody has not been heard of.

The conditions are SQL over whole tables, for a single page and for the weekly monitor alike. Months and years are rules
that a county or town may set. The portal proposes; people decide. Unpaid dues alone propose nothing: they only date
the beginning of a spell that somebody has registered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, DateField, Q

from branches.rules import expression
from core.domain.dates import PartialDate, months_between, months_full_since
from core.rules import Rule
from members.enums import CONTACT_SOURCES, OPEN_STATES, Direction, LostActKind, LostState, Mobility, Source
from members.models import Evidence, LostContact, Member
from members.rules import ABROAD_YEARS, LOST_MONTHS, STOP_TO_REMOVAL_YEARS

PROBATIONARY = "2"  # 预备党员
YEAR = 12
# Whole years; the national statistics count lost members in these bands (中国共产党党内统计年报表).
BANDS = ((1, "6个月以上不满1年"), (6, "1年至5年"), (11, "6年至10年"), (10_000, "11年及以上"))


def _bound(rule: Rule, on: dt.date, months: int, path: str, kind: str, *, partial: bool) -> Any:
    """SQL: the latest beginning from which the rule's time (in units of ``months``) is over on a day, for each row."""

    def latest(value: Any) -> Any:
        found = months_full_since(on, value * months)
        return found.isoformat() if partial else found

    field = CharField(max_length=10) if partial else DateField()
    return expression(rule.key, on, path=path, kind=kind, value=latest, output_field=field)


def _spells(state: LostState) -> Q:
    """Spells of members of ours whose membership goes on."""
    return Q(
        state=state,
        member__home__isnull=False,
        member__merged_into__isnull=True,
        member__party_status__in=Member.COUNTED,
    )


def due_to_confirm(on: dt.date) -> Q:
    """联系不上 for the months of the rule: the committee above may confirm 失联."""
    bound = _bound(LOST_MONTHS, on, 1, "home_path", "member__home__kind", partial=True)
    return _spells(LostState.COUNTING) & Q(since__lte=bound)


def due_to_stop(_on: dt.date) -> Q:
    """Confirmed 失联: 停止党籍 is to be decided."""
    return _spells(LostState.LOST) & ~Q(member__kind=PROBATIONARY)


def due_to_cancel(_on: dt.date) -> Q:
    """Confirmed 失联 of a 预备党员: the candidacy ends instead."""
    return _spells(LostState.LOST) & Q(member__kind=PROBATIONARY)


def due_to_remove(on: dt.date) -> Q:
    """停止党籍 for the years of the rule and nothing heard: 按自行脱党除名. An open application keeps it back."""
    bound = _bound(STOP_TO_REMOVAL_YEARS, on, YEAR, "home_path", "member__home__kind", partial=False)
    return _spells(LostState.STOPPED) & Q(applied_on__isnull=True, decided_on__lte=bound)


def abroad_too_long(on: dt.date) -> Q:
    """Journeys: abroad for the years of the rule. Whether it is private, and so 停止党籍, is for people to say."""
    bound = _bound(ABROAD_YEARS, on, YEAR, "home_path", "home__kind", partial=True)
    return Q(
        direction=Direction.OUT,
        state__in=OPEN_STATES,
        mobility=Mobility.ABROAD,
        left_on__lte=bound,
        member__home__isnull=False,
        member__merged_into__isnull=True,
        member__party_status__in=("normal", "reinstated"),
    )


# What is proposed of a spell, and when. Over ``LostContact``; at most one holds for a spell.
PROPOSALS: dict[LostActKind, Callable[[dt.date], Q]] = {
    LostActKind.CONFIRM: due_to_confirm,
    LostActKind.STOP: due_to_stop,
    LostActKind.CANCEL: due_to_cancel,
    LostActKind.REMOVE: due_to_remove,
}
_SOURCE = {
    LostState.COUNTING: (LostActKind.CONFIRM,),
    LostState.LOST: (LostActKind.STOP, LostActKind.CANCEL),
    LostState.STOPPED: (LostActKind.REMOVE,),
}


def proposed(lost: LostContact, on: dt.date) -> LostActKind | None:
    """What the clocks propose for one spell, which was found within the scope."""
    for kind in _SOURCE.get(LostState(lost.state), ()):
        if LostContact.objects.unscoped().filter(PROPOSALS[kind](on), pk=lost.pk).exists():
            return kind
    return None


def words(lost: LostContact, on: dt.date) -> str:
    """A spell's state for people: before it is confirmed, 联系不上 and for how many months."""
    label = lost.get_state_display()
    if lost.state != LostState.COUNTING or lost.since is None:
        return label
    months = months_between(lost.since.day, on)
    return f"{label} {months} 个月" if months > 0 else label


def band(since: PartialDate | None, on: dt.date) -> str:
    """失联时间 in the bands of the national statistics; "" before six months, or where the beginning is not known."""
    months = months_between(since.day, on) if since else 0
    if months < 6:
        return ""
    return next(label for years, label in BANDS if months < years * YEAR)


# -- since when ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sign:
    """The last that is known of somebody, of one kind."""

    on: PartialDate
    words: str


def signs_of_life(member: Member, on: dt.date) -> list[Sign]:
    """What is known until a day, the latest first: dues paid, a contact, an earlier finding.

    The forms count from the last organisation life attended or the last dues paid; what came later counts more. The
    member was found within the scope.
    """
    found = []
    if member.dues_paid_to and member.dues_paid_to.day <= on:
        found.append(Sign(member.dues_paid_to, "党费交至"))
    contact = Evidence.objects.unscoped().filter(member=member, source__in=CONTACT_SOURCES, on__lte=on)
    if last := contact.order_by("-on", "-pk").first():
        found.append(Sign(PartialDate(last.on), f"最近一次核实（{Source(last.source).label}）"))
    before = LostContact.objects.unscoped().filter(member=member, found_on__isnull=False).order_by("-found_on").first()
    if before and before.found_on:
        found.append(Sign(before.found_on, "上次取得联系"))
    return sorted(found, key=lambda sign: sign.on, reverse=True)
