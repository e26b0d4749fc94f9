from __future__ import annotations

from django.db import models
from django.db.models import Q

from branches.models import Organisation
from core.fields import ActorField
from core.scoping import ScopedModel
from members.enums import MembershipKind
from members.models.member import Member


class Membership(ScopedModel):
    """That a member belongs to an organisation from a day until a day. The truth behind ``Member.home`` and ``care``.

    ``batch``: the import that made it; ``ended_batch``: the one that ended it ("" = by hand).
    """

    scope_paths = ("organisation__path",)

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("类型", max_length=8, choices=MembershipKind.choices)
    starts_on = models.DateField("起", null=True, blank=True)
    ends_on = models.DateField("止", null=True, blank=True)
    batch = models.CharField(max_length=40, blank=True, default="")
    ended_batch = models.CharField(max_length=40, blank=True, default="")
    made_by = ActorField("登记人")

    class Meta:
        verbose_name = "组织关系"
        constraints = [
            models.UniqueConstraint(
                fields=["member", "kind"], condition=Q(ends_on__isnull=True), name="membership_open_once"
            )
        ]
        indexes = [
            models.Index(fields=["organisation"], name="membership_organisation"),
            models.Index(fields=["batch"], name="membership_batch", condition=~Q(batch="")),
        ]
