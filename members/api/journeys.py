"""/api/v1/journeys/, and what a journey begins with at /api/v1/members/<id>/."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from branches.models import Organisation
from core.api.inputs import Choice, Day, Flag, Input, Pattern, PublicId, Text, body_of, column
from core.api.views import ActApi, EditApi, ListApi, PageQuery
from core.domain.regions import region_label
from core.paths import subtree
from core.permissions import Permission
from members.actions import journeys, stages
from members.api.outputs import JourneyOut, StepOut
from members.api.people import confirmed
from members.enums import NOTES, Direction, JourneyState, StepKind
from members.listing import organisation_in_scope
from members.models import Journey, JourneyStep, Member

SIDES = {  # whose journeys: label, direction, scope column
    "out": ("流出", Direction.OUT, "home_path"),
    "in": ("外来流入", Direction.IN, "host_path"),
    "here": ("本县来此", Direction.OUT, "host_path"),
}
JOURNEYS = Journey.objects.select_related("member", "home", "host")


class RegionCode(Pattern):
    """A division of the national table, or 境外."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^([0-9]{6})?$", allow_blank=True, required=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data)
        if code and not region_label(code):
            raise serializers.ValidationError("没有这个行政区划代码。")
        return code


def stay(name: str, columns: tuple[str, ...], **more: Any) -> type[Input]:
    """A body of columns of a journey."""
    region = {"region_code": RegionCode(help_text="去向区划")}
    return body_of(name, Journey, columns, **region, **more)


def host() -> PublicId:
    return PublicId(required=False, allow_null=True, help_text="本县的流入地党组织，请它确认报到；null 为不请了")


