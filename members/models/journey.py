from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from branches.models import Organisation
from core.actors import Actor
from core.domain.codes import FORMER_WORK, INDUSTRY, LEAVING_REASON, UNIT_KIND
from core.fields import PartialDateField, PathField, PublicIdField, SealedField, SealsFields
from core.permissions import Permission
from core.scoping import ScopedModel, ScopedQuerySet
from members.enums import AWAY_STATES, OPEN_STATES, Direction, JourneyState, Mobility, Wish
from members.models.member import Member, need_to_know


class JourneyQuerySet(ScopedQuerySet["Journey"]):
    def open(self) -> JourneyQuerySet:
        return self.filter(state__in=OPEN_STATES)

    def under_way(self) -> JourneyQuerySet:
        """Those who are away; a departure that was only reported has not begun."""
        return self.filter(state__in=AWAY_STATES)

    def out(self) -> JourneyQuerySet:
        return self.filter(direction=Direction.OUT)

    def inward(self) -> JourneyQuerySet:
        return self.filter(direction=Direction.IN)


class Journey(SealsFields, ScopedModel):
    """One stay away (out) or here (in).

    Either end may be one of our organisations or only a text. ``home_path`` and ``host_path`` are copies
    for scope: of the member's branch for a journey out, of the receiving branch for one in (or out to a branch of ours).
    ``refusal``: why the host of ours did not take the member in; "" while it is asked, or has confirmed.
    ``placed_on``: since when the member is where he is now, when that is later than ``left_on``.
    ``unit_kind`` and ``former_work``: as the national statistics count them; "" where nobody has said.
    ``promised_on``: when the promises for the time away were read to the member.
    """

    scope_paths = ("home_path", "host_path")
    outpost_member = "member"

    public_id = PublicIdField()
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="journeys")
    direction = models.CharField("方向", max_length=3, choices=Direction.choices)
    state = models.CharField("状态", max_length=12, choices=JourneyState.choices)
    # Few journeys name a host of ours, and a home is found by its path: indexes of their own would cost each row of a ledger.
    home = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    home_text = models.CharField("组织关系所在党组织", max_length=160, blank=True, default="")
    host = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    host_text = models.CharField("流入地党组织", max_length=160, blank=True, default="")
    home_path = PathField(blank=True, default="")
    host_path = PathField(blank=True, default="")
    region_code = models.CharField("去向区划", max_length=6, blank=True, default="")
    destination_text = models.CharField("去向地址", max_length=200, blank=True, default="")
    mobility = models.CharField("流动范围", max_length=10, blank=True, default="", choices=Mobility.choices)
    left_on = PartialDateField("外出时间")
    expected_return_on = PartialDateField("预计返回")
    ended_on = PartialDateField("结束时间")
    reason = models.CharField("外出原因", max_length=12, blank=True, default="", choices=LEAVING_REASON.choices())
    reason_text = models.CharField("外出原因原文", max_length=60, blank=True, default="")
    industry = models.CharField("行业", max_length=1, blank=True, default="", choices=INDUSTRY.choices())
    employer = models.CharField("工作单位", max_length=120, blank=True, default="")
    unit_kind = models.CharField(
        "外出单位类型", max_length=16, blank=True, default="", db_default="", choices=UNIT_KIND.choices()
    )
    former_work = models.CharField(
        "原职业", max_length=12, blank=True, default="", db_default="", choices=FORMER_WORK.choices()
    )
    contact_name = models.CharField("联系人", max_length=60, blank=True, default="")
    contact_phone = SealedField("联系人电话")
    certificate = models.BooleanField("持有活动证", null=True, blank=True)
    certificate_no = models.CharField("活动证号", max_length=40, blank=True, default="")
    note = models.CharField("备注", max_length=500, blank=True, default="")
    wish = models.CharField("本人意愿", max_length=8, blank=True, default="", db_default="", choices=Wish.choices)
    wish_text = models.CharField("希望去的党组织", max_length=60, blank=True, default="", db_default="")
    promised_on = models.DateField("宣读承诺日期", null=True, blank=True)
    placed_on = PartialDateField("到现在地点的时间")
    refusal = models.CharField("未接收的原因", max_length=200, blank=True, default="", db_default="")
    imported = models.BooleanField("由台账登记", default=False)  # the earlier steps were not taken in the portal
    version = models.PositiveIntegerField("版本", default=1)
    created_at = models.DateTimeField("登记时间")
    updated_at = models.DateTimeField("更新时间")

    objects: ClassVar[Any] = JourneyQuerySet.as_manager()

    HISTORY = (
        "direction", "state", "home", "home_text", "host", "host_text", "region_code", "destination_text", "mobility",
        "left_on", "expected_return_on", "ended_on", "reason", "reason_text", "industry", "employer", "unit_kind",
        "former_work", "contact_name", "contact_phone", "certificate", "certificate_no", "note", "wish", "wish_text",
        "promised_on", "placed_on", "refusal",
    )  # fmt: skip

    class Meta:
        verbose_name = "流动经历"
        constraints = [
            models.UniqueConstraint(
                fields=["member", "direction"],
                condition=Q(state__in=OPEN_STATES),
                name="journey_open_once",
                violation_error_message="这位党员已有一段没有结束的流动经历。",
            )
        ]
        indexes = [
            models.Index(fields=["home_path", "id"], name="journey_home"),
            # All that the overview counts of those away, in the order in which ``member_home`` has the people: both are read
            # side by side, without the tables.
            models.Index(
                fields=[
                    "home_path",
                    "member",
                    "left_on",
                    "expected_return_on",
                    "placed_on",
                    "region_code",
                    "mobility",
                    "reason",
                    "industry",
                ],
                name="journey_away",
                condition=Q(direction=Direction.OUT, state__in=AWAY_STATES),
            ),
            models.Index(fields=["host_path", "id"], name="journey_host", condition=~Q(host_path="")),
            models.Index(fields=["region_code", "home_path"], name="journey_region"),
            models.Index(fields=["host"], name="journey_host_id", condition=Q(host__isnull=False)),
        ]

    @classmethod
    def further_condition(cls, actor: Actor, permission: Permission) -> Q:
        return need_to_know(actor, permission, "member__restricted")

    def __str__(self) -> str:
        return f"{self.get_direction_display()}：{self.destination_text or self.region_code}"

    def get_absolute_url(self) -> str:
        return reverse("journey-detail", args=[self.public_id])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def keeper_path(self) -> str:
        """The side that keeps the record: the member's branch for a journey out, the receiving branch for one in."""
        return self.home_path if self.direction == Direction.OUT else self.host_path
