from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from core.actors import Actor
from core.fields import ActorField, PathField
from core.permissions import Permission
from core.scoping import ScopedModel
from members.models import Member
from members.models.member import need_to_know
from sweeps.enums import Answer, CheckState, Route
from sweeps.models.returns import Return


class BackCheck(ScopedModel):
    """A sample of what one return says, asked again by the level above.

    ``population``, ``size``: people answered, people drawn; ``confidence`` and ``margin`` in percent (points) are what the
    size was computed from; ``seed``: with it and the same population the same people are drawn again.
    """

    scope_paths = ("path",)

    of = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="back_checks", db_index=False)
    path = PathField()
    of_version = models.PositiveIntegerField("报表版本")
    population = models.PositiveIntegerField("已核实人数")
    size = models.PositiveIntegerField("抽查人数")
    confidence = models.PositiveSmallIntegerField("置信水平")
    margin = models.PositiveSmallIntegerField("误差")
    seed = models.CharField("随机种子", max_length=24)
    state = models.CharField("状态", max_length=8, choices=CheckState.choices, default=CheckState.DRAWN)
    drawn_at = models.DateTimeField("抽取时间")
    drawn_by = ActorField("抽取人")
    shared_at = models.DateTimeField("反馈时间", null=True, blank=True)
    shared_by = ActorField("反馈人")
    answered_at = models.DateTimeField("说明时间", null=True, blank=True)
    answered_by = ActorField("说明人")
    comment = models.CharField("情况说明", max_length=500, blank=True, default="")
    on_behalf = models.CharField("代录：谁说明", max_length=60, blank=True, default="")

    class Meta:
        verbose_name = "抽查"
        constraints = [
            models.UniqueConstraint(fields=["of", "of_version"], name="back_check_once"),
            models.CheckConstraint(
                condition=Q(shared_at__isnull=True, shared_by="") | (Q(shared_at__isnull=False) & ~Q(shared_by="")),
                name="back_check_shared_pair",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by="")
                | (Q(answered_at__isnull=False) & ~Q(answered_by="")),
                name="back_check_answered_pair",
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("return-backcheck", args=[self.of.public_id])


class BackCheckPerson(ScopedModel):
    """One person of the sample. ``route``, ``answer``: the stratum, as they stood when it was drawn.

    ``results``: field of ``enums.CheckedField`` -> ``enums.Verdict``; it speaks of the facts, never of who wrote them.
    """

    scope_paths = ("path",)

    check_of = models.ForeignKey(BackCheck, on_delete=models.CASCADE, related_name="people", db_index=False)
    path = PathField()
    number = models.PositiveSmallIntegerField("序号")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    route = models.PositiveSmallIntegerField("路线", choices=Route.choices)
    answer = models.CharField("结果", max_length=12, choices=Answer.choices)
    results = models.JSONField("抽查结果", default=dict, blank=True)
    note = models.CharField("说明", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "抽查对象"
        constraints = [models.UniqueConstraint(fields=["check_of", "member"], name="back_check_person_once")]

    @classmethod
    def further_condition(cls, actor: Actor, permission: Permission) -> Q:
        return need_to_know(actor, permission, "member__restricted")
