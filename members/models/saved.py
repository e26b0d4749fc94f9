from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.actors import Actor
from core.fields import PublicIdField
from core.permissions import Permission
from core.scoping import ScopedModel


class SavedFilter(ScopedModel):
    """A list's filters under a name, for the person who saved them. Never holds seven digits in a row."""

    public_id = PublicIdField()
    owner = models.CharField("所有者", max_length=40)
    list = models.CharField("列表", max_length=20)
    name = models.CharField("名称", max_length=30)
    query = models.CharField("条件", max_length=500)
    created_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = "常用筛选"
        constraints = [models.UniqueConstraint(fields=["owner", "list", "name"], name="saved_filter_once")]

    @classmethod
    def scope_condition(cls, actor: Actor, permission: Permission) -> Q:
        return Q(owner=actor.id)
