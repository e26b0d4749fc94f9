"""The words of the papers: an organisation puts its own in place of those above, and takes them back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from audit import actions as audit
from branches.models import Organisation
from core import clock
from core.actors import Actor
from core.domain.freetext import find_numbers
from core.errors import Blocked, NotAllowed, StaleVersion
from core.permissions import Permission
from reports.enums import PaperKind
from reports.models import PaperText
from reports.papers.texts import MODELS, problems


def require_right(organisation: Organisation, by: Actor) -> None:
    """Raises NotAllowed: the words are those of the organisation's own staff."""
    if not by.reaches(organisation.path, Permission.ORGANISE):
        raise NotAllowed


def blockers_to_keep(kind: PaperKind, body: str) -> list[str]:
    """What is wrong with a text."""
    found = problems(MODELS[kind], body)
    if find_numbers(body):
        found.append("文字里有电话或身份证号码，请去掉。")
    return found


@transaction.atomic
def edit_text(
    *, kind: PaperKind, organisation: Organisation, body: str, by: Actor, version: int, now: dt.datetime | None = None
) -> PaperText:
    """``version``: of the organisation's own text that was looked at, 0 where it had none. Raises NotAllowed, Blocked, StaleVersion."""
    now = now or clock.now()
    require_right(organisation, by)
    body = "\n".join(line.strip() for line in body.splitlines() if line.strip()) + "\n"
    if blockers := blockers_to_keep(kind, body):
        raise Blocked(blockers)
    row = _locked(kind, organisation)
    if row is not None and row.body == body:
        return row
    if version != (row.version if row else 0):
        who, at = (str(row.edited_by or ""), row.edited_at) if row else ("别人", now)
        raise StaleVersion(who, f"{timezone.localtime(at):%Y-%m-%d %H:%M}", [])
    before = row.body if row else ""
    row = row or PaperText(organisation=organisation, key=kind.value, version=0)
    row.body, row.edited_at, row.edited_by = body, now, by.ref
    row.version += 1
    row.save()
    _record(f"修改{kind.label}的文字", organisation, kind, before, body, by, now)
    return row


@transaction.atomic
def restore_text(*, kind: PaperKind, organisation: Organisation, by: Actor, now: dt.datetime | None = None) -> None:
    """Back to the words above, or those that come with the portal. Again: nothing. Raises NotAllowed."""
    require_right(organisation, by)
    row = _locked(kind, organisation)
    if row is not None:
        _record(f"恢复{kind.label}原来的文字", organisation, kind, row.body, "", by, now or clock.now())
        row.delete()


def _locked(kind: PaperKind, organisation: Organisation) -> PaperText | None:
    rows = PaperText.objects.select_for_update(of=("self",)).filter(organisation=organisation, key=kind.value)
    return rows.first()


def _record(
    text: str, organisation: Organisation, kind: PaperKind, before: str, after: str, by: Actor, now: dt.datetime
) -> None:
    audit.record(
        "paper.text", f"{organisation.short_name}{text}", by=by, organisation_id=organisation.pk,
        data={"kind": kind.value, "before": before, "after": after}, now=now,
    )  # fmt: skip
