from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject, Left

from branches.models import Organisation
from core.actors import SYSTEM, Actor
from core.fields import ActorField, PathField
from core.paths import WIDTH
from core.permissions import Permission
from core.scoping import ScopedModel, ScopedQuerySet
from members.enums import OPEN_STATES, Direction
from members.freshness import fields_in
from members.models import Member
from members.models.member import need_to_know
from sweeps.enums import EDITABLE, Answer, ItemState, NotReached, Origin, Route, Way
from sweeps.models.returns import Return
from sweeps.models.sweep import Sweep

OF_RETURN = ("id", "public_id", "organisation_id", "state")


def in_editable_return(of: int | None = None) -> Exists:
    """Of an item: the return that it counts in is being filled in. ``of``: which that is, where it is known."""
    mine = Return.objects.visible_to(SYSTEM)
    mine = mine.filter(pk=of) if of else mine.filter(sweep=OuterRef("sweep"), path=OuterRef("path"))
    return Exists(mine.filter(state__in=EDITABLE))


class ItemQuerySet(ScopedQuerySet["Item"]):
    def unanswered(self) -> ItemQuerySet:
        return self.exclude(state=ItemState.ANSWERED)

    def due(self, today: dt.date) -> ItemQuerySet:
        """Unanswered, and not put off to a later day."""
        return self.unanswered().filter(Q(next_on__isnull=True) | Q(next_on__lte=today))

    def in_queue_order(self) -> ItemQuerySet:
        """The silent first, they take longest; then who was put off; inside a route as they were opened."""
        return self.order_by("-route", "pk")

    def with_facts(self) -> ItemQuerySet:
        """:meth:`with_stay`, and what was verified when: one query for a card."""
        return self.with_stay().select_related("member__freshness")

    def with_stay(self) -> ItemQuerySet:
        """With the member and the open stay (``stay``, or None)."""
        going_on = Q(member__journeys__state__in=OPEN_STATES, member__journeys__direction=F("direction"))
        stays = FilteredRelation("member__journeys", condition=going_on)
        return self.annotate(stay=stays).select_related("member", "stay")

    def for_an_answer(self) -> ItemQuerySet:
        """:meth:`with_stay` and :meth:`with_return`; ``asked_elsewhere``: whether another sweep has the person unanswered, seldom
        one that has ended; ``county_region``: the region of the county where the person counts."""
        others = self.model.objects.visible_to(SYSTEM).unanswered().filter(member=OuterRef("member"))
        county = Organisation.objects.filter(path=Left(OuterRef("path"), WIDTH))
        return self.with_stay().with_return().annotate(
            asked_elsewhere=Exists(others.exclude(sweep=OuterRef("sweep"))),
            county_region=Subquery(county.values("region_code")),
        )  # fmt: skip

    def with_return(self) -> ItemQuerySet:
        """With what :attr:`Item.of` is made of. Read for its state: a mobile branch may not open the home branch's return."""
        mine = Return.objects.visible_to(SYSTEM).filter(sweep=OuterRef("sweep"), path=OuterRef("path"))
        columns = mine.values(found=JSONObject(**{name: name for name in OF_RETURN}))
        return self.annotate(of_return=Subquery(columns[:1])).select_related("sweep", "member")


class Item(ScopedModel):
    """One known person in one sweep: by which route, which fields are asked, and what came of it.

    Opened by the hundred thousand with one INSERT … SELECT, so nothing here needs Python to be filled; the address of an
    item is its sweep and its member. ``path`` is where the person counts: home, of a guest the receiving branch.
    ``asked``: the mask at opening; ``ask``: what is left to ask (``members.freshness.BITS``).
    """

    scope_paths = ("path", "care_path")

    sweep = models.ForeignKey(Sweep, on_delete=models.PROTECT, related_name="items", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", db_index=False)
    path = PathField()
    care_path = PathField(blank=True, default="")
    restricted = models.BooleanField(default=False)
    direction = models.CharField(max_length=3, choices=Direction.choices)
    route = models.PositiveSmallIntegerField("路线", choices=Route.choices)
    asked = models.PositiveSmallIntegerField()
    ask = models.PositiveSmallIntegerField()
    origin = models.PositiveSmallIntegerField(choices=Origin.choices, default=Origin.OPENING)
    state = models.CharField("状态", max_length=8, choices=ItemState.choices, default=ItemState.OPEN)
    answer = models.CharField("结果", max_length=12, choices=Answer.choices, blank=True, default="")
    way = models.CharField("方式", max_length=8, choices=Way.choices, blank=True, default="")
    not_reached = models.CharField("没联系上", max_length=12, choices=NotReached.choices, blank=True, default="")
    tries = models.PositiveSmallIntegerField("联系次数", default=0)
    next_on = models.DateField("再联系日期", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True, default="")
    on_behalf = models.CharField("代录：谁提供", max_length=60, blank=True, default="")
    answered_at = models.DateTimeField("核实时间", null=True, blank=True)
    answered_by = ActorField("录入人")
    deed = models.CharField(
        max_length=40, blank=True, default=""
    )  # what the answer wrote in the register, to take it back
    version = models.PositiveSmallIntegerField("版本", default=1)

    stay: Any = (
        None  # ``with_facts`` sets it where there is one: a joined record that is not there leaves nothing behind
    )

    objects: ClassVar[Any] = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = "排查对象"
        constraints = [
            models.UniqueConstraint(fields=["member", "sweep"], name="item_once"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by="")
                | (Q(answered_at__isnull=False) & ~Q(answered_by="")),
                name="item_answered_pair",
            ),
            models.CheckConstraint(
                condition=Q(state="answered", answered_at__isnull=False) & ~Q(answer="")
                | ~Q(state="answered") & Q(answered_at__isnull=True, answer=""),
                name="item_answered_state",
            ),
        ]
        indexes = [
            # The matrix counts a subtree by these without looking at the table.
            models.Index(fields=["path", "sweep", "state", "answer", "route", "restricted"], name="item_path"),
            models.Index(fields=["care_path", "sweep"], name="item_care", condition=~Q(care_path="")),
        ]

    @classmethod
    def further_condition(cls, actor: Actor, permission: Permission) -> Q:
        return need_to_know(actor, permission)

    def __str__(self) -> str:
        return f"{self.sweep_id}/{self.member_id}"

    @property
    def of(self) -> Return:
        """The return it counts in, of a row had by ``with_return``."""
        return Return(sweep=self.sweep, path=self.path, is_branch=True, **self.of_return)

    @property
    def is_answered(self) -> bool:
        return self.state == ItemState.ANSWERED

    @property
    def fields_to_ask(self) -> list[str]:
        return fields_in(self.ask)
