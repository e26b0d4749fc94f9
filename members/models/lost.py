from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from core.actors import Actor
from core.domain.codes import LOST_REASON, ORGANISATION_CATEGORY
from core.fields import ActorField, PartialDateField, PathField, PublicIdField
from core.permissions import Permission
from core.scoping import ScopedModel
from members.enums import OPEN_LOST_STATES, LostActKind, LostState, SearchResult, SearchWay
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
    steps = models.CharField("查找经过", max_length=1000, blank=True, default="")  # as a ledger tells it
    searched_on = models.DateField("最近查找", null=True, blank=True)  # of the latest LostStep
    found_on = PartialDateField("取得联系日期")
    decided_on = models.DateField("决定日期", null=True, blank=True)
    applied_on = models.DateField("申请恢复党籍日期", null=True, blank=True)  # while the application is open
    document = models.CharField("决定文件", max_length=120, blank=True, default="")
    note = models.CharField("备注", max_length=500, blank=True, default="")
    home_path = PathField(blank=True, default="")
    version = models.PositiveIntegerField("版本", default=1)
    created_at = models.DateTimeField("登记时间")
    updated_at = models.DateTimeField("更新时间")

    HISTORY = (
        "state", "since", "reason", "category", "steps", "searched_on", "found_on", "decided_on", "applied_on", "document",
        "note",
    )  # fmt: skip

    class Meta:
        verbose_name = "联系情况登记"
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(state__in=OPEN_LOST_STATES), name="lost_contact_open_once"
            )
        ]
        indexes = [models.Index(fields=["home_path", "id"], name="lost_home")]

    @classmethod
    def further_condition(cls, actor: Actor, permission: Permission) -> Q:
        return need_to_know(actor, permission, "member__restricted")

    def __str__(self) -> str:
        return self.get_state_display()

    def get_absolute_url(self) -> str:
        return reverse("lost-detail", args=[self.public_id])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_LOST_STATES


class _OfSpell(ScopedModel):
    """What hangs on a spell is seen where the spell is."""

    scope_paths = ("lost__home_path",)

    class Meta:
        abstract = True

    @classmethod
    def further_condition(cls, actor: Actor, permission: Permission) -> Q:
        return need_to_know(actor, permission, "lost__member__restricted")


class LostStep(_OfSpell):
    """One try to reach somebody. A log: nothing in it is changed afterwards."""

    public_id = PublicIdField()
    lost = models.ForeignKey(LostContact, on_delete=models.PROTECT, related_name="search")
    on = models.DateField("日期")
    way = models.CharField("怎么找的", max_length=12, choices=SearchWay.choices)
    result = models.CharField("结果", max_length=12, choices=SearchResult.choices)
    text = models.CharField("说明", max_length=200, blank=True, default="")
    by = ActorField("登记人")
    at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "查找经过"
        ordering = ("on", "pk")


class LostAct(_OfSpell):
    """One decision about a spell, or its end: when, in which meeting, by which document. ``batch``: the history it wrote."""

    public_id = PublicIdField()
    lost = models.ForeignKey(LostContact, on_delete=models.PROTECT, related_name="acts")
    kind = models.CharField("事项", max_length=12, choices=LostActKind.choices)
    on = PartialDateField("日期")
    meeting = models.CharField("会议", max_length=120, blank=True, default="")
    document = models.CharField("文件", max_length=120, blank=True, default="")
    batch = models.CharField(max_length=40)
    by = ActorField("登记人")
    at = models.DateTimeField("登记时间")
    undone_by = ActorField("撤销人")
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = "办理经过"
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by="") | (Q(undone_at__isnull=False) & ~Q(undone_by="")),
                name="lost_act_undone_pair",
            )
        ]
