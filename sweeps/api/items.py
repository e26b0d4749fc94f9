"""/api/v1/returns/<id>/people/ and /api/v1/sweeps/<id>/people/<member>/: who is asked about, and the answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from rest_framework import serializers

from core.api.inputs import Choice, Day, Text, column
from core.api.views import ActApi, DetailApi, ListApi, PageQuery
from core.permissions import Permission
from members.actions import answers
from members.api.journeys import stay
from members.api.people import confirmed
from members.enums import EVIDENCE
from members.models import Member
from sweeps.actions import answering
from sweeps.actions.answering import Given, Taken
from sweeps.api.outputs import ItemOut
from sweeps.api.returns import BehalfIn, NothingIn
from sweeps.enums import Answer, ItemState, NotReached, Way
from sweeps.forms import KEYED_WAYS
from sweeps.models import Item, Return

ITEMS = Item.objects.select_related("sweep", "member")
ANSWERS = [(one.value, one.label) for one in Answer if one != Answer.NEW]


class ItemQuery(PageQuery):
    state = Choice(choices=ItemState.choices, required=False)


class ReturnPeople(ListApi):
    title = "一份报表里要核实的人"
    queryset = ITEMS
    permission = Permission.VIEW
    output = ItemOut
    query = ItemQuery

    def chosen(self, asked: Mapping[str, Any]) -> Any:
        of = Return.objects.visible_to(self.actor).filter(public_id=self.kwargs["public_id"]).first()
        if of is None:
            raise Http404
        rows = self.rows().filter(sweep=of.sweep_id, path=of.path)
        return rows.filter(state=asked["state"]) if "state" in asked else rows, self.order


class OnItem:
    """The item of a member in a sweep."""

    queryset = ITEMS
    output = ItemOut

    def thing(self, **kwargs: Any) -> Item:
        wanted = {"sweep__public_id": kwargs["public_id"], "member__public_id": kwargs["member_id"]}
        return self.find(**wanted)


class ItemDetail(OnItem, DetailApi):
    title = "排查中的一个人"
    permission = Permission.VIEW


class ItemAct(OnItem, ActApi):
    abstract = True
    permission = Permission.EDIT

    def fresh(self, item: Item, version: int) -> Item:
        """The action compares the versions of answers; of a person who has none yet it is asked here. Raises Taken."""
        if version != item.version and not item.is_answered:
            raise Taken(f"刚才有人对{item.member.name}做了登记，请重新读取。", "taken")
        return item

    def act(self, thing: Item, given: dict[str, Any], version: int | None) -> Item:
        assert version is not None
        self.fresh(thing, version)
        self.do(thing, given, version)
        return self.thing(**self.kwargs)

    def do(self, item: Item, given: dict[str, Any], version: int) -> Any:
        raise NotImplementedError


LearnedIn = stay("LearnedIn", answers.OF_JOURNEY, **{name: column(Member, name) for name in answers.OF_MEMBER})


class AnswerIn(BehalfIn):
    answer = Choice(choices=ANSWERS, required=False, help_text="不写时看 values 里有没有变化")
    way = Choice(choices=[(one.value, Way(one).label) for one in KEYED_WAYS], help_text="怎样问到的")
    values = LearnedIn(required=False, help_text="变了的：新的情况")
    confirmed = confirmed()
    unknown = serializers.ListField(
        child=Choice(choices=list(EVIDENCE)),
        required=False,
        max_length=len(EVIDENCE),
        help_text="没有登记过、也问不到的项目",
    )
    on = Day(required=False, help_text="返乡、转走、去世是哪一天")
    since = Day(required=False, help_text="从什么时候起联系不上")
    note = Text(required=False, allow_blank=True, max_length=200, help_text="说明")


class ItemAnswer(ItemAct):
    title = "登记核实结果"
    writes = {"post": AnswerIn}

    def do(self, item: Item, given: dict[str, Any], version: int) -> Any:
        said = {
            **given,
            "answer": Answer(given["answer"]) if "answer" in given else None,
            "way": Way(given["way"]),
            "values": dict(given.get("values", {})),
        }
        return answering.answer(
            sweep=item.sweep, member=item.member, given=Given(**said), by=self.actor, version=version
        )


class NotReachedIn(BehalfIn):
    reason = Choice(choices=NotReached.choices, help_text="没联系上的原因")


class ItemNotReached(ItemAct):
    title = "登记没联系上"
    writes = {"post": NotReachedIn}

    def do(self, item: Item, given: dict[str, Any], version: int) -> Any:
        return answering.not_reached(sweep=item.sweep, member=item.member, by=self.actor, version=version, **given)


class ItemUndo(ItemAct):
    title = "撤回核实结果"
    writes = {"post": NothingIn}

    def do(self, item: Item, given: dict[str, Any], version: int) -> Any:
        return answering.undo(sweep=item.sweep, member=item.member, by=self.actor, version=version)
