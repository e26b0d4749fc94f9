from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.urls import reverse

from branches.models import Organisation
from core import paths
from core.actors import Actor
from core.domain.regions import prefixes, region_label, region_place
from core.fields import PartialDateField, PathField, PublicIdField, SealedField, SealsFields
from core.permissions import Permission
from core.scoping import in_ranges
from stations.models.kind import StationKind

if TYPE_CHECKING:
    from stations.models.point import ServiceLine, ServicePoint


class StationQuerySet(models.QuerySet["Station"]):
    """Like the directory of organisations, that of stations may be read by every signed-in user; its people may not."""

    def open(self) -> StationQuerySet:
        return self.filter(closed_on__isnull=True)

    def within(self, actor: Actor, permission: Permission = Permission.VIEW) -> StationQuerySet:
        """Those for which ``actor`` holds ``permission``: at the station, or at the organisation that keeps it."""
        if actor.everything:
            return self.all()
        tree, outposts = paths.split(actor.ranges(permission))
        return self.filter(in_ranges(["keeper__path"], tree) | in_ranges(["path"], outposts))

    def visible_to(self, actor: Actor, permission: Permission = Permission.VIEW) -> StationQuerySet:
        """The same by the name that history asks by: a station's own history is not for the directory."""
        return self.within(actor, permission)

    def named(self, text: str) -> StationQuerySet:
        """By a part of the name, of the place or of whom it leans on; closed ones too."""
        codes = [code for code, name in prefixes().items() if text in name][:50]
        near = Q()
        for code in codes:
            near |= Q(region_code__startswith=code)
        return self.filter(
            Q(name__contains=text)
            | Q(host_unit__contains=text)
            | Q(address__contains=text)
            | Q(core__name__contains=text)
            | near
        )

    def official(self) -> StationQuerySet:
        return self.order_by("number", "pk")


class Station(SealsFields, models.Model):
    """The out-of-town home of mobile members (红色驿站): run by a host unit, often with a branch as its core.

    ``path``: its own number among the outposts, which its staff's grants and its people carry; for life.
    ``keeper``: the organisation of ours that set it up and keeps its record. ``core``: the organisation it leans on.
    ``phone`` is meant to be known and stands on the door card; at rest it is sealed like every number.
    ``stated_members``: how many it looks after as its register says; who that is the portal works out by itself.
    """

    public_id = PublicIdField()
    number = models.PositiveIntegerField("序号")
    name = models.CharField("驿站名称", max_length=80)
    kind = models.ForeignKey(StationKind, on_delete=models.PROTECT, related_name="+", verbose_name="类型")
    keeper = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="管理党组织")
    core = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="依托党组织"
    )
    core_text = models.CharField("依托党组织（本县以外）", max_length=120, blank=True, default="")
    path = PathField("路径", unique=True)
    region_code = models.CharField("行政区划代码", max_length=6, blank=True, default="")
    address = models.CharField("详细地址", max_length=120, blank=True, default="")
    host_unit = models.CharField("依托单位", max_length=80, blank=True, default="")
    opened_on = PartialDateField("挂牌日期")
    hours = models.CharField("开放时间", max_length=80, blank=True, default="")
    facilities = models.CharField("设施和服务", max_length=300, blank=True, default="")
    phone = SealedField("联系电话", tail="phone_tail")
    phone_tail = models.CharField(max_length=4, blank=True, default="", editable=False)
    stated_members = models.PositiveIntegerField("联系党员数（填报）", null=True, blank=True)
    closed_on = models.DateField("停用日期", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = StationQuerySet.as_manager()
    points: models.Manager[ServicePoint]
    lines: models.Manager[ServiceLine]

    HISTORY = (
        "number", "name", "kind", "keeper", "core", "core_text", "region_code", "address", "host_unit", "opened_on",
        "hours", "facilities", "phone", "phone_tail", "stated_members", "closed_on",
    )  # fmt: skip

    class Meta:
        verbose_name = "红色驿站"
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(closed_on__isnull=True),
                name="station_name_once",
                violation_error_message="已有同名的驿站。",
            )
        ]
        indexes = [
            models.Index(fields=["number"], name="station_number"),
            models.Index(fields=["region_code"], name="station_region"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("station-detail", args=[self.public_id])

    @property
    def is_open(self) -> bool:
        return self.closed_on is None

    @property
    def place(self) -> str:
        """``江苏省苏州市昆山市``, as far as it is known."""
        return region_label(self.region_code) if self.region_code else ""

    @property
    def short_place(self) -> str:
        place = region_place(self.region_code) if self.region_code else None
        return place.short() if place else ""

    @property
    def full_address(self) -> str:
        """The place and the address, whose own beginning often repeats the county."""
        place = region_place(self.region_code) if self.region_code else None
        if place is None or self.address.startswith(place.province):
            return self.address
        if place.county and self.address.startswith(place.county):
            return place.label().removesuffix(place.county) + self.address
        return place.label() + self.address

    @property
    def core_name(self) -> str:
        return self.core.name if self.core else self.core_text

    def reached_by(self, actor: Actor, permission: Permission) -> bool:
        """Whether the permission is held at the station itself or at the organisation that keeps it."""
        return actor.reaches(self.path, permission) or actor.reaches(self.keeper.path, permission)
