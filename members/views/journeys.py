"""Pages of journeys and of lost contact."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from core.permissions import Permission
from core.views.bases import ScopedDetail
from members import history, presenters
from members.actions import journeys, looking, lost
from members.enums import Direction
from members.forms import EndForm, FoundForm, InForm, LostForm, OutForm
from members.models import Journey, LostContact
from members.views.pages import FormPage, OnMember, RecordPage

JOURNEYS = Journey.objects.filter(member__merged_into__isnull=True).select_related("member", "home", "host")
SPELLS = LostContact.objects.filter(member__merged_into__isnull=True).select_related("member")


class JourneyDetail(ScopedDetail):
    queryset = JOURNEYS
    permission = Permission.VIEW

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return render(request, "members/journey.html", journey_context(request, self.object, ""))


def journey_context(request: HttpRequest, journey: Journey, shown: str) -> dict[str, Any]:
    actor = request.actor  # type: ignore[attr-defined]
    may_edit = presenters.may(journey, actor, Permission.EDIT)
    return {
        "journey": journey,
        "crumbs": presenters.crumbs(journey.member, journey.get_direction_display()),
        "stay": presenters.stay(journey),
        "facts": presenters.journey_facts(journey),
        "number": presenters.contact_number(journey, actor, shown),
        "history": history.entries(history.changes_of([journey], history.MOST), main=journey),
        "may_edit": may_edit,
        "end_blockers": journeys.blockers_to_end(journey),
    }


class JourneyShow(ScopedDetail):
    """POST: the contact's whole number; the look is recorded."""

    queryset = JOURNEYS
    permission = Permission.FULL_NUMBERS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            number = looking.show_number(record=self.object, field=request.POST.get("field", ""), by=self.actor)
        except KeyError as error:
            raise Http404 from error
        if request.headers.get("HX-Request"):
            return render(request, "members/person_number.html", {"text": number})
        return render(request, "members/journey.html", journey_context(request, self.object, number))


class JourneyNewOut(OnMember):
    form_class = OutForm
    heading = "登记流出"
    submit = "登记"
    done = "已登记流出。"
    direction = Direction.OUT

    def blockers(self) -> list[str]:
        return journeys.blockers_to_open_journey(self.object, self.direction)

    def act(self, form: OutForm) -> Journey:
        return journeys.open_journey(
            member=self.object,
            direction=self.direction,
            values=form.values,
            by=self.actor,
            key=form.cleaned_data["key"],
        )


class JourneyNewIn(JourneyNewOut):
    form_class = InForm  # type: ignore[assignment]
    heading = "登记流入"
    done = "已登记流入。"
    direction = Direction.IN


class JourneyEdit(RecordPage):
    queryset = JOURNEYS
    form_class = OutForm
    done = "已保存，改动记入历史。"

    def title(self) -> str:
        return f"修改{self.object.get_direction_display()}经历"

    def form(self, data: Any = None) -> Any:
        kind = OutForm if self.object.direction == Direction.OUT else InForm
        return kind(data, record=self.object)

    def act(self, form: OutForm) -> Journey:
        return journeys.edit_journey(
            journey=self.object, values=form.values, by=self.actor, version=form.cleaned_data["version"],
            confirmed=form.cleaned_data["confirmed"],
        )  # fmt: skip


class JourneyEnd(FormPage):
    queryset = JOURNEYS
    form_class = EndForm
    submit = "结束这段经历"
    done = "已结束。"

    def title(self) -> str:
        return f"结束{self.object.get_direction_display()}经历"

    def form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"version": self.object.version}}

    def blockers(self) -> list[str]:
        return journeys.blockers_to_end(self.object)

    def act(self, form: EndForm) -> Journey:
        given = form.cleaned_data
        return journeys.end_journey(
            journey=self.object, outcome=given["outcome"], on=given["on"], note=given["note"], by=self.actor,
            version=given["version"],
        )  # fmt: skip


# -- lost contact -------------------------------------------------------------------------------


class LostNew(OnMember):
    form_class = LostForm
    heading = "登记联系不上"
    submit = "登记"
    done = "已登记。满规定的月数仍联系不上，按失联办理。"

    def blockers(self) -> list[str]:
        return lost.blockers_to_open_lost(self.object)

    def act(self, form: LostForm) -> LostContact:
        return lost.open_lost(member=self.object, values=form.values, by=self.actor, key=form.cleaned_data["key"])


class OfMember:
    """The pages of a spell lead back to the person: a spell has no page of its own."""

    object: Any

    def back_url(self) -> str:
        return str(self.object.member.get_absolute_url())

    def next_url(self, result: LostContact) -> str:
        return str(result.member.get_absolute_url())


class LostEdit(OfMember, RecordPage):
    queryset = SPELLS
    form_class = LostForm
    heading = "补充查找情况"

    def act(self, form: LostForm) -> LostContact:
        return lost.note_lost(lost=self.object, values=form.values, by=self.actor, version=form.cleaned_data["version"])


class LostFound(OfMember, FormPage):
    queryset = SPELLS
    form_class = FoundForm
    heading = "登记取得联系"
    submit = "取得联系了"
    done = "已登记取得联系。新的电话和去向请到档案里改。"

    def form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"version": self.object.version}}

    def blockers(self) -> list[str]:
        return lost.blockers_to_find(self.object)

    def act(self, form: FoundForm) -> LostContact:
        given = form.cleaned_data
        return lost.found(lost=self.object, on=given["on"], note=given["note"], by=self.actor, version=given["version"])
