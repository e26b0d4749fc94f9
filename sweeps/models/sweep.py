from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from branches.models import Organisation
from core.actors import Actor
from core.domain.dates import Quarter
from core.fields import ActorField, PathField, PublicIdField
from core.paths import ancestors
from core.permissions import Permission
from core.scoping import ScopedModel, ScopedQuerySet, in_ranges
from sweeps.enums import SweepState


class SweepQuerySet(ScopedQuerySet["Sweep"]):
    def running(self) -> SweepQuerySet:
        return self.filter(state=SweepState.OPEN)

    def covering(self, path: str) -> SweepQuerySet:
        """Those whose scope the organisation at ``path`` lies in."""
        return self.filter(path__in=ancestors(path))

    def newest_first(self) -> SweepQuerySet:
        return self.order_by("-quarter", "-pk")


class Sweep(ScopedModel):
    """A quarter's campaign over one subtree. ``quarter``: "2026Q4", which sorts as text."""

    scope_paths = ("path",)

    public_id = PublicIdField()
    quarter = models.CharField("季度", max_length=6)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="范围", db_index=False
    )
    path = PathField("范围路径")
    state = models.CharField("状态", max_length=8, choices=SweepState.choices, default=SweepState.OPENING)
    on = models.DateField("核实情况截至")  # what has run out is judged on this day
    branch_due_on = models.DateField("支部上报期限")
    town_due_on = models.DateField("乡镇上报期限")
    county_due_on = models.DateField("关闭期限")
    opened_at = models.DateTimeField("开启时间")
    opened_by = ActorField("开启人")
    closed_at = models.DateTimeField("关闭时间", null=True, blank=True)
    closed_by = ActorField("关闭人")

    objects: ClassVar[Any] = SweepQuerySet.as_manager()

    class Meta:
        verbose_name = "排查"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "quarter"], name="sweep_once_a_quarter"),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) & ~Q(closed_by="")
                | ~Q(state="closed") & Q(closed_at__isnull=True, closed_by=""),
                name="sweep_closed_pair",
            ),
        ]

    @classmethod
    def scope_condition(cls, actor: Actor, permission: Permission) -> Q:
        """A sweep concerns whoever stands above it, and everybody below it: his branch takes part."""
        ranges = actor.ranges(permission)
        above = {path for low, _high in ranges for path in ancestors(low)}
        return in_ranges(["path"], ranges) | Q(path__in=above)

    def __str__(self) -> str:
        return f"{self.period.label}排查"

    def get_absolute_url(self) -> str:
        return reverse("sweep-detail", args=[self.public_id])

    @property
    def period(self) -> Quarter:
        return Quarter(int(self.quarter[:4]), int(self.quarter[5]))

    @property
    def is_open(self) -> bool:
        return self.state == SweepState.OPEN

    @property
    def closed_on(self) -> dt.date | None:
        return timezone.localdate(self.closed_at) if self.closed_at else None


def quarter_key(quarter: Quarter) -> str:
    return f"{quarter.year}Q{quarter.number}"
