from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.fields import PublicIdField
from stations.enums import Line
from stations.models.kind import StationKind
from stations.models.station import Station


class ServicePointQuerySet(models.QuerySet["ServicePoint"]):
    def open(self) -> ServicePointQuerySet:
        return self.filter(closed_on__isnull=True)


class ServicePoint(models.Model):
    """A further door of a station: a service point or window where members are received."""

    public_id = PublicIdField()
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="points")
    kind = models.ForeignKey(StationKind, on_delete=models.PROTECT, related_name="+", verbose_name="类型")
    name = models.CharField("名称", max_length=60)
    address = models.CharField("地址", max_length=120, blank=True, default="")
    hours = models.CharField("开放时间", max_length=80, blank=True, default="")
    closed_on = models.DateField("停用日期", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = ServicePointQuerySet.as_manager()

    HISTORY = ("station", "kind", "name", "address", "hours", "closed_on")

    class Meta:
        verbose_name = "服务点"
        constraints = [
            models.UniqueConstraint(
                fields=["station", "name"],
                condition=Q(closed_on__isnull=True),
                name="service_point_name_once",
                violation_error_message="这个驿站已有同名的服务点。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ServiceLine(models.Model):
    """One of the three service lines of a station, with whoever heads it. ``head_name`` "" = nobody yet."""

    public_id = PublicIdField()
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="lines")
    line = models.CharField("服务线", max_length=8, choices=Line.choices)
    head_name = models.CharField("负责人", max_length=40, blank=True, default="")
    version = models.PositiveIntegerField("版本", default=1)

    HISTORY = ("station", "line", "head_name")

    class Meta:
        verbose_name = "服务线"
        constraints = [models.UniqueConstraint(fields=["station", "line"], name="service_line_once")]

    def __str__(self) -> str:
        return self.get_line_display()
