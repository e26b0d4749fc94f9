from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.actors import Actor
from core.fields import ActorField, PartialDateField, PublicIdField
from core.permissions import Permission
from core.scoping import ScopedModel
from members.enums import StepKind
from members.models.journey import Journey
from members.models.member import need_to_know


class JourneyStep(ScopedModel):
    """Something that happened on a journey: a report, a step to the next state, a talk, a report of thoughts.

    ``batch``: the changes and the evidence that the step wrote, by which it is taken back within a day.
    """

    scope_paths: ClassVar[tuple[str, ...]] = ("journey__home_path", "journey__host_path")
    outpost_member = "journey__member"

    public_id = PublicIdField()
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField("事项", max_length=12, choices=StepKind.choices)
    on = PartialDateField("日期")
    text = models.CharField("内容", max_length=2000, blank=True, default="")
    batch = models.CharField(max_length=40)
    by = ActorField("登记人")
    at = models.DateTimeField("登记时间")
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_by = ActorField("撤销人")

    class Meta:
        verbose_name = "流动经过"
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by="") | (Q(undone_at__isnull=False) & ~Q(undone_by="")),
                name="journey_step_undone_pair",
            )
        ]

    @classmethod
    def further_condition(cls, actor: Actor, permission: Permission) -> Q:
        return need_to_know(actor, permission, "journey__member__restricted")

    def __str__(self) -> str:
        return self.get_kind_display()

    def get_absolute_url(self) -> str:
        return self.journey.get_absolute_url()
