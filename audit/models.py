"""What happened (Event, sealed into a chain) and what changed (Change, the one history)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from core.actors import Actor
from core.fields import ActorField, PublicIdField
from core.paths import depth
from core.permissions import Permission
from core.scoping import ScopedModel, ScopedQuerySet, organisation_ids


class Event(ScopedModel):
    """Something a person did that somebody may have to answer for. Ids and words, never numbers of persons.

    Append-only: triggers refuse UPDATE, DELETE and TRUNCATE. ``mac`` covers the row; the sealer
    gives it a place in the chain (:class:`Seal`) within a minute.
    ``organisation_id``: where it happened, without a foreign key, so that an organisation's end leaves the log alone.
    """

    public_id = PublicIdField()
    kind = models.CharField("类型", max_length=40)
    at = models.DateTimeField("时间")
    actor = ActorField("操作人")
    organisation_id = models.BigIntegerField("所在党组织", null=True)
    subject_type = models.CharField("对象类型", max_length=40, blank=True, default="")
    subject_id = models.CharField("对象", max_length=40, blank=True, default="")
    text = models.CharField("内容", max_length=400)
    data = models.JSONField("细节", default=dict)
    mac = models.BinaryField("校验值")

    class Meta:
        verbose_name = "操作记录"
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "at"], name="event_subject"),
            models.Index(fields=["organisation_id", "at"], name="event_organisation"),
            models.Index(fields=["at"], name="event_at"),
        ]

    @classmethod
    def scope_condition(cls, actor: Actor, permission: Permission) -> Q:
        ranges = actor.ranges(permission)
        here = Q(organisation_id__in=organisation_ids(ranges))
        if permission is Permission.AUDIT and any(depth(low) == 1 for low, _high in ranges):
            here |= Q(organisation_id__isnull=True)  # at the door, by a name that nobody has: the county's to watch
        return here


class Seal(models.Model):
    """An event's place in the hash chain: ``hash`` = SM3(previous hash + the event's row MAC)."""

    number = models.BigIntegerField("序号", primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="seal")
    hash = models.BinaryField("链值")

    class Meta:
        verbose_name = "链记录"


class ChangeQuerySet(ScopedQuerySet["Change"]):
    def of(self, obj: Any, actor: Actor, permission: Permission = Permission.VIEW) -> ChangeQuerySet:
        """The history of ``obj``: visible where the object itself is."""
        model = type(obj)
        visible = actor.everything or model._default_manager.visible_to(actor, permission).filter(pk=obj.pk).exists()
        rows = self.unscoped() if visible else self.unscoped().none()
        return rows.filter(object_type=model._meta.label_lower, object_id=obj.public_id).order_by("version", "pk")


class Change(ScopedModel):
    """One version of one record: ``fields`` is {column: [before, after]} as stored (ciphertext stays ciphertext).

    Written by actions and by set-based applies alike; serves history, "as of" and undo. Append-only.
    There is no scope column: history is reached through its object (:meth:`ChangeQuerySet.of`).
    """

    object_type = models.CharField("对象类型", max_length=40)
    object_id = models.CharField("对象", max_length=40)
    version = models.IntegerField("版本")
    at = models.DateTimeField("时间")
    actor = ActorField("操作人")
    batch = models.CharField("导入批次", max_length=40, blank=True, default="")
    source = models.CharField("来源", max_length=20)
    fields = models.JSONField("变动", default=dict)

    objects: ClassVar[Any] = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "变动记录"
        indexes = [
            models.Index(fields=["object_id", "version"], name="change_object"),
            models.Index(fields=["batch"], name="change_batch", condition=~Q(batch="")),
        ]

    @classmethod
    def scope_condition(cls, actor: Actor, permission: Permission) -> Q:
        return Q(pk__in=())
