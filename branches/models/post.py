from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from branches.models.organisation import Organisation
from core.fields import PublicIdField, SealedField, SealsFields
from core.scoping import ScopedModel


class Post(SealsFields, ScopedModel):
    """Somebody holds an office in an organisation for a time (书记, 组织委员, 党务专干 ...).

    Grants of rights may hang on a post: they end with it. The holder's phone is not for the directory.
    """

    class Title(models.TextChoices):
        SECRETARY = "secretary", "书记"
        DEPUTY = "deputy", "副书记"
        ORGANISER = "organiser", "组织委员"
        MEMBER = "member", "委员"
        CLERK = "clerk", "党务专干"
        CONTACT = "contact", "联系人"

    scope_paths = ("organisation__path",)

    public_id = PublicIdField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="posts")
    title = models.CharField("职务", max_length=12, choices=Title.choices)
    holder_name = models.CharField("姓名", max_length=40, blank=True, default="")
    phone = SealedField("联系电话", index="phone_index", tail="phone_tail")
    phone_index = models.CharField(max_length=22, blank=True, default="", db_index=True, editable=False)
    phone_tail = models.CharField(max_length=4, blank=True, default="", editable=False)
    starts_on = models.DateField("任职日期", null=True, blank=True)
    ends_on = models.DateField("卸任日期", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    HISTORY = ("title", "holder_name", "phone", "phone_index", "phone_tail", "starts_on", "ends_on")

    class Meta:
        verbose_name = "职务"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="post_ends_after_start",
                violation_error_message="卸任日期不能早于任职日期。",
            )
        ]
        indexes = [models.Index(fields=["organisation", "title"], name="post_organisation")]

    def __str__(self) -> str:
        return f"{self.organisation.short_name}{self.get_title_display()}{self.holder_name}"
