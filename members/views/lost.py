"""Pages of lost contact: the spell, its search, what is decided, the official form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from core import clock
from core.http import PortalRequest
from core.permissions import Permission
from core.views.bases import ScopedDetail
from files.actions import KNOWN_TYPES
from members import history, lost_clocks, presenters
from members import lost_presenters as shown
from members.actions import looking, lost, lost_acts
from members.enums import SearchResult
from members.forms import DecisionForm, FoundForm, LostForm, StepForm
from members.lost_procedure import ACTS, Act, Procedure
from members.models import LostContact, LostStep
from members.views.pages import FormPage, OnMember, RecordPage

SPELLS = LostContact.objects.filter(member__merged_into__isnull=True).select_related("member__home")


class LostDetail(ScopedDetail):
    queryset = SPELLS
    permission = Permission.VIEW

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        return render(request, "members/lost.html", self.context())

    def context(self) -> dict[str, Any]:
        spell, now = self.object, clock.now()
        procedure = Procedure(spell, self.actor, clock.today())
        may_edit = presenters.may(spell, self.actor, Permission.EDIT)
        state, tone = shown.chip(spell, procedure.on)
        steps = LostStep.objects.visible_to(self.actor).filter(lost=spell).order_by("on", "pk")
        return {
            "lost": spell,
            "crumbs": presenters.crumbs(spell.member, self.actor, "联系情况"),
            "state": state,
            "tone": tone,
            "proposal": shown.proposal(procedure),
            "facts": [*shown.clock_lines(procedure), *shown.facts(spell)],
            "search": shown.search(list(steps)),
            "acts": shown.acts(procedure.acts),
            "history": history.entries(history.changes_of([spell], history.MOST), main=spell),
            "may_edit": may_edit,
            "deeds": shown.deeds(procedure) if may_edit else [],
            "undo": shown.undo(procedure, now) if may_edit else None,
            "paper": shown.paper(procedure),
        }


class OfSpell:
    """The pages of a spell lead back to it."""

    object: Any

    def back_url(self) -> str:
        return str(self.object.get_absolute_url())


class LostNew(OnMember):
    form_class = LostForm
    heading = "登记联系不上"
    submit = "登记"
    done = "已登记。怎么找的，请一次一次记下来。"

    def blockers(self) -> list[str]:
        return lost.blockers_to_open_lost(self.object)

    def form_kwargs(self) -> dict[str, Any]:
        return {"signs": lost_clocks.signs_of_life(self.object, clock.today())}

    def act(self, form: LostForm) -> LostContact:
        return lost.open_lost(member=self.object, values=form.values, by=self.actor, key=form.cleaned_data["key"])

    def next_url(self, result: LostContact) -> str:
        return result.get_absolute_url()


class LostEdit(OfSpell, RecordPage):
    queryset = SPELLS
    form_class = LostForm
    heading = "修改联系情况"

    def act(self, form: LostForm) -> LostContact:
        return lost.note_lost(lost=self.object, values=form.values, by=self.actor, version=form.cleaned_data["version"])


class LostStepNew(OfSpell, FormPage):
    """One try; whoever was reached is asked for the finding next."""

    queryset = SPELLS
    form_class = StepForm
    heading = "记一次查找"
    submit = "记下"
    done = "已记下。"

    def blockers(self) -> list[str]:
        return lost.blockers_to_search(self.object)

    def act(self, form: StepForm) -> LostStep:
        given = form.cleaned_data
        return lost.add_step(
            lost=self.object, on=given["on"], way=given["way"], result=given["result"], text=given["text"],
            by=self.actor, key=given["key"],
        )  # fmt: skip

    def next_url(self, result: LostStep) -> str:
        reached = result.result == SearchResult.REACHED and not lost_acts.blockers_to_find(self.object)
        return reverse("lost-found", args=[self.object.public_id]) if reached else self.back_url()


class LostFound(OfSpell, FormPage):
    queryset = SPELLS
    form_class = FoundForm
    heading = "登记取得联系"
    submit = "取得联系了"
    done = "已登记取得联系。新的电话和去向请到档案里改。"

    def form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"version": self.object.version, "on": clock.today().isoformat()}}

    def blockers(self) -> list[str]:
        return lost_acts.blockers_to_find(self.object)

    def act(self, form: FoundForm) -> LostContact:
        given = form.cleaned_data
        return lost_acts.found(
            lost=self.object, on=given["on"], note=given["note"], by=self.actor, version=given["version"]
        )


class LostDecide(OfSpell, FormPage):
    """What a meeting has decided; which one stands in the address."""

    queryset = SPELLS
    form_class = DecisionForm
    done = "已登记，一天之内可以撤销。"

    def prepare(self) -> None:
        if self.kwargs["kind"] not in ACTS:
            raise Http404
        super().prepare()

    @property
    def deed(self) -> Act:
        return ACTS[self.kwargs["kind"]]

    def title(self) -> str:
        return self.deed.kind.label

    @property
    def lead(self) -> str:
        return self.deed.hint

    @property
    def submit(self) -> str:
        return f"登记：{self.deed.kind.label}"

    def form_kwargs(self) -> dict[str, Any]:
        return {"act": self.deed, "initial": {"version": self.object.version}}

    def blockers(self) -> list[str]:
        return Procedure(self.object, self.actor, clock.today()).blockers(self.deed.kind)

    def act(self, form: DecisionForm) -> LostContact:
        given = form.cleaned_data
        return lost_acts.decide(
            lost=self.object, kind=self.deed.kind, on=given["on"], meeting=given.get("meeting", ""),
            document=given.get("document", ""), by=self.actor, version=given["version"],
        )  # fmt: skip


class LostUndo(ScopedDetail):
    """POST: the last act on the spell is taken back."""

    queryset = SPELLS
    permission = Permission.EDIT
    http_method_names = ["post"]

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        lost_acts.undo(lost=self.object, by=self.actor)
        messages.success(request, "已撤销，恢复到办理以前的样子。")
        return redirect(self.object)


class LostPaper(ScopedDetail):
    """POST: the official form as a Word file; taking it out is an event."""

    queryset = SPELLS
    permission = Permission.EXPORT
    http_method_names = ["post"]

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        data = looking.take_lost_paper(lost=self.object, by=self.actor)
        response = HttpResponse(data, content_type=KNOWN_TYPES[".docx"])
        name = f"失去联系党员登记表-{self.object.member.name}.docx"
        response["Content-Disposition"] = content_disposition_header(True, name)
        return response
