"""Agreements as a list that goes out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from core import clock
from core.actors import Actor
from core.columns import Column, Kind
from core.domain.regions import region_label
from core.ledgers import ExportRecord, OutgoingLedger
from core.paths import subtree
from core.permissions import Permission
from core.scoping import in_ranges
from stations.agreements import Due, standing
from stations.models import Agreement


class AgreementsLedger(OutgoingLedger):
    """In the official order of the organisations that keep them; those of one organisation as they were signed."""

    kind = "agreements"
    title = "双向共管协议台账"
    people = False
    columns = (
        Column("serial", "序号", Kind.SERIAL, width=6),
        Column("organisation", "我方党组织", width=24),
        Column("partner", "对方党组织", width=30),
        Column("region", "对方所在地", width=18),
        Column("subject", "共管内容", width=36),
        Column("signed_on", "签订日期", Kind.DATE),
        Column("starts_on", "起始日期", Kind.DATE),
        Column("ends_on", "到期日期", Kind.DATE),
        Column("contact_name", "对方联系人", Kind.NAME),
        Column("contact_phone", "对方联系电话", Kind.PHONE, width=15),
        Column("exchanged", "交流次数", Kind.INTEGER, width=9),
        Column("last_on", "最近交流", Kind.DATE),
        Column("next_on", "下次交流", Kind.DATE),
        Column("state", "情况", width=14),
    )

    def export(
        self, by: Actor, filters: Mapping[str, Any], keys: Collection[str] | None = None
    ) -> Iterator[ExportRecord]:
        with_phone = keys is None or "contact_phone" in keys
        rows = _rows(by, filters).with_exchanges().select_related("organisation", "partner")
        for due in standing(rows.order_by("organisation__order_path", "signed_on", "pk"), clock.today()):
            yield _record(due, with_phone)

    def export_count(self, by: Actor, filters: Mapping[str, Any]) -> int:
        return _rows(by, filters).count()


def _rows(by: Actor, filters: Mapping[str, Any]) -> Any:
    """``filters``: {"organisation": path of a subtree}."""
    rows = Agreement.objects.visible_by("path", by, Permission.EXPORT)
    path = filters.get("organisation")
    return rows.filter(in_ranges(["path"], [subtree(path)])) if path else rows


def _record(due: Due, with_phone: bool) -> ExportRecord:
    one: Any = due.agreement
    values = {
        "organisation": one.organisation.short_name,
        "partner": one.other,
        "region": region_label(one.region_code) or one.place,
        "subject": one.subject,
        "signed_on": one.signed_on.isoformat(),
        "starts_on": one.starts_on.isoformat(),
        "ends_on": one.ends_on.isoformat() if one.ends_on else None,
        "contact_name": one.contact_name,
        "contact_phone": one.reveal("contact_phone") if with_phone else "",
        "exchanged": one.exchanged,
        "last_on": one.last_on.isoformat() if one.last_on else None,
        "next_on": due.next_on.isoformat() if due.next_on else None,
        "state": due.state,
    }
    return ExportRecord(one.public_id, one.version, values, one.organisation_id)
