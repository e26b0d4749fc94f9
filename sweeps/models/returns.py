from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from branches.models import Organisation
from core.fields import ActorField, PathField, PublicIdField
from core.scoping import ScopedModel, ScopedQuerySet
from sweeps.enums import EDITABLE, ReturnState, Way
from sweeps.models.sweep import Sweep


class ReturnQuerySet(ScopedQuerySet["Return"]):
    def official(self) -> ReturnQuerySet:
        """In the official order of the organisations, never by who is late."""
        return self.order_by("organisation__order_path", "pk")

    def of_branches(self) -> ReturnQuerySet:
        return self.filter(is_branch=True)

    def unfinished(self) -> ReturnQuerySet:
        """Not accepted yet. Of an organisation that was closed (it had nobody to ask about) nothing is waited for."""
        return self.exclude(state=ReturnState.ACCEPTED).filter(organisation__closed_on__isnull=True)

    def silent(self) -> ReturnQuerySet:
        """Not handed in, or sent back and not handed in again."""
        return self.filter(state__in=EDITABLE, organisation__closed_on__isnull=True)


class Return(ScopedModel):
    """What one organisation answers in a sweep: of a branch its people and its canvass, of a committee what it accepted.

    ``opening_reported``: the figure reported last, for the first sweep of all, before names were kept here.
    ``figures``: the terms of the balance sheet, frozen when the sweep closes.
    """

    scope_paths = ("path",)

    public_id = PublicIdField()
    sweep = models.ForeignKey(Sweep, on_delete=models.PROTECT, related_name="returns", db_index=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    path = PathField("路径")
    is_branch = models.BooleanField("支部")
    state = models.CharField("状态", max_length=10, choices=ReturnState.choices, default=ReturnState.OPEN)
    version = models.PositiveIntegerField("版本", default=1)
    canvassed_at = models.DateTimeField("摸排时间", null=True, blank=True)
    canvassed_by = ActorField("摸排确认人")
    is_nil = models.BooleanField("零报告", default=False)
    submitted_at = models.DateTimeField("上报时间", null=True, blank=True)
    submitted_by = ActorField("上报人")
    on_behalf = models.CharField("代录：谁提供", max_length=60, blank=True, default="")
    way = models.CharField("代录：怎样提供", max_length=8, blank=True, default="", choices=Way.choices)
    accepted_at = models.DateTimeField("接收时间", null=True, blank=True)
    accepted_by = ActorField("接收人")
    sent_back_at = models.DateTimeField("退回时间", null=True, blank=True)
    sent_back_by = ActorField("退回人")
    comment = models.CharField("退回原因", max_length=300, blank=True, default="")
    opening_reported = models.PositiveIntegerField("上期上报数", null=True, blank=True)
    opening_source = models.CharField("上期上报数的来源", max_length=120, blank=True, default="")
    reminded_on = models.DateField("提醒日期", null=True, blank=True)
    figures = models.JSONField("冻结的数字", null=True, blank=True)

    objects: ClassVar[Any] = ReturnQuerySet.as_manager()

    class Meta:
        verbose_name = "排查报表"
        constraints = [
            models.UniqueConstraint(fields=["sweep", "organisation"], name="return_once"),
            models.CheckConstraint(
                condition=Q(canvassed_at__isnull=True, canvassed_by="")
                | (Q(canvassed_at__isnull=False) & ~Q(canvassed_by="")),
                name="return_canvassed_pair",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, submitted_by="")
                | (Q(submitted_at__isnull=False) & ~Q(submitted_by="")),
                name="return_submitted_pair",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by="")
                | (Q(accepted_at__isnull=False) & ~Q(accepted_by="")),
                name="return_accepted_pair",
            ),
            models.CheckConstraint(
                condition=Q(sent_back_at__isnull=True, sent_back_by="")
                | (Q(sent_back_at__isnull=False) & ~Q(sent_back_by="")),
                name="return_sent_back_pair",
            ),
        ]
        indexes = [models.Index(fields=["path", "sweep", "state"], name="return_path")]

    def __str__(self) -> str:
        return f"{self.organisation.short_name} {self.sweep}"

    def get_absolute_url(self) -> str:
        return reverse("return-detail", args=[self.public_id])

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE and self.sweep.is_open

    @property
    def number(self) -> str:
        """What a printed return is called by: quarter and place in the list, such as 2026Q4-000128."""
        return f"{self.sweep.quarter}-{self.pk:06d}"
