from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.actors import Actor
from core.fields import ActorField
from core.permissions import Permission
from core.scoping import ScopedModel
from members.enums import Source
from members.models.member import Member, need_to_know


class Evidence(ScopedModel):
    """That somebody verified some fields of a member on a day, and from what. A log; undo of an import withdraws its rows.

    ``fields``: keys of ``enums.EVIDENCE``, joined by ",": one row for one act, however many fields it proves.
    """

    scope_paths = ("member__home_path", "member__care_path")
    outpost_member = "member"

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="evidence", db_index=False)
    fields = models.CharField("栏目", max_length=80)
    on = models.DateField("核实日期")
    source = models.CharField("来源", max_length=10, choices=Source.choices)
    by = ActorField("核实人")
    batch = models.CharField("导入批次", max_length=40, blank=True, default="")
    at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = "核实记录"
        indexes = [
            models.Index(fields=["member", "on"], name="evidence_member"),
            models.Index(fields=["batch"], name="evidence_batch", condition=~Q(batch="")),
        ]

    @classmethod
    def further_condition(cls, actor: Actor, permission: Permission) -> Q:
        return need_to_know(actor, permission, "member__restricted")


class Freshness(ScopedModel):
    """Per member and field, when it was last verified and from what: the current edge of :class:`Evidence`."""

    scope_paths = ("member__home_path", "member__care_path")
    outpost_member = "member"

    member = models.OneToOneField(Member, on_delete=models.CASCADE, primary_key=True, related_name="freshness")
    facts_on = models.DateField(null=True)
    phone_on = models.DateField(null=True)
    address_on = models.DateField(null=True)
    place_on = models.DateField(null=True)
    employer_on = models.DateField(null=True)
    reason_on = models.DateField(null=True)
    dues_on = models.DateField(null=True)
    facts_from = models.CharField(max_length=10, blank=True, default="")
    phone_from = models.CharField(max_length=10, blank=True, default="")
    address_from = models.CharField(max_length=10, blank=True, default="")
    place_from = models.CharField(max_length=10, blank=True, default="")
    employer_from = models.CharField(max_length=10, blank=True, default="")
    reason_from = models.CharField(max_length=10, blank=True, default="")
    dues_from = models.CharField(max_length=10, blank=True, default="")

    class Meta:
        verbose_name = "核实现状"

    @classmethod
    def further_condition(cls, actor: Actor, permission: Permission) -> Q:
        return need_to_know(actor, permission, "member__restricted")
