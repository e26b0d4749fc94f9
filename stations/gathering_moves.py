"""What foundings and agreements do when the tree changes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from branches.models import Organisation
from core import clock
from core.actors import SYSTEM
from members.models import Member
from members.moves import carry
from stations.models import Agreement, Founding, FoundingMember, ProposalAside

COPIES: tuple[tuple[type[Any], str], ...] = (
    (Agreement, "path"),
    (Agreement, "partner_path"),
    (Founding, "path"),
    (ProposalAside, "path"),
)


def subtree_moved(*, old_path: str, new_path: str, **_: Any) -> None:
    carry(COPIES, old_path, new_path)


def closing_blockers(*, organisation: Organisation, **_: Any) -> list[str]:
    """An agreement in force needs somebody who keeps it."""
    kept = Agreement.objects.visible_to(SYSTEM).in_force(clock.today()).filter(organisation=organisation).count()
    return [f"还有 {kept} 份共管协议没有到期，请先终止。"] if kept else []


def members_bound(*, ids: Collection[int], **_: Any) -> set[int]:
    """Whoever was chosen for a mobile branch is not a slip of one import any more."""
    return set(FoundingMember.objects.visible_to(SYSTEM).filter(member__in=ids).values_list("member_id", flat=True))


def member_merged(*, kept: Member, gone: Member, **_: Any) -> None:
    """One person is chosen once: with the record that is kept, unless that is chosen already."""
    chosen = FoundingMember.objects.visible_to(SYSTEM).filter(founding__in=Founding.objects.visible_to(SYSTEM).open())
    there = list(chosen.filter(member=kept).values_list("founding_id", flat=True))
    chosen.filter(member=gone, founding__in=there).delete()
    chosen.filter(member=gone).update(member=kept)
    Founding.objects.visible_to(SYSTEM).open().filter(secretary=gone).update(secretary=kept)
