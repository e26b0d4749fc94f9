from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.urls import reverse

from core.actors import Actor
from core.domain.codes import ORGANISATION_KIND
from core.fields import PartialDateField, PathField, PublicIdField
from core.paths import ancestors, depth, subtree
from core.permissions import Permission
from core.scoping import in_ranges

if TYPE_CHECKING:
    from branches.models.post import Post


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """The directory may be read by every signed-in user; what hangs on an organisation may not."""

    def open(self) -> OrganisationQuerySet:
        return self.filter(closed_on__isnull=True)

    def under(self, path: str) -> OrganisationQuerySet:
        """The organisation at ``path`` and everything below it."""
        low, high = subtree(path)
        return self.filter(path__gte=low, path__lt=high)

    def within(self, actor: Actor, permission: Permission = Permission.VIEW) -> OrganisationQuerySet:
        """Those for which ``actor`` holds ``permission``."""
        if actor.everything:
            return self.all()
        return self.filter(in_ranges(["path"], actor.ranges(permission)))

    def visible_to(self, actor: Actor, permission: Permission = Permission.VIEW) -> OrganisationQuerySet:
        """The same by the name that history asks by: an organisation's own history is not for the directory."""
        return self.within(actor, permission)

    def branches(self) -> OrganisationQuerySet:
        """The kinds that hold members."""
        return self.filter(kind__in=Organisation.BRANCH_KINDS)

    def official(self) -> OrganisationQuerySet:
        """In the official order: a parent before its children, siblings as the county ordered them."""
        return self.order_by("order_path", "pk")

    def named(self, text: str) -> OrganisationQuerySet:
        return self.filter(Q(name__contains=text) | Q(short_name__contains=text) | Q(initials__startswith=text.lower()))


class Organisation(models.Model):
    """A node of the tree: committee, general branch, branch, group, or a place that groups several branches.

    ``path`` is identity in the tree and what scope compares; ``order_path`` is the official order
    (same shape, but numbered by ``position``), so that lists sort without knowing the tree.
    """

    BRANCH_KINDS = ("631", "632", "931", "932")
    COMMITTEE_KINDS = ("611", "911", "working", "local")

    public_id = PublicIdField()
    code = models.CharField("代码", max_length=30, blank=True, default="")
    name = models.CharField("全称", max_length=120)
    short_name = models.CharField("简称", max_length=60)
    initials = models.CharField("拼音首字母", max_length=60, blank=True, default="")
    kind = models.CharField("组织类别", max_length=12, choices=ORGANISATION_KIND.choices())
    marks = models.JSONField("标记", default=list, blank=True)  # mobile, retired, trade ...
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级党组织"
    )
    path = PathField("路径", unique=True)
    order_path = PathField("排序路径", default="")
    position = models.PositiveIntegerField("排序", default=0)
    region_code = models.CharField("行政区划代码", max_length=12, blank=True, default="")
    place = models.CharField("所在地", max_length=120, blank=True, default="")
    founded_on = PartialDateField("成立日期")
    elected_on = PartialDateField("本届当选日期")
    ends_on = models.DateField("撤销期限", null=True, blank=True)  # temporary organisations close on that day
    closed_on = models.DateField("撤销日期", null=True, blank=True)
    note = models.CharField("备注", max_length=300, blank=True, default="")
    version = models.PositiveIntegerField("版本", default=1)

    objects = OrganisationQuerySet.as_manager()
    posts: models.Manager[Post]

    HISTORY = (
        "code", "name", "short_name", "kind", "marks", "parent", "path", "position", "region_code", "place",
        "founded_on", "elected_on", "ends_on", "closed_on", "note",
    )  # fmt: skip

    class Meta:
        verbose_name = "党组织"
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"],
                condition=Q(closed_on__isnull=True),
                name="organisation_name_once",
                violation_error_message="同一上级党组织下已有同名的党组织。",
            ),
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="organisation_code_once"),
        ]
        indexes = [
            models.Index(fields=["order_path"], name="organisation_order"),
            models.Index(fields=["name"], name="organisation_name"),
        ]

    def __str__(self) -> str:
        return self.short_name

    def get_absolute_url(self) -> str:
        return reverse("organisation-detail", args=[self.public_id])

    @property
    def is_open(self) -> bool:
        return self.closed_on is None

    @property
    def is_branch(self) -> bool:
        return self.kind in self.BRANCH_KINDS

    @property
    def depth(self) -> int:
        return depth(self.path)

    def line(self) -> list[Organisation]:
        """From the root down to this one."""
        return list(Organisation.objects.filter(path__in=ancestors(self.path)).order_by("path"))
