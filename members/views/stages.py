"""One page a step of a journey, and taking the last one back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from core.errors import NotAllowed
from core.permissions import Permission
from core.views.bases import ScopedDetail
from members.actions import stages, steps
from members.forms import ChangeForm, NoteForm, ReasonForm, StageForm
from members.models import Journey, JourneyStep, Member
from members.views.journeys import JOURNEYS, OfJourney
from members.views.pages import FormPage, RecordPage

STEPS = JourneyStep.objects.filter(journey__member__merged_into__isnull=True).select_related("journey__member")


class StagePage(OfJourney, FormPage):
    abstract = True
    queryset = JOURNEYS

    def title(self) -> str:
        return self.heading

    def form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"version": self.object.version}}


class HostPage(StagePage):
    """For the receiving organisation: the home sees the journey, but does not confirm to itself."""

    abstract = True

    def prepare(self) -> None:
        super().prepare()
        if self.object.host is not None:
            steps.require_host(self.object, self.actor)

    def blockers(self) -> list[str]:
        return stages.blockers_to_arrive(self.object)


class JourneyDepart(StagePage):
    form_class = StageForm
    heading = "登记已经外出"
    submit = "登记"
    done = "已登记外出。"

    def prepare(self) -> None:
        super().prepare()
        steps.require_keeper(self.object, self.actor)

    def form_kwargs(self) -> dict[str, Any]:
        return {**super().form_kwargs(), "on_label": "什么时候走的", "asks_text": False}

    def blockers(self) -> list[str]:
        return stages.blockers_to_depart(self.object)

    def act(self, form: StageForm) -> Journey:
        given = form.cleaned_data
        return stages.depart(journey=self.object, on=given["on"], by=self.actor, version=given["version"])


class JourneyArrive(HostPage):
    form_class = StageForm
    heading = "确认报到"
    submit = "确认报到"
    done = "已确认报到。"

    def form_kwargs(self) -> dict[str, Any]:
        return {**super().form_kwargs(), "on_label": "什么时候来报到的"}

    def act(self, form: StageForm) -> Journey:
        given = form.cleaned_data
        return stages.confirm_arrival(
            journey=self.object, on=given["on"], note=given["text"], by=self.actor, version=given["version"]
        )


class JourneyRefuse(HostPage):
    form_class = ReasonForm
    heading = "退回报到"
    submit = "退回"
    done = "已退回，组织关系所在的支部会收到原因。"

    def act(self, form: ReasonForm) -> Journey:
        given = form.cleaned_data
        return stages.refuse_arrival(
            journey=self.object, reason=given["reason"], by=self.actor, version=given["version"]
        )


class JourneyNote(StagePage):
    form_class = NoteForm
    heading = "登记联系、思想汇报"
    submit = "登记"
    done = "已登记。"

    def form_kwargs(self) -> dict[str, Any]:
        return {}

    def blockers(self) -> list[str]:
        return stages.blockers_to_note(self.object)

    def act(self, form: NoteForm) -> Journey:
        given = form.cleaned_data
        stages.note_step(
            journey=self.object, kind=given["kind"], on=given["on"], text=given["text"], confirmed=given["confirmed"],
            by=self.actor,
        )  # fmt: skip
        return self.object


class JourneyChange(OfJourney, RecordPage):
    queryset = JOURNEYS
    form_class = ChangeForm
    heading = "地址、工作、电话变了"
    submit = "登记变化"
    done = "已登记变化。"

    def title(self) -> str:
        return self.heading

    def blockers(self) -> list[str]:
        return stages.blockers_to_note(self.object)

    def act(self, form: ChangeForm) -> Journey:
        given = form.cleaned_data
        return stages.record_change(
            journey=self.object, values=form.changes, phone=given["phone"], on=given["on"], by=self.actor,
            version=given["version"],
        )  # fmt: skip


class StepUndo(ScopedDetail):
    """POST: the journey as it was before its last step."""

    queryset = STEPS
    permission = Permission.EDIT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        member, label = self.object.journey.member, self.object.get_kind_display()
        if not steps.may_undo(self.object, self.actor):
            raise NotAllowed("由登记这一步的党组织撤销。")
        journey = steps.undo_step(step=self.object, by=self.actor)
        messages.success(request, f"已撤销“{label}”，恢复到登记以前的样子。")
        if journey is not None and Journey.objects.visible_to(self.actor).filter(pk=journey.pk).exists():
            return redirect(journey.get_absolute_url())
        seen = Member.objects.visible_to(self.actor).filter(pk=member.pk).exists()
        return redirect(member.get_absolute_url() if seen else "hosted-list")