def columns_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns among what was sent, with the host as an organisation. Raises ValidationError."""
    values = {name: value for name, value in given.items() if name in journeys.EDITABLE}
    if "host" in given:
        wanted = given["host"]
        values["host"] = Organisation.objects.open().filter(public_id=wanted).first() if wanted else None
        if wanted and values["host"] is None:
            raise serializers.ValidationError({"host": ["没有这个党组织，或者它已经撤销。"]})
    return values


class JourneyQuery(PageQuery):
    side = Choice(choices=[(key, one[0]) for key, one in SIDES.items()], default="out", help_text="哪一边的流动")
    state = Choice(choices=JourneyState.choices, required=False, help_text="不写为没有结束的")
    organisation = PublicId(required=False, help_text="只看这个党组织及其下级")
    member = PublicId(required=False, help_text="只看这名党员的，结束了的也在内")


class JourneyList(ListApi):
    title = "流动经历列表"
    queryset = JOURNEYS
    permission = Permission.VIEW
    output = JourneyOut
    query = JourneyQuery

    def chosen(self, asked: Mapping[str, Any]) -> Any:
        _label, direction, scope = SIDES[asked["side"]]
        rows = Journey.objects.all().visible_by(scope, self.actor).filter(direction=direction)
        if "member" in asked:
            rows = rows.filter(member__public_id=asked["member"])
        elif "state" not in asked:
            rows = rows.open()
        if "state" in asked:
            rows = rows.filter(state=asked["state"])
        if "organisation" in asked:
            low, high = subtree(organisation_in_scope(self.actor, asked["organisation"]).path)
            rows = rows.filter(**{f"{scope}__gte": low, f"{scope}__lt": high})
        return rows, (scope,)


class JourneyDetail(EditApi):
    title = "一段流动经历"
    queryset = JOURNEYS
    permission = Permission.VIEW
    output = JourneyOut
    writes = {"patch": stay("JourneyEditIn", journeys.EDITABLE, host=host(), confirmed=confirmed())}

    def edit(self, thing: Journey, given: dict[str, Any], version: int) -> Journey:
        return journeys.edit_journey(
            journey=thing,
            values=columns_of(given),
            by=self.actor,
            version=version,
            confirmed=given.get("confirmed", ()),
        )


# -- beginnings: POST on a member -----------------------------------------------------------------


class OnMember(ActApi):
    abstract = True
    queryset = Member.objects.current()
    permission = Permission.EDIT
    output = JourneyOut
    needs_match = False
    created = True


class MemberDepartures(OnMember):
    title = "外出报备"
    writes = {
        "post": stay(
            "DepartureIn", tuple(one for one in journeys.EDITABLE if one != "left_on"), host=host(), confirmed=confirmed(),
            left_on=Day(help_text="打算什么时候走"), promised=Flag(default=False, help_text="今天向本人宣读过承诺"),
            phone=column(Member, "phone", help_text="另外的联系电话"),
        )
    }  # fmt: skip

    def act(self, thing: Member, given: dict[str, Any], version: int | None) -> Journey:
        return journeys.report_departure(
            member=thing, values=columns_of(given), by=self.actor, phone=given.get("phone", ""),
            confirmed=given.get("confirmed", ()), promised=given["promised"],
        )  # fmt: skip


class MemberJourneys(OnMember):
    title = "登记流动"
    writes = {
        "post": stay(
            "JourneyIn", journeys.EDITABLE, host=host(), direction=Choice(choices=Direction.choices, help_text="方向")
        )
    }

    def act(self, thing: Member, given: dict[str, Any], version: int | None) -> Journey:
        return journeys.open_journey(
            member=thing, direction=given["direction"], values=columns_of(given), by=self.actor
        )


# -- steps: POST on a journey ---------------------------------------------------------------------


def on(label: str) -> Day:
    return Day(help_text=f"{label}，知道多少写多少")


class OnJourney(ActApi):
    abstract = True
    queryset = JOURNEYS
    permission = Permission.EDIT
    output = JourneyOut


class DepartIn(Input):
    on = on("什么时候走的")


class JourneyDepart(OnJourney):
    title = "登记已经外出"
    writes = {"post": DepartIn}

    def act(self, thing: Journey, given: dict[str, Any], version: int | None) -> Journey:
        return stages.depart(journey=thing, on=given["on"], by=self.actor, version=version)


class ArriveIn(Input):
    on = on("哪天报到的")
    note = column(JourneyStep, "text", help_text="说明")


class JourneyArrive(OnJourney):
    title = "确认报到"
    writes = {"post": ArriveIn}

    def act(self, thing: Journey, given: dict[str, Any], version: int | None) -> Journey:
        return stages.confirm_arrival(
            journey=thing, on=given["on"], by=self.actor, note=given.get("note", ""), version=version
        )


class RefuseIn(Input):
    reason = column(Journey, "refusal", required=True, allow_blank=False, help_text="为什么退回")


class JourneyRefuse(OnJourney):
    title = "退回报到"
    writes = {"post": RefuseIn}

    def act(self, thing: Journey, given: dict[str, Any], version: int | None) -> Journey:
        return stages.refuse_arrival(journey=thing, reason=given["reason"], by=self.actor, version=version)


class JourneyChange(OnJourney):
    title = "登记情况变化"
    writes = {
        "post": stay(
            "ChangeIn", stages.CHANGING, on=on("从什么时候起"), phone=column(Member, "phone", help_text="新的联系电话")
        )
    }

    def act(self, thing: Journey, given: dict[str, Any], version: int | None) -> Journey:
        values = {name: value for name, value in given.items() if name in stages.CHANGING}
        return stages.record_change(
            journey=thing, values=values, on=given["on"], by=self.actor, phone=given.get("phone", ""), version=version
        )


class EndIn(Input):
    outcome = Choice(choices=[(one.value, one.label) for one in journeys.OUTCOMES], help_text="怎样结束")
    on = on("哪天结束的")
    note = column(Journey, "note")


class JourneyEnd(OnJourney):
    title = "返乡登记或结束流动"
    writes = {"post": EndIn}

    def act(self, thing: Journey, given: dict[str, Any], version: int | None) -> Journey:
        return journeys.end_journey(
            journey=thing, outcome=given["outcome"], on=given["on"], by=self.actor, note=given.get("note", ""),
            version=version,
        )  # fmt: skip


class NoteIn(Input):
    kind = Choice(choices=[(one.value, StepKind(one).label) for one in NOTES], help_text="联系或思想汇报")
    on = on("哪一天")
    text = Text(
        required=False,
        allow_blank=True,
        max_length=JourneyStep._meta.get_field("text").max_length,
        help_text="主要内容",
    )
    confirmed = confirmed()


class JourneyNotes(OnJourney):
    """A note changes nothing that somebody else may have changed: it needs no ``If-Match``."""

    title = "登记联系或思想汇报"
    output = StepOut
    writes = {"post": NoteIn}
    needs_match = versioned = False
    created = True

    def act(self, thing: Journey, given: dict[str, Any], version: int | None) -> JourneyStep:
        step = stages.note_step(
            journey=thing, kind=given["kind"], on=given["on"], text=given.get("text", ""), by=self.actor,
            confirmed=given.get("confirmed", ()),
        )  # fmt: skip
        return JourneyStep.objects.visible_to(self.actor).get(pk=step.pk)  # as it is kept, not as it was typed
