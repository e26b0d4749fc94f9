from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.actors import Actor
from core.fields import ActorField, PathField
from core.permissions import Permission
from core.scoping import ScopedModel
from members.models import Member
from members.models.member import need_to_know
from sweeps.enums import FindingKind
from sweeps.models.returns import Return


class Finding(ScopedModel):
    """Somebody whom the canvass of the members at home turned up: "all at home except ...". One row a person and return."""

    scope_paths = ("path",)

    of = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="findings", db_index=False)
    path = PathField()
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("情况", max_length=12, choices=FindingKind.choices)
    note = models.CharField("说明", max_length=200, blank=True, default="")
    found_at = models.DateTimeField("登记时间")
    found_by = ActorField("登记人")

    class Meta:
        verbose_name = "摸排发现"
        constraints = [models.UniqueConstraint(fields=["of", "member"], name="finding_once")]

    @classmethod
    def further_condition(cls, actor: Actor, permission: Permission) -> Q:
        return need_to_know(actor, permission, "member__restricted")
