"""Proposals about places where our people gather: put aside with a reason, taken up again."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from audit import actions as audit
from branches.models import Organisation
from core import clock
from core.actors import Actor
from core.errors import NotAllowed, UserError
from core.permissions import Permission
from members.checks import check
from stations.gathering_proposals import Proposal
from stations.models import ProposalAside


def put_aside(
    *, organisation: Organisation, proposal: Proposal, reason: str, by: Actor, now: dt.datetime | None = None
) -> ProposalAside:
    """Not now: remembered until the figures are others. Raises NotAllowed, UserError."""
    now = now or clock.now()
    clean = check(ProposalAside, {"reason": reason}).require()["reason"]
    if len(clean) < 2:
        raise UserError("请写一句为什么先放一放。", "missing")
    _require(organisation, by)
    with transaction.atomic():
        free, full = proposal.figures
        values = {"free": free, "free_full": full, "reason": clean, "path": organisation.path}
        aside, _made = ProposalAside.objects.visible_to(by).update_or_create(
            organisation=organisation, key=proposal.key, defaults={**values, "put_at": now, "put_by": by.ref}
        )
        audit.record(
            "proposal_aside", f"先放一放：{proposal.title}", by=by, organisation_id=organisation.pk,
            data={"key": proposal.key, "reason": clean}, now=now,
        )  # fmt: skip
        return aside


def take_out(*, organisation: Organisation, key: str, by: Actor, now: dt.datetime | None = None) -> None:
    """Show it among the proposals again. Raises NotAllowed."""
    _require(organisation, by)
    with transaction.atomic():
        gone, _each = ProposalAside.objects.visible_to(by).filter(organisation=organisation, key=key).delete()
        if gone:
            text = "重新考虑一条建议"
            audit.record("proposal_again", text, by=by, organisation_id=organisation.pk, data={"key": key}, now=now)


def _require(organisation: Organisation, by: Actor) -> None:
    if not by.reaches(organisation.path, Permission.ORGANISE):
        raise NotAllowed
