"""Pages of journeys: the journey itself, its beginning, its correction and its end."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from core import clock
from core.components import Link
from core.permissions import Permission
from core.views.bases import ScopedDetail
from members import history, journey_presenters, presenters
from members.actions import journeys, looking, steps
from members.clears import missing
from members.duties import lists
from members.enums import Direction, DutySide
from members.forms import EndForm, InForm, OutForm, ReportForm
from members.models import Journey, JourneyStep, Transfer
from members.views.pages import FormPage, OnMember, RecordPage

JOURNEYS = Journey.objects.filter(member__merged_into__isnull=True).select_related("member", "home", "host")


class OfJourney:
    """Pages on a journey: whoever does not see the person file is led back without it."""

    object: Journey
    actor: Any

    def title(self) -> str:
        raise NotImplementedError

    def crumbs(self) -> list[Link]:
        return journey_presenters.crumbs(self.object, self.actor, self.title())


class JourneyDetail(ScopedDetail):
    queryset = JOURNEYS
    permission = Permission.VIEW

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return render(request, "members/journey.html", journey_context(request, self.object, {}))


def journey_context(request: HttpRequest, journey: Journey, shown: dict[str, str]) -> dict[str, Any]:
    actor = request.actor
    sees = journey_presenters.sees_file(journey, actor)
    taken = list(
        JourneyStep.objects.visible_to(actor).filter(journey=journey).select_related("journey").order_by("-pk")
    )
    transfer = Transfer.objects.visible_to(actor).open().filter(journey=journey).first()
    deeds = journey_presenters.deeds(journey, actor, transfer)
    answer, tone = journey_presenters.answer(journey)
    keeps = presenters.may(journey, actor, Permission.EDIT) and steps.keeps(journey, actor)
    return {
        "journey": journey,
        "sees_file": sees,
        "crumbs": journey_presenters.crumbs(journey, actor),
        "stay": presenters.stay(journey),
        "standing": journey_presenters.standing(journey, clock.today(), transfer),
        "person": journey_presenters.person_facts(journey, sees),
        "facts": presenters.journey_facts(journey),
        "numbers": journey_presenters.numbers(journey, actor, shown),
        "answer": answer,
        "answer_tone": tone,
        "missing": missing(journey.member, journey, may_edit=sees and keeps) if journey.is_open else [],
        "duties": journey_presenters.duties(journey, clock.today()),
        "steps": journey_presenters.entries(taken),
        "undo": journey_presenters.undo(taken, actor, clock.now()),
        "deeds": deeds,
        "may_edit": keeps,
        "history": history.entries(history.changes_of([journey], history.MOST), main=journey) if sees else None,
    }


class JourneyShow(ScopedDetail):
    """POST: a whole number, the member's or the contact's; the look is recorded."""

    queryset = JOURNEYS
    permission = Permission.FULL_NUMBERS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        field = request.POST.get("field", "")
        try:
            number = looking.show_number(record=self.object, field=field, by=self.actor)
        except KeyError as error:
            raise Http404 from error
        if request.headers.get("HX-Request"):
            return render(request, "members/person_number.html", {"text": number})
        return render(request, "members/journey.html", journey_context(request, self.object, {field: number}))


class JourneyReport(OnMember):
    form_class = ReportForm
    heading = "外出报备"
    submit = "报备"
    done = "已报备。走了以后请在这里登记“已经外出”。"

    def form_kwargs(self) -> dict[str, Any]:
        return {"member": self.object}

    def reading(self) -> tuple[str, ...]:
        return lists()[DutySide.MEMBER].lines

    def blockers(self) -> list[str]:
        return journeys.blockers_to_open_journey(self.object, Direction.OUT)

    def act(self, form: ReportForm) -> Journey:
        given = form.cleaned_data
        return journeys.report_departure(
            member=self.object, values=form.values, by=self.actor, phone=given["phone"],
            confirmed=["phone"] if given["phone_ok"] else [], promised=given["promised"], key=given["key"],
        )  # fmt: skip

    def next_url(self, result: Journey) -> str:
        return result.get_absolute_url()


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
    form_class = InForm
    heading = "登记流入"
    done = "已登记流入。"
    direction = Direction.IN


class JourneyEdit(OfJourney, RecordPage):
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


class JourneyEnd(OfJourney, FormPage):
    queryset = JOURNEYS
    form_class = EndForm
    submit = "登记"
    done = "已登记，这段经历结束了。"

    def title(self) -> str:
        return f"结束{self.object.get_direction_display()}经历"

    def form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"version": self.object.version, "on": clock.today().isoformat()}}

    def blockers(self) -> list[str]:
        return journeys.blockers_to_end(self.object)

    def act(self, form: EndForm) -> Journey:
        given = form.cleaned_data
        return journeys.end_journey(
            journey=self.object, outcome=given["outcome"], on=given["on"], note=given["note"], by=self.actor,
            version=given["version"],
        )  # fmt: skip
