"""/api/v1/sweeps/ and /api/v1/returns/"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.api.inputs import Choice, Input, PublicId, Text
from core.api.views import ActApi, DetailApi, ListApi, PageQuery
from core.paths import subtree
from core.permissions import Permission
from members.listing import organisation_in_scope
from sweeps.actions import canvassing, returns
from sweeps.api.outputs import ReturnOut, SweepOut, WholeReturnOut
from sweeps.enums import ReturnState, SweepState, Way
from sweeps.models import Return, Sweep

RETURNS = Return.objects.select_related("sweep", "organisation")


class SweepQuery(PageQuery):
    state = Choice(choices=SweepState.choices, required=False)


class SweepList(ListApi):
    title = "季度排查列表（新的在前）"
    queryset = Sweep.objects.select_related("organisation")
    permission = Permission.VIEW
    output = SweepOut
    query = SweepQuery
    order = ("-quarter",)

    def chosen(self, asked: Mapping[str, Any]) -> Any:
        rows = self.rows()
        return rows.filter(state=asked["state"]) if "state" in asked else rows, self.order


class SweepDetail(DetailApi):
    """A sweep is opened and closed and not edited: its state is its version."""

    title = "一次季度排查"
    queryset = Sweep.objects.select_related("organisation")
    permission = Permission.VIEW
    output = SweepOut

    def tag(self, thing: Sweep) -> str:
        return str(thing.state)


class ReturnQuery(PageQuery):
    sweep = PublicId(required=False, help_text="只看这次排查的")
    organisation = PublicId(required=False, help_text="只看这个党组织及其下级的")
    state = Choice(choices=ReturnState.choices, required=False)


class ReturnList(ListApi):
    title = "排查报表列表（官方顺序）"
    queryset = RETURNS
    permission = Permission.VIEW
    output = ReturnOut
    query = ReturnQuery
    order = ("organisation__order_path",)

    def chosen(self, asked: Mapping[str, Any]) -> Any:
        rows = self.rows()
        if "sweep" in asked:
            rows = rows.filter(sweep__public_id=asked["sweep"])
        if "organisation" in asked:
            low, high = subtree(organisation_in_scope(self.actor, asked["organisation"]).path)
            rows = rows.filter(path__gte=low, path__lt=high)
        return rows.filter(state=asked["state"]) if "state" in asked else rows, self.order


class ReturnDetail(DetailApi):
    title = "一份排查报表"
    queryset = RETURNS
    permission = Permission.VIEW
    output = WholeReturnOut


class BehalfIn(Input):
    on_behalf = Text(required=False, allow_blank=True, max_length=60, help_text="上级代录时必填：谁提供的情况")


class SubmitIn(BehalfIn):
    way = Choice(choices=Way.choices, required=False, help_text="上级代录时：怎样提供的")


class OnReturn(ActApi):
    abstract = True
    queryset = RETURNS
    permission = Permission.EDIT
    output = WholeReturnOut


class ReturnCanvass(OnReturn):
    title = "确认在家党员摸排"
    writes = {"post": BehalfIn}

    def act(self, thing: Return, given: dict[str, Any], version: int | None) -> Return:
        return canvassing.confirm_canvass(of=thing, by=self.actor, version=version, **given)


class ReturnSubmit(OnReturn):
    title = "上报"
    writes = {"post": SubmitIn}

    def act(self, thing: Return, given: dict[str, Any], version: int | None) -> Return:
        return returns.submit(of=thing, by=self.actor, version=version, **given)


class NothingIn(Input):
    """An empty object."""


class ReturnTakeBack(OnReturn):
    title = "撤回上报"
    writes = {"post": NothingIn}

    def act(self, thing: Return, given: dict[str, Any], version: int | None) -> Return:
        return returns.take_back(of=thing, by=self.actor, version=version)
