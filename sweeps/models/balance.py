"""The names behind the figures of a closed sweep, and what was learned later."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.actors import Actor
from core.fields import ActorField, PathField
from core.permissions import Permission
from core.scoping import ScopedModel, ScopedQuerySet
from members.enums import Direction
from members.models import Member
from members.models.member import need_to_know
from sweeps.enums import Term
from sweeps.models.returns import Return
from sweeps.models.sweep import Sweep


def _nobody_or_need_to_know(actor: Actor, permission: Permission) -> Q:
    """Rows that need not speak of a member. An empty condition is "everything" alone, but nothing beside an OR."""
    known = need_to_know(actor, permission, "member__restricted")
    return known and (Q(member__isnull=True) | known)


class BalanceName(ScopedModel):
    """One name under one term of a closed sweep, at the branch where the person then counted. Never changed."""

    scope_paths = ("path",)

    sweep = models.ForeignKey(Sweep, on_delete=models.PROTECT, related_name="+", db_index=False)
    path = PathField()
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", db_index=False)
    direction = models.CharField(max_length=3, choices=Direction.choices)
    term = models.CharField("项目", max_length=12, choices=Term.choices)

    class Meta:
        verbose_name = "平衡表名单"
        constraints = [
            models.UniqueConstraint(fields=["sweep", "member", "direction", "term", "path"], name="balance_name_once")
        ]
        indexes = [
            models.Index(fields=["path", "sweep", "term"], name="balance_path"),
            models.Index(fields=["member"], name="balance_member"),
        ]

    @classmethod
    def further_condition(cls, actor: Actor, permission: Permission) -> Q:
        return need_to_know(actor, permission, "member__restricted")


class Explanation(ScopedModel):
    """Why the books differ by somebody: of the figure reported last (历史差异), or of a stay that is gone without an ending.

    ``member`` empty: somebody who was in the reported figure and is in no register; ``name`` then says who.
    ``sign``: +1 the register has one more than was reported, -1 one less.
    """

    scope_paths = ("path",)

    of = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="explanations", db_index=False)
    path = PathField()
    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField("姓名", max_length=60)
    term = models.CharField("项目", max_length=12, choices=Term.choices)
    sign = models.SmallIntegerField("增减", default=1)
    note = models.CharField("说明", max_length=200)
    explained_at = models.DateTimeField("时间")
    explained_by = ActorField("说明人")

    class Meta:
        verbose_name = "差异说明"
        constraints = [
            models.UniqueConstraint(
                fields=["of", "member", "term"], condition=Q(member__isnull=False), name="explanation_once"
            )
        ]
        indexes = [models.Index(fields=["of"], name="explanation_of")]

    @classmethod
    def further_condition(cls, actor: Actor, permission: Permission) -> Q:
        return _nobody_or_need_to_know(actor, permission)


class ErratumQuerySet(ScopedQuerySet["Erratum"]):
    def standing(self) -> ErratumQuerySet:
        return self.filter(withdrawn_at__isnull=True)


class Erratum(ScopedModel):
    """What became known of a closed quarter: "as known now" is the frozen figure with these. None is ever deleted: one that the
    register no longer bears out is withdrawn, and stays to be read.

    ``closing``: by how much the closing figure of the branch would have been another one (-1, 0, 1). With a ``member`` it came
    from the register; without, it was noted by hand.
    """

    scope_paths = ("path",)

    sweep = models.ForeignKey(Sweep, on_delete=models.PROTECT, related_name="errata", db_index=False)
    path = PathField()
    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    direction = models.CharField(max_length=3, choices=Direction.choices)
    term = models.CharField("项目", max_length=12, choices=Term.choices)
    closing = models.SmallIntegerField("期末增减")
    text = models.CharField("说明", max_length=200)
    known_at = models.DateTimeField("得知时间")
    known_by = ActorField("登记人")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_by = ActorField("撤回人", db_default="")

    objects = ErratumQuerySet.as_manager()

    class Meta:
        verbose_name = "勘误"
        constraints = [
            models.UniqueConstraint(
                fields=["sweep", "member", "direction", "term"],
                condition=Q(member__isnull=False, withdrawn_at__isnull=True),
                name="erratum_once",
            )
        ]
        indexes = [models.Index(fields=["path", "sweep"], name="erratum_path")]

    @classmethod
    def further_condition(cls, actor: Actor, permission: Permission) -> Q:
        return _nobody_or_need_to_know(actor, permission)
