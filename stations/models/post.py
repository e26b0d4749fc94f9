from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.fields import PublicIdField, SealedField, SealsFields
from core.scoping import ScopedModel, ScopedQuerySet
from members.models import Member
from stations.enums import PostTitle
from stations.models.station import Station


class StationPostQuerySet(ScopedQuerySet["StationPost"]):
    def in_office(self) -> StationPostQuerySet:
        return self.filter(ends_on__isnull=True)


class StationPost(SealsFields, ScopedModel):
    """Somebody has an office at a station for a time. One person may hold several (交叉任职).

    ``member``: the holder's record, where the holder is a member known here; the name stands by itself.
    """

    scope_paths = ("station__keeper__path",)
    outpost_paths = ("station__path",)

    public_id = PublicIdField()
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+")
    title = models.CharField("职务", max_length=8, choices=PostTitle.choices)
    holder_name = models.CharField("姓名", max_length=40)
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="党员档案"
    )
    phone = SealedField("联系电话", tail="phone_tail")
    phone_tail = models.CharField(max_length=4, blank=True, default="", editable=False)
    starts_on = models.DateField("任职日期", null=True, blank=True)
    ends_on = models.DateField("卸任日期", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = StationPostQuerySet.as_manager()

    HISTORY = ("station", "title", "holder_name", "member", "phone", "phone_tail", "starts_on", "ends_on")

    class Meta:
        verbose_name = "驿站职务"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="station_post_ends_after_start",
                violation_error_message="卸任日期不能早于任职日期。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.station.name}{self.get_title_display()}{self.holder_name}"
