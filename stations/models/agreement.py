from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.db.models import Count, F, Max, Q
from django.urls import reverse

from branches.models import Organisation
from core.fields import ActorField, PathField, PublicIdField, SealedField, SealsFields
from core.scoping import ScopedModel, ScopedQuerySet


class AgreementQuerySet(ScopedQuerySet["Agreement"]):
    def in_force(self, on: dt.date) -> AgreementQuerySet:
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)

    def with_exchanges(self) -> AgreementQuerySet:
        """Each with ``exchanged`` (how often) and ``last_on`` (the latest exchange)."""
        standing = Q(exchanges__withdrawn_at__isnull=True)
        return self.annotate(
            exchanged=Count("exchanges", filter=standing), last_on=Max("exchanges__on", filter=standing)
        )


class Agreement(SealsFields, ScopedModel):
    """双向共管协议: one of our organisations and another look after the members between them together.

    ``partner``: the other side where it is one of ours, else ``partner_text``. ``path`` and ``partner_path`` are copies for
    scope; the organisation at ``path`` keeps the record. ``every_months``: how often the two agreed to exchange news; None: the
    rule's. ``scan``: public id of the stored file with both seals.
    """

    scope_paths = ("path", "partner_path")

    public_id = PublicIdField()
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="我方党组织"
    )
    path = PathField()
    partner = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name="对方党组织",
    )  # fmt: skip
    partner_path = PathField(blank=True, default="")
    partner_text = models.CharField("对方党组织", max_length=160, blank=True, default="")
    region_code = models.CharField("对方所在区划", max_length=6, blank=True, default="")
    place = models.CharField("对方地址", max_length=120, blank=True, default="")
    contact_name = models.CharField("对方联系人", max_length=60, blank=True, default="")
    contact_phone = SealedField("对方联系电话")
    subject = models.CharField("共管内容", max_length=300)
    signed_on = models.DateField("签订日期")
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("到期日期", null=True, blank=True)
    every_months = models.PositiveSmallIntegerField("几个月交流一次", null=True, blank=True)
    note = models.CharField("备注", max_length=300, blank=True, default="")
    scan = models.CharField("协议扫描件", max_length=40, blank=True, default="")
    scanned_at = models.DateTimeField("上传时间", null=True, blank=True)
    scanned_by = ActorField("上传人")
    version = models.PositiveIntegerField("版本", default=1)

    objects: ClassVar[Any] = AgreementQuerySet.as_manager()

    HISTORY = (
        "organisation", "partner", "partner_text", "region_code", "place", "contact_name", "contact_phone", "subject",
        "signed_on", "starts_on", "ends_on", "every_months", "note", "scan",
    )  # fmt: skip

    class Meta:
        verbose_name = "双向共管协议"
        constraints = [
            models.CheckConstraint(
                condition=Q(partner__isnull=False, partner_text="") | Q(partner__isnull=True) & ~Q(partner_text=""),
                name="agreement_one_partner",
                violation_error_message="请写明对方党组织。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="agreement_ends_after_start",
                violation_error_message="到期日期不能早于起始日期。",
            ),
            models.CheckConstraint(
                condition=Q(scanned_at__isnull=True, scanned_by="", scan="")
                | (Q(scanned_at__isnull=False) & ~Q(scanned_by="") & ~Q(scan="")),
                name="agreement_scanned_pair",
            ),
        ]
        indexes = [
            models.Index(fields=["path", "id"], name="agreement_path"),
            models.Index(fields=["partner_path", "id"], name="agreement_partner", condition=~Q(partner_path="")),
        ]

    def __str__(self) -> str:
        return f"{self.organisation.short_name}与{self.other}的共管协议"

    def get_absolute_url(self) -> str:
        return reverse("agreement-detail", args=[self.public_id])

    @property
    def other(self) -> str:
        """The other side, in words."""
        return self.partner.short_name if self.partner else self.partner_text

    def is_in_force(self, on: dt.date) -> bool:
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


class ExchangeNote(ScopedModel):
    """交流记录: on a day the two sides told each other something. One that was wrong is withdrawn, not changed."""

    class Way(models.TextChoices):
        CALL = "call", "电话、微信"
        LETTER = "letter", "来信、发函"
        VISIT = "visit", "上门走访"
        MEETING = "meeting", "开会、共同活动"

    scope_paths = ("agreement__path", "agreement__partner_path")

    public_id = PublicIdField()
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="exchanges")
    on = models.DateField("交流日期")
    way = models.CharField("方式", max_length=8, choices=Way.choices)
    text = models.CharField("交流了什么", max_length=500)
    noted_at = models.DateTimeField("登记时间")
    noted_by = ActorField("登记人")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_by = ActorField("撤回人")

    class Meta:
        verbose_name = "交流记录"
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by="")),
                name="exchange_note_withdrawn_pair",
            )
        ]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d} {self.get_way_display()}"
