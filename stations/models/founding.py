from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from branches.models import Organisation
from core.actors import Actor
from core.domain.codes import INDUSTRY
from core.fields import ActorField, PathField, PublicIdField
from core.permissions import Permission
from core.scoping import ScopedModel, ScopedQuerySet
from members.models import Member
from members.models.member import need_to_know
from stations.founding_enums import OPEN_STATES, FoundingKind, FoundingState


def _pair(name: str) -> models.CheckConstraint:
    """``<name>_at`` and ``<name>_by`` are both there or both not."""
    at, by = f"{name}_at", f"{name}_by"
    condition = Q(**{f"{at}__isnull": True, by: ""}) | (Q(**{f"{at}__isnull": False}) & ~Q(**{by: ""}))
    return models.CheckConstraint(condition=condition, name=f"founding_{name}_pair")


class FoundingQuerySet(ScopedQuerySet["Founding"]):
    def open(self) -> FoundingQuerySet:
        return self.filter(state__in=OPEN_STATES)


class Founding(ScopedModel):
    """The way from "many of ours are in Suzhou" to a mobile branch there (流动党员党支部): prepared, approved by the county,
    founded. Each step is saved by itself.

    ``organisation``: who prepares it; ``path`` its path, for scope. ``region``: the beginning of a region's code, as in
    ``core.domain.regions.prefixes``; ``trade`` or ``people`` where its members have more in common than the place.
    ``proposal``: key of the proposal that it took up. ``made``: the organisation that came of it.
    """

    scope_paths = ("path",)

    public_id = PublicIdField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    path = PathField(db_index=True)
    state = models.CharField("状态", max_length=10, choices=FoundingState.choices, default=FoundingState.DRAFT)
    proposal = models.CharField("起因", max_length=40, blank=True, default="")
    kind = models.CharField("建什么", max_length=6, choices=FoundingKind.choices, default=FoundingKind.BRANCH)
    region = models.CharField("设在哪里", max_length=6)
    trade = models.CharField("行业", max_length=1, blank=True, default="", choices=INDUSTRY.choices())
    people = models.CharField("人员类别", max_length=12, blank=True, default="")
    ends_on = models.DateField("撤销期限", null=True, blank=True)
    superior = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name="上级党组织",
    )  # fmt: skip
    name = models.CharField("全称", max_length=120, blank=True, default="")
    secretary = models.ForeignKey(
        Member,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="书记人选",
    )
    reason = models.CharField("成立的理由", max_length=500, blank=True, default="")
    application_no = models.CharField("请示文号", max_length=60, blank=True, default="")
    applied_on = models.DateField("请示日期", null=True, blank=True)
    approved_by = models.CharField("批准机关", max_length=60, blank=True, default="")
    approval_no = models.CharField("批复文号", max_length=60, blank=True, default="")
    approved_on = models.DateField("批复日期", null=True, blank=True)
    answer = models.CharField("没有批准或不办的原因", max_length=300, blank=True, default="")
    made = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name="成立的党组织",
    )  # fmt: skip
    begun_at = models.DateTimeField("开始时间")
    begun_by = ActorField("开始的人")
    submitted_at = models.DateTimeField("上报时间", null=True, blank=True)
    submitted_by = ActorField("上报人")
    decided_at = models.DateTimeField("审批登记时间", null=True, blank=True)
    decided_by = ActorField("审批登记人")
    done_at = models.DateTimeField("成立登记时间", null=True, blank=True)
    done_by = ActorField("成立登记人")
    withdrawn_at = models.DateTimeField("停办时间", null=True, blank=True)
    withdrawn_by = ActorField("停办人")
    version = models.PositiveIntegerField("版本", default=1)

    objects: ClassVar[Any] = FoundingQuerySet.as_manager()

    HISTORY = (
        "state", "kind", "region", "trade", "people", "ends_on", "superior", "name", "secretary", "reason",
        "application_no", "applied_on", "approved_by", "approval_no", "approved_on", "answer", "made",
    )  # fmt: skip

    class Meta:
        verbose_name = "筹建流动党员党组织"
        constraints = [
            *(_pair(name) for name in ("submitted", "decided", "done", "withdrawn")),
            models.CheckConstraint(
                condition=~Q(state=FoundingState.DONE) | Q(made__isnull=False) & ~Q(approval_no=""),
                name="founding_done_is_approved",
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.get_kind_display()}（筹建）"

    def get_absolute_url(self) -> str:
        return reverse("founding-detail", args=[self.public_id])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def may_change(self) -> bool:
        """As long as nobody above has it on the desk."""
        return self.state == FoundingState.DRAFT


class FoundingMember(ScopedModel):
    """Somebody who is to belong to it. ``agreed``: was asked, and agrees."""

    scope_paths = ("founding__path",)

    founding = models.ForeignKey(Founding, on_delete=models.CASCADE, related_name="members", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    agreed = models.BooleanField("本人同意", default=False)

    class Meta:
        verbose_name = "拟编入的党员"
        constraints = [models.UniqueConstraint(fields=["founding", "member"], name="founding_member_once")]

    @classmethod
    def further_condition(cls, actor: Actor, permission: Permission) -> Q:
        return need_to_know(actor, permission, "member__restricted")


class ProposalAside(ScopedModel):
    """A proposal that an organisation put aside, and why. It holds as long as the figures are what they were."""

    scope_paths = ("path",)

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", db_index=False)
    path = PathField()
    key = models.CharField("建议", max_length=40)
    free = models.PositiveIntegerField("当时可编入的人数")
    free_full = models.PositiveIntegerField("当时的正式党员数")
    reason = models.CharField("原因", max_length=200)
    put_at = models.DateTimeField("时间")
    put_by = ActorField("登记人")

    class Meta:
        verbose_name = "先放一放的建议"
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="proposal_aside_once")]
        indexes = [models.Index(fields=["path"], name="proposal_aside_path")]
