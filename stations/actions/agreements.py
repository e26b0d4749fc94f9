"""Agreements with other organisations (双向共管协议): made, changed, ended, and the news exchanged under them.

The organisation that keeps an agreement changes it; both sides, where both are ours, note what was exchanged.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit import actions as audit
from branches import rules
from branches.actions.versions import require_version
from branches.models import Organisation
from core import clock
from core.actors import SYSTEM, Actor
from core.domain.regions import parse_place
from core.errors import NotAllowed, UserError
from core.idempotency import once
from core.permissions import Permission
from files import scans
from files.models import StoredFile
from inbox.actions import Wanted, settle_todos
from members.checks import check
from stations.agreements import SCAN_DAYS, SCAN_MEGABYTES, Due, standing
from stations.models import Agreement, ExchangeNote

TEXTS = ("partner_text", "place", "contact_name", "subject", "note")
DAYS = ("signed_on", "starts_on", "ends_on")
EDITABLE = (*TEXTS, *DAYS, "partner", "contact_phone", "every_months")
NEWS, END = "agreement-news", "agreement-end"


def make(
    *, organisation: Organisation, values: Mapping[str, Any], by: Actor, key: str = "", now: dt.datetime | None = None
) -> Agreement:
    """A new agreement, kept by ``organisation``. ``values`` of :data:`EDITABLE`. Raises NotAllowed, UserError."""
    now = now or clock.now()
    _require(by, organisation.path)

    def create() -> str:
        made = Agreement(organisation=organisation, path=organisation.path)
        _put(made, {"starts_on": values.get("signed_on"), **values}, now)
        made.save(force_insert=True)
        audit.created(made, Agreement.HISTORY, by=by, now=now)
        _told("agreement_made", f"登记{made}", made, by, now)
        return made.public_id

    with transaction.atomic():
        public_id, _made = once(key, by=by, now=now, create=create)
    return Agreement.objects.visible_to(by).get(public_id=public_id)


def edit(
    *, agreement: Agreement, values: Mapping[str, Any], by: Actor, version: int | None = None,
    now: dt.datetime | None = None,
) -> Agreement:  # fmt: skip
    """Change columns of :data:`EDITABLE`; an empty phone stays as it is. Raises NotAllowed, StaleVersion, UserError."""
    now = now or clock.now()
    if unknown := set(values) - set(EDITABLE):
        raise ValueError(f"not editable: {sorted(unknown)}")
    with transaction.atomic():
        locked = _locked(agreement, by)
        typed = {name: value for name, value in values.items() if name in (*TEXTS, *DAYS)}
        require_version(locked, version, typed, by=by)
        before = audit.snapshot(locked, Agreement.HISTORY)
        _put(locked, values, now)
        return _save(locked, before, "agreement_edited", f"修改{locked}", by, now)


def end(
    *, agreement: Agreement, on: dt.date, by: Actor, version: int | None = None, now: dt.datetime | None = None
) -> Agreement:
    """It holds until ``on`` and no longer. Raises NotAllowed, StaleVersion, UserError."""
    return edit(agreement=agreement, values={"ends_on": on}, by=by, version=version, now=now)


def note_exchange(
    *, agreement: Agreement, on: dt.date, way: str, text: str, by: Actor, key: str = "", now: dt.datetime | None = None
) -> ExchangeNote:
    """What the two sides told each other on a day; by either side. Raises NotAllowed, UserError."""
    now = now or clock.now()
    clean = check(ExchangeNote, {"way": way, "text": text}, today=timezone.localdate(now)).require()
    if not clean["text"]:
        raise UserError("请写明交流了什么。", "missing")

    def create() -> str:
        if on > timezone.localdate(now) or on < locked.starts_on:
            raise UserError(f"交流日期应在 {locked.starts_on:%Y-%m-%d} 到今天之间，请核对。", "date_invalid")
        noted = ExchangeNote.objects.create(agreement=locked, on=on, noted_at=now, noted_by=by.ref, **clean)
        _told("agreement_exchanged", f"登记交流：{locked}", locked, by, now)
        return str(noted.public_id)

    with transaction.atomic():
        locked = _locked(agreement, by, either=True)
        public_id, _made = once(key, by=by, now=now, create=create)
    return ExchangeNote.objects.visible_to(by).get(public_id=public_id)


def withdraw_exchange(*, note: ExchangeNote, by: Actor, now: dt.datetime | None = None) -> None:
    """It was noted by mistake: it stays to be read, struck out, and counts no longer. Raises NotAllowed."""
    now = now or clock.now()
    with transaction.atomic():
        locked = _locked(note.agreement, by, either=True)
        standing_one = ExchangeNote.objects.visible_to(by, Permission.EDIT).filter(
            pk=note.pk, withdrawn_at__isnull=True
        )
        if standing_one.update(withdrawn_at=now, withdrawn_by=by.ref):
            _told("agreement_exchange_withdrawn", f"撤回交流记录：{locked}", locked, by, now)


def attach_scan(
    *, agreement: Agreement, data: bytes, name: str, by: Actor, now: dt.datetime | None = None
) -> Agreement:
    """The paper with both seals, in the place of one attached before. Raises NotAllowed, UserError."""
    now = now or clock.now()
    with transaction.atomic():
        locked = _locked(agreement, by)
        before, day = audit.snapshot(locked, Agreement.HISTORY), timezone.localdate(now)
        scan = scans.replace(
            locked.scan, data, name=name, megabytes=int(rules.value(SCAN_MEGABYTES.key, locked.organisation, day)),
            keep_days=int(rules.value(SCAN_DAYS.key, locked.organisation, day)), organisation_path=locked.path, by=by, now=now,
        )  # fmt: skip
        if scan == locked.scan:
            return locked
        locked.scan, locked.scanned_at, locked.scanned_by = scan, now, by.ref
        return _save(locked, before, "agreement_scanned", f"上传扫描件：{locked}", by, now)


def read_scan(*, agreement: Agreement, by: Actor, now: dt.datetime | None = None) -> tuple[StoredFile, bytes]:
    """The scan, for whoever sees the agreement; an event says so. Raises UserError."""
    if not agreement.scan:
        raise UserError("还没有上传扫描件。", "file_gone")
    with transaction.atomic():
        file, content = scans.read(agreement.scan, now)
        _event("agreement_scan_read", f"查看扫描件：{agreement}", agreement, by, now or clock.now())
        return file, content


def reveal_phone(*, agreement: Agreement, by: Actor, now: dt.datetime | None = None) -> str:
    """The other side's whole number; every look is an event. Raises NotAllowed."""
    if not any(by.reaches(path, Permission.FULL_NUMBERS) for path in (agreement.path, agreement.partner_path)):
        raise NotAllowed
    _event("phone_shown", f"查看电话：{agreement}", agreement, by, now or clock.now())
    return agreement.reveal("contact_phone")


