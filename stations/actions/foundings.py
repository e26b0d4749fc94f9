"""Founding a mobile organisation: each step is saved by itself; the county approves; then the organisation is there, with its
secretary and its members, who stay at home as well.

A town prepares within its own subtree. What must hold is said once, in ``stations.founding``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit import actions as audit
from branches.actions.versions import require_version
from branches.enums import MAY_SIT_UNDER
from branches.models import Organisation
from core import clock
from core.actors import Actor
from core.domain.regions import prefixes
from core.errors import Blocked, NotAllowed, UserError
from core.idempotency import once
from core.permissions import Permission
from members.checks import check
from members.models import Member
from stations import founding as rules
from stations.actions import founding_moves as moves
from stations.founding_enums import FoundingKind
from stations.gathering import FULL, KINDS
from stations.models import Founding, FoundingMember

TEXTS = ("name", "reason", "application_no", "kind", "trade")
OTHERS = ("people", "region", "ends_on", "superior", "applied_on")
EDITABLE = (*TEXTS, *OTHERS)
MOST_CHOSEN = 300


def begin(
    *, organisation: Organisation, kind: str, region: str, by: Actor, trade: str = "", people: str = "", proposal: str = "",
    key: str = "", now: dt.datetime | None = None,
) -> Founding:  # fmt: skip
    """Start preparing. Raises NotAllowed, UserError."""
    now = now or clock.now()
    if not by.reaches(organisation.path, Permission.ORGANISE):
        raise NotAllowed

    def create() -> str:
        made = Founding(
            organisation=organisation, path=organisation.path, proposal=proposal, begun_at=now, begun_by=by.ref
        )
        _put(made, {"kind": kind, "region": region, "trade": trade, "people": people}, now)
        made.superior = organisation if organisation.kind in MAY_SIT_UNDER[made.kind] else None
        made.name = rules.name_for(made)
        made.save(force_insert=True)
        audit.created(made, Founding.HISTORY, by=by, now=now)
        moves.record("founding_begun", f"开始筹建：{made}", made, by, now)
        return made.public_id

    with transaction.atomic():
        public_id, _made = once(key, by=by, now=now, create=create)
    return Founding.objects.visible_to(by).get(public_id=public_id)


def save_step(
    *,
    founding: Founding,
    values: Mapping[str, Any],
    by: Actor,
    version: int | None = None,
    now: dt.datetime | None = None,
) -> Founding:
    """Columns of :data:`EDITABLE`, as one step asks for them. A name that nobody has changed follows kind and place.

    Raises NotAllowed, Blocked, StaleVersion, UserError.
    """
    now = now or clock.now()
    if unknown := set(values) - set(EDITABLE):
        raise ValueError(f"not editable: {sorted(unknown)}")
    with transaction.atomic():
        locked = _changeable(founding, by)
        typed = {name: value for name, value in values.items() if name in (*TEXTS, "ends_on", "applied_on")}
        require_version(locked, version, typed, by=by)
        before = audit.snapshot(locked, Founding.HISTORY)
        proposed = rules.name_for(locked)
        _put(locked, values, now)
        if "name" not in values and locked.name == proposed:
            locked.name = rules.name_for(locked)
        return moves.save(locked, before, "founding_edited", f"修改筹建：{locked}", by=by, now=now)


def choose_members(
    *, founding: Founding, members: Collection[Member], by: Actor, now: dt.datetime | None = None
) -> Founding:
    """Exactly these are to belong to it; who was chosen before keeps what he said. Raises NotAllowed, Blocked, UserError."""
    now = now or clock.now()
    with transaction.atomic():
        locked = _changeable(founding, by)
        if len(members) > MOST_CHOSEN:
            raise UserError(f"一次最多选 {MOST_CHOSEN} 人。", "too_many")
        wanted = set(
            Member.objects.visible_by("home_path", by, Permission.EDIT).registered()
            .filter(pk__in=[one.pk for one in members], home_path__startswith=locked.path).values_list("pk", flat=True)
        )  # fmt: skip
        if len(wanted) < len({one.pk for one in members}):
            raise NotAllowed("只能选您管辖的党员。")
        rows = FoundingMember.objects.visible_to(by).filter(founding=locked)
        known = set(rows.values_list("member_id", flat=True))
        if wanted == known:
            return locked
        rows.filter(member__in=known - wanted).delete()
        FoundingMember.objects.bulk_create(
            FoundingMember(founding=locked, member_id=pk) for pk in sorted(wanted - known)
        )
        before = audit.snapshot(locked, Founding.HISTORY)
        if locked.secretary_id not in wanted:
            locked.secretary = None
        moves.record("founding_members", f"{locked}：选了 {len(wanted)} 名党员", locked, by, now)
        return moves.save(locked, before, "founding_edited", f"修改筹建：{locked}", by=by, now=now)


def note_consent(
    *, founding: Founding, agreed: Collection[int], secretary: int | None, by: Actor, now: dt.datetime | None = None
) -> Founding:
    """Who of the chosen agrees, and who of them is to be the secretary: ids of members. Raises NotAllowed, Blocked, UserError."""
    now = now or clock.now()
    with transaction.atomic():
        locked = _changeable(founding, by)
        rows = FoundingMember.objects.visible_to(by).filter(founding=locked)
        ids = set(rows.values_list("member_id", flat=True))
        if secretary is not None and not rows.filter(member=secretary, member__kind=FULL).exists():
            raise UserError("书记、组长人选要从选的正式党员里提。", "secretary_unknown")
        rows.filter(member__in=ids & set(agreed)).update(agreed=True)
        rows.exclude(member__in=set(agreed)).update(agreed=False)
        before = audit.snapshot(locked, Founding.HISTORY)
        locked.secretary_id = secretary
        moves.record("founding_consent", f"{locked}：{len(ids & set(agreed))} 名党员同意编入", locked, by, now)
        return moves.save(locked, before, "founding_edited", f"修改筹建：{locked}", by=by, now=now)


# -- parts ------------------------------------------------------------------------------------------


def _put(founding: Founding, values: Mapping[str, Any], now: dt.datetime) -> None:
    """Set checked values. Raises UserError."""
    typed = {name: values[name] for name in TEXTS if name in values}
    for name, value in check(Founding, typed, today=timezone.localdate(now)).require().items():
        setattr(founding, name, value)
    for name in OTHERS:
        if name in values:
            setattr(founding, name, values[name])
    if founding.region not in prefixes() or founding.region.endswith("00"):
        raise UserError("请写明设在哪个市或县。", "region_unknown")
    if founding.people and founding.people not in KINDS:
        raise UserError("人员类别请从列出的几项里选一项。", "invalid")
    if founding.kind != FoundingKind.TEMPORARY:
        founding.ends_on = None


def _changeable(founding: Founding, by: Actor) -> Founding:
    locked = moves.locked(founding, by)
    if not locked.may_change:
        raise Blocked([f"现在{locked.get_state_display()}，不能再改；要改先撤回。"])
    return locked
