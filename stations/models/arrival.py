from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.actors import Actor
from core.fields import ActorField, PathField, PublicIdField
from core.permissions import Permission
from core.scoping import ScopedModel
from members.enums import Wish
from members.models import Journey, Member
from members.models.member import need_to_know
from stations.enums import Why
from stations.models.point import ServicePoint
from stations.models.station import Station


class CheckIn(ScopedModel):
    """That somebody came to a station on a day and was registered there (到站报到).

    As long as that stay goes on at the place where it went then (``region_code``), the person is among this station's people.
    ``wish``: what the member wishes as to organisation life near by. Kept as it was written: a log.
    """

    scope_paths = ("station__keeper__path", "member__home_path", "member__care_path")
    outpost_paths = ("station__path",)

    public_id = PublicIdField()
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+")
    point = models.ForeignKey(ServicePoint, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="+", related_query_name="check_in")
    region_code = models.CharField(max_length=6, blank=True, default="")
    on = models.DateField("报到日期")
    wish = models.CharField("本人意愿", max_length=8, blank=True, default="", choices=Wish.choices)
    wish_text = models.CharField("希望去的党组织", max_length=60, blank=True, default="")
    by = ActorField("登记人")
    at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "到站报到"
        indexes = [models.Index(fields=["station", "-at"], name="check_in_station")]

    @classmethod
    def further_condition(cls, actor: Actor, permission: Permission) -> Q:
        return need_to_know(actor, permission, "member__restricted")

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d} 到{self.station}报到"


class Presence(ScopedModel):
    """That somebody is among a station's people, and why: worked out by ``stations.presence``, never typed.

    At most one a person; nobody who is 限制知悉. It is all that the scope of a station's staff stands on.
    """

    scope_paths = ("member__home_path", "member__care_path")
    outpost_paths = ("path",)

    member = models.OneToOneField(
        Member, on_delete=models.CASCADE, primary_key=True, related_name="+", related_query_name="presence"
    )
    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="+", db_index=False)
    path = PathField()
    why = models.CharField("原因", max_length=10, choices=Why.choices)

    class Meta:
        verbose_name = "驿站联系的党员"
        indexes = [models.Index(fields=["path", "member"], name="presence_path")]

    @classmethod
    def further_condition(cls, actor: Actor, permission: Permission) -> Q:
        return need_to_know(actor, permission, "member__restricted")