# -- to-dos ---------------------------------------------------------------------------------------


def bring_up_to_date(now: dt.datetime, only: Agreement | None = None) -> None:
    """Raise what is due, close what is not any more: by the clock for all, and after each act for one."""
    rows = Agreement.objects.visible_to(SYSTEM).with_exchanges().select_related("organisation", "partner")
    today = timezone.localdate(now)
    news, ends = [], []
    for due in standing(rows.filter(pk=only.pk) if only else rows, today):
        if due.warn:
            level = "yellow" if due.is_late(today) else "info"
            news.append(_todo(NEWS, due, f"与{due.agreement.other}该交流一次情况了", due.next_on, level))
        if due.ends_soon:
            text = f"与{due.agreement.other}的共管协议快到期，续签还是到期为止"
            ends.append(_todo(END, due, text, due.agreement.ends_on))
    for what, wanted in ((NEWS, news), (END, ends)):
        settle_todos(f"{what}:{only.public_id if only else ''}", wanted, now=now)


def _todo(what: str, due: Due, text: str, due_on: dt.date | None, level: str = "info") -> Wanted:
    one = due.agreement
    link = ("agreement-detail", [one.public_id])
    return Wanted(f"{what}:{one.public_id}", one.organisation_id, one.path, text[:200], level, due_on, link)


# -- parts ----------------------------------------------------------------------------------------


def _put(one: Agreement, values: Mapping[str, Any], now: dt.datetime) -> None:
    """Set checked values. Raises UserError."""
    today = timezone.localdate(now)
    typed = {name: values[name] for name in (*TEXTS, "contact_phone") if name in values}
    clean = check(Agreement, typed, today=today).require()
    phone = clean.pop("contact_phone", "")
    for name, value in clean.items():
        setattr(one, name, value)
    if phone:
        one.put_sealed("contact_phone", phone)
    if "place" in clean:
        found = parse_place(clean["place"]).value
        one.region_code = found.code if found else ""
    for name in (*DAYS, "every_months"):
        if name in values:
            setattr(one, name, values[name])
    if "partner" in values:
        partner = one.partner = values["partner"]
        one.partner_path = partner.path if partner else ""
        one.partner_text = "" if partner else one.partner_text
    _require_whole(one, today)


def _require_whole(one: Agreement, today: dt.date) -> None:
    wrong = ""
    if one.partner_id is None and not one.partner_text:
        wrong = "请写明与哪个党组织签的协议。"
    elif one.partner_id is not None and one.partner_id == one.organisation_id:
        wrong = "对方党组织不能是自己。"
    elif not one.subject:
        wrong = "请写明共管什么。"
    elif one.signed_on is None or one.starts_on is None:
        wrong = "请填写签订日期。"
    elif one.signed_on > today:
        wrong = "签订日期还没有到，请核对。"
    elif one.ends_on is not None and one.ends_on < one.starts_on:
        wrong = "到期日期不能早于起始日期。"
    elif one.every_months is not None and not 1 <= one.every_months <= 12:
        wrong = "几个月交流一次，请填 1 到 12。"
    if wrong:
        raise UserError(wrong, "invalid")


def _save(locked: Agreement, before: Mapping[str, Any], kind: str, text: str, by: Actor, now: dt.datetime) -> Agreement:
    if audit.snapshot(locked, Agreement.HISTORY) != before:
        locked.version += 1
        locked.save()
        audit.changed(locked, before, by=by, now=now)
        _told(kind, text, locked, by, now)
    return locked


def _locked(agreement: Agreement, by: Actor, *, either: bool = False) -> Agreement:
    """``either``: the other side may do it too. Raises NotAllowed."""
    rows = Agreement.objects.all()
    locked = rows.visible_to(by, Permission.EDIT) if either else rows.visible_by("path", by, Permission.EDIT)
    found = locked.select_for_update(of=("self",)).select_related("organisation", "partner").filter(pk=agreement.pk)
    if (one := found.first()) is None:
        raise NotAllowed("协议由登记它的党组织修改。")
    return one


def _require(by: Actor, path: str) -> None:
    if not by.reaches(path, Permission.EDIT):
        raise NotAllowed


def _told(kind: str, text: str, one: Agreement, by: Actor, now: dt.datetime) -> None:
    """The log, and the to-dos that follow from it."""
    _event(kind, text, one, by, now)
    bring_up_to_date(now, one)


def _event(kind: str, text: str, one: Agreement, by: Actor, now: dt.datetime) -> None:
    audit.record(kind, text, by=by, subject=one, organisation_id=one.organisation_id, now=now)
