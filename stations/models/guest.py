from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from core.fields import ActorField, PublicIdField, SealedField, SealsFields
from core.scoping import ScopedModel, ScopedQuerySet
from members.enums import Wish
from stations.enums import GuestState
from stations.models.point import ServicePoint
from stations.models.station import Station


class WaitingGuestQuerySet(ScopedQuerySet["WaitingGuest"]):
    def waiting(self) -> WaitingGuestQuerySet:
        return self.filter(state=GuestState.WAITING)


class WaitingGuest(SealsFields, ScopedModel):
    """A member from elsewhere who came to a station that leans on no branch of ours: waits for the keeper to find one.

    No record of a member yet: nobody looks after the person. The columns of the stay are those of a journey.
    """

    scope_paths = ("station__keeper__path",)
    outpost_paths = ("station__path",)

    public_id = PublicIdField()
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+")
    point = models.ForeignKey(ServicePoint, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField("姓名", max_length=40)
    phone = SealedField("联系电话", tail="phone_tail")
    phone_tail = models.CharField(max_length=4, blank=True, default="", editable=False)
    identity = SealedField("公民身份号码")
    home_text = models.CharField("组织关系所在党组织", max_length=160)
    destination_text = models.CharField("住在哪里", max_length=200, blank=True, default="")
    employer = models.CharField("工作单位", max_length=120, blank=True, default="")
    wish = models.CharField("本人意愿", max_length=8, blank=True, default="", choices=Wish.choices)
    wish_text = models.CharField("希望去的党组织", max_length=60, blank=True, default="")
    on = models.DateField("报到日期")
    by = ActorField("登记人")
    at = models.DateTimeField("登记时间")
    state = models.CharField("状态", max_length=8, choices=GuestState.choices, default=GuestState.WAITING)
    reason = models.CharField("不接收的原因", max_length=200, blank=True, default="")
    settled_at = models.DateTimeField("安排时间", null=True, blank=True)
    settled_by = ActorField("安排人")

    objects: ClassVar[Any] = WaitingGuestQuerySet.as_manager()

    class Meta:
        verbose_name = "等安排的外来党员"
        indexes = [models.Index(fields=["station", "state"], name="waiting_guest_station")]
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by="", state=GuestState.WAITING)
                | (Q(settled_at__isnull=False) & ~Q(settled_by="") & ~Q(state=GuestState.WAITING)),
                name="waiting_guest_settled_pair",
            ),
            models.CheckConstraint(
                condition=Q(state=GuestState.WAITING) | Q(phone="", identity=""), name="waiting_guest_numbers_wiped"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（等安排）"

    @property
    def is_waiting(self) -> bool:
        return self.state == GuestState.WAITING

    def get_absolute_url(self) -> str:
        return reverse("station-guest", args=[self.public_id])
