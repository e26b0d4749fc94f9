from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.actors import Actor
from core.domain.codes import LOST_REASON, ORGANISATION_CATEGORY
from core.fields import PartialDateField, PathField, PublicIdField
from core.permissions import Permission
from core.scoping import ScopedModel
from members.enums import OPEN_LOST_STATES, LostState
from members.models.member import Member, need_to_know


class LostContact(ScopedModel):
    """A spell in which somebody cannot be reached: counting, then confirmed lost, then decided or found.

    A ledger's "是" opens it, a ledger's "否" never closes it: only a person's decision or a finding does.
    """

    scope_paths = ("home_path",)

    public_id = PublicIdField()
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="lost_contacts")
    state = models.CharField("状态", max_length=12, choices=LostState.choices)
    since = PartialDateField("失去联系时间")
    reason = models.CharField("失去联系情形", max_length=2, blank=True, default="", choices=LOST_REASON.choices())
    category = models.CharField(
        "党组织类别", max_length=2, blank=True, default="", choices=ORGANISATION_CATEGORY.choices()
    )
    steps = models.CharField("查找经过", max_length=1000, blank=True, default="")
    found_on = PartialDateField("取得联系日期")
    decided_on = models.DateField("决定日期", null=True, blank=True)
    document = models.CharField("决定文件", max_length=120, blank=True, default="")
    note = models.CharField("备注", max_length=500, blank=True, default="")
    home_path = PathField(blank=True, default="")
    version = models.PositiveIntegerField("版本", default=1)
    created_at = models.DateTimeField("登记时间")
    updated_at = models.DateTimeField("更新时间")

    HISTORY = ("state", "since", "reason", "category", "steps", "found_on", "decided_on", "document", "note")

    class Meta:
        verbose_name = "失联登记"
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(state__in=OPEN_LOST_STATES), name="lost_contact_open_once"
            )
        ]
        indexes = [models.Index(fields=["home_path", "id"], name="lost_home")]

    @classmethod
    def further_condition(cls, actor: Actor, permission: Permission) -> Q:
        return need_to_know(actor, permission, "member__restricted")
