"""/api/v1/members/"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from core.api.inputs import Choice, PublicId, Text, body_of
from core.api.views import EditApi, ListApi, PageQuery
from core.permissions import Permission
from members.actions import looking, people
from members.api.outputs import MemberOut
from members.enums import EVIDENCE
from members.filters import FILTERS, Chosen
from members.listing import MEMBERS, organisation_in_scope
from members.models import Member


def confirmed() -> serializers.ListField:
    """The fields of evidence that were heard to be as they were."""
    return serializers.ListField(
        child=Choice(choices=list(EVIDENCE)),
        required=False,
        max_length=len(EVIDENCE),
        help_text="已核实、没有变化的项目",
    )


MemberQuery = type(
    "MemberQuery",
    (PageQuery,),
    {"organisation": PublicId(required=False, help_text="只看这个党组织及其下级")}
    | {
        key: Choice(choices=list(FILTERS[key].choices()), required=False, help_text=FILTERS[key].label)
        for key in MEMBERS.filters
    },
)
MemberEditIn = body_of(
    "MemberEditIn", Member, people.EDITABLE, confirmed=confirmed(),
    reason=Text(required=False, max_length=200, help_text="更正公民身份号码时必填：为什么"),
)  # fmt: skip


class MemberList(ListApi):
    title = "党员列表"
    queryset = Member.objects.current()
    permission = Permission.VIEW
    output = MemberOut
    query = MemberQuery
    order = (MEMBERS.column,)

    def chosen(self, asked: Mapping[str, Any]) -> Any:
        under = asked.get("organisation", "")
        path = organisation_in_scope(self.actor, under).path if under else ""
        return MEMBERS.queryset(self.actor, Chosen.of(MEMBERS.filters, asked), path=path), self.order

    def fetch(self, ids: Any) -> list[Any]:
        return MEMBERS.fetch(self.actor, ids)


class MemberDetail(EditApi):
    """GET opens the file (an event)."""

    title = "一名党员"
    queryset = Member.objects.current()
    permission = Permission.VIEW
    output = MemberOut
    writes = {"patch": MemberEditIn}

    def thing(self, **kwargs: Any) -> Any:
        found = self.find(**kwargs)
        return MEMBERS.fetch(self.actor, [found.pk])[0]

    def looked(self, thing: Member) -> None:
        looking.opened(member=thing, by=self.actor)

    def edit(self, thing: Member, given: dict[str, Any], version: int) -> Member:
        values = {name: value for name, value in given.items() if name in people.EDITABLE}
        return people.edit_member(
            member=thing, values=values, by=self.actor, version=version, confirmed=given.get("confirmed", ()),
            reason=given.get("reason", ""),
        )  # fmt: skip
