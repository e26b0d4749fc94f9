from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from branches.models import Organisation
from core.actors import Actor
from core.domain.codes import EDUCATION, MEMBER_KIND, NATION, PARTY_STATUS, SEX
from core.fields import BytewiseField, PartialDateField, PathField, PublicIdField, SealedField, SealsFields
from core.paths import depth, split
from core.permissions import Permission
from core.scoping import ScopedModel, ScopedQuerySet

NEED_TO_KNOW_DEPTH = 1  # 限制知悉: known to the county, to nobody below it


def need_to_know(actor: Actor, permission: Permission, column: str = "restricted") -> Q:
    """Keeps restricted persons (abroad, classified work, police, military) from everybody below the county."""
    tree, _outposts = split(actor.ranges(permission))  # nobody restricted is among the people of an outpost
    if tree and all(depth(low) <= NEED_TO_KNOW_DEPTH for low, _high in tree):
        return Q()
    return Q(**{column: False})


class MemberQuerySet(ScopedQuerySet["Member"]):
    def current(self) -> MemberQuerySet:
        """Records that were not merged into another one."""
        return self.filter(merged_into__isnull=True)

    def registered(self) -> MemberQuerySet:
        """Our members: their membership is with one of our organisations, and has not ended."""
        return self.current().filter(home__isnull=False, party_status__in=Member.COUNTED)

    def guests(self) -> MemberQuerySet:
        """Inflow members: here, while the membership stays elsewhere."""
        return self.current().filter(home__isnull=True)

    def at_old_address(self, public_id: str) -> MemberQuerySet:
        """The record that a merged one was merged into, through two more merges if need be."""
        old = Q(merged_from__public_id=public_id)
        old |= Q(merged_from__merged_from__public_id=public_id)
        old |= Q(merged_from__merged_from__merged_from__public_id=public_id)
        return self.current().filter(old).distinct()


class Member(SealsFields, ScopedModel):
    """One person, one record, for life (一人一档).

    ``home`` and ``care`` (and their paths) are copies of the open :class:`Membership` rows: home = where the
    membership is, care = the mobile branch, or the receiving branch of an inflow member, who has no home of ours.
    """

    COUNTED = ("normal", "stopped", "reinstated")

    scope_paths = ("home_path", "care_path")
    outpost_member = "pk"

    public_id = PublicIdField()
    name = models.CharField("姓名", max_length=60)
    initials = BytewiseField("拼音首字母", max_length=20, blank=True, default="")
    initials_alt = BytewiseField(max_length=20, blank=True, default="", editable=False)  # a surname's other reading
    sex = models.CharField("性别", max_length=1, blank=True, default="", choices=SEX.choices())
    nation = models.CharField("民族", max_length=2, blank=True, default="", choices=NATION.choices())
    birth_date = PartialDateField("出生日期")
    education = models.CharField("学历", max_length=2, blank=True, default="", choices=EDUCATION.choices())
    kind = models.CharField("人员类别", max_length=1, blank=True, default="", choices=MEMBER_KIND.choices())
    joined_on = PartialDateField("入党日期")
    confirmed_on = PartialDateField("转正日期")
    party_status = models.CharField("党籍状态", max_length=12, default="normal", choices=PARTY_STATUS.choices())
    identity = SealedField("公民身份号码", index="identity_index")
    identity_index = models.CharField(max_length=22, blank=True, default="", editable=False)
    phone = SealedField("联系电话", index="phone_index", tail="phone_tail")
    phone_index = models.CharField(max_length=22, blank=True, default="", editable=False)
    phone_tail = models.CharField(max_length=4, blank=True, default="", editable=False)
    other_phones = SealedField("其他电话")  # joined by ","
    home_address = models.CharField("家庭住址", max_length=200, blank=True, default="")
    dues_paid_to = PartialDateField("党费交至")
    marks = models.JSONField("标记", default=list, blank=True)
    restricted = models.BooleanField("限制知悉", default=False)
    note = models.CharField("备注", max_length=500, blank=True, default="")
    home = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所在党支部"
    )
    care = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="流动或纳入支部",
        db_index=False,
    )
    home_path = PathField("组织关系路径", blank=True, default="")
    care_path = PathField("纳入路径", blank=True, default="")
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_from", db_index=False
    )
    version = models.PositiveIntegerField("版本", default=1)
    created_at = models.DateTimeField("建档时间")
    updated_at = models.DateTimeField("更新时间")

    objects: ClassVar[Any] = MemberQuerySet.as_manager()

    HISTORY = (
        "name", "initials", "initials_alt", "sex", "nation", "birth_date", "education", "kind", "joined_on",
        "confirmed_on", "party_status", "identity", "identity_index", "phone", "phone_index", "phone_tail",
        "other_phones", "home_address", "dues_paid_to", "marks", "restricted", "note", "home", "care", "merged_into",
    )  # fmt: skip

    class Meta:
        verbose_name = "党员"
        constraints = [
            models.UniqueConstraint(
                fields=["identity_index"],
                condition=Q(merged_into__isnull=True) & ~Q(identity_index=""),
                name="member_identity_once",
                violation_error_message="这个公民身份号码已经有档案。",
            ),
        ]
        indexes = [
            # What every list of a subtree and the overview ask besides the path stands in the index too: they are counted
            # without the table.
            models.Index(
                fields=[
                    "home_path",
                    "id",
                    "party_status",
                    "restricted",
                    "merged_into",
                    "home",
                    "sex",
                    "birth_date",
                    "joined_on",
                    "education",
                ],
                name="member_home",
            ),
            # And where only how many they are is asked, a twentieth of that one will do: the same path is stored once.
            models.Index(
                fields=["home_path", "restricted"],
                name="member_registered",
                condition=Q(merged_into=None, home__isnull=False, party_status__in=("normal", "stopped", "reinstated")),
            ),
            models.Index(fields=["care_path", "id"], name="member_care", condition=~Q(care_path="")),
            # Not the partial one above: for a list of many numbers the planner cannot tell that none of them is "".
            models.Index(fields=["identity_index"], name="member_identity"),
            models.Index(fields=["care"], name="member_care_id", condition=Q(care__isnull=False)),
            models.Index(fields=["merged_into"], name="member_merged", condition=Q(merged_into__isnull=False)),
            models.Index(fields=["phone_index"], name="member_phone"),
            models.Index(fields=["phone_tail", "home_path"], name="member_phone_tail"),
            models.Index(fields=["name", "home_path"], name="member_name"),
            models.Index(fields=["initials", "id", "home_path"], name="member_initials"),
            models.Index(fields=["initials_alt"], name="member_initials_alt", condition=~Q(initials_alt="")),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("member-detail", args=[self.public_id])

    @classmethod
    def further_condition(cls, actor: Actor, permission: Permission) -> Q:
        return need_to_know(actor, permission)

    @property
    def path(self) -> str:
        """Where the record is kept: at the branch of the membership, a guest's at the receiving branch."""
        return self.home_path or self.care_path

    @property
    def is_guest(self) -> bool:
        return self.home_id is None
