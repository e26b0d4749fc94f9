"""What the stations do when the register changes below them: their people follow, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Q

from branches.models import Organisation
from core.lookups import Among
from members.models import Journey, Member
from stations import presence
from stations.actions import asking
from stations.models import CheckIn, Station, StationPost


def journeys_written(*, ids: Sequence[int], **_: Any) -> None:
    """Stays began, ended or lead elsewhere."""
    registered = presence.follow(ids)
    if registered:
        asking.settle(list(Journey.objects.unscoped().filter(Among(F("id"), registered)).select_related("member")))


def journeys_removed(*, members: Sequence[int], **_: Any) -> None:
    presence.refresh(members)


def members_placed(*, ids: Sequence[int], **_: Any) -> None:
    presence.refresh(ids)


def members_made(*, ids: Sequence[int], **_: Any) -> None:
    """Of new records those count that were made in a branch which a station leans on; a stay is told of by itself."""
    cores = list(Station.objects.open().filter(core__isnull=False).values_list("core", flat=True))
    if not cores:
        return
    for start in range(0, len(ids), presence.CHUNK):
        part = Member.objects.unscoped().filter(Among(F("id"), ids[start : start + presence.CHUNK]))
        inside = part.filter(Q(home__in=cores) | Q(care__in=cores))
        if found := list(inside.values_list("pk", flat=True)):
            presence.refresh(found)


def member_restricted(*, member: Member, **_: Any) -> None:
    presence.refresh([member.pk])


def member_merged(*, kept: Member, gone: Member, **_: Any) -> None:
    """Also when a merge is taken back: a check-in is of whoever the stay is of."""
    for one in (kept, gone):
        mine = CheckIn.objects.unscoped().filter(journey__member=one).exclude(member=one)
        CheckIn.objects.unscoped().filter(pk__in=list(mine.values_list("pk", flat=True))).update(member=one)
    presence.refresh([kept.pk, gone.pk])
    registered = CheckIn.objects.unscoped().filter(member__in=[kept, gone]).values("journey")
    asking.settle(list(Journey.objects.unscoped().filter(pk__in=registered).select_related("member")))


def members_bound(*, ids: Sequence[int], **_: Any) -> set[int]:
    """Who was registered at a station, or has an office there, stays when the import that brought the person is taken back."""
    bound: set[int] = set()
    for rows in (CheckIn.objects.unscoped(), StationPost.objects.unscoped()):
        bound.update(rows.filter(member__in=ids).values_list("member_id", flat=True))
    return bound


def closing_blockers(*, organisation: Organisation, **_: Any) -> list[str]:
    """An organisation that stations lean on, or are kept by, is not closed in the middle of it."""
    leaning = Station.objects.open().filter(Q(core=organisation) | Q(keeper=organisation)).official()
    names = list(leaning.values_list("name", flat=True)[:3])
    return [f"还有驿站依托它或由它管理（{'、'.join(names)}），请先在驿站的页面上改。"] if names else []
