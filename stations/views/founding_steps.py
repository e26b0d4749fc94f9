"""The steps of preparing a founding: each a short page that is saved by itself and leads on to the next."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from branches.models import Organisation
from core import clock
from core.components import Link, Step
from core.errors import UserError
from core.http import PortalRequest
from core.permissions import Permission
from core.views.bases import ScopedDetail
from members.models import Member
from members.rows import work
from members.views.pages import FormPage
from members.words import place_words
from stations import founding as rules
from stations.actions import foundings
from stations.actions.foundings import MOST_CHOSEN
from stations.founding_forms import BeginForm, KindForm, NameForm, PapersForm
from stations.founding_steps import LABELS, following, steps_of
from stations.gathering import FULL
from stations.models import Founding
from stations.views.foundings import FOUNDINGS, crumbs


class StepPage(FormPage):
    """``step``: its key in ``stations.founding_steps.LABELS``."""

    abstract = True
    queryset = FOUNDINGS
    permission = Permission.ORGANISE
    submit = "保存，下一步"
    step = ""

    def member(self) -> None:
        return None

    def title(self) -> str:
        return LABELS[self.step]

    def crumbs(self) -> list[Link]:
        return crumbs(self.object, self.title())

    def steps(self) -> list[Step]:
        return step_line(self.object, self.actor, self.step)

    def blockers(self) -> list[str]:
        return frozen(self.object)

    def form_kwargs(self) -> dict[str, Any]:
        return {"record": self.object}

    def next_url(self, result: Founding) -> str:
        return following(result, self.step)

    def act(self, form: Any) -> Founding:
        given = dict(form.cleaned_data)
        version = given.pop("version", None)
        return foundings.save_step(founding=self.object, values=given, by=self.actor, version=version)


def step_line(founding: Founding, actor: Any, step: str) -> list[Step]:
    found = rules.conditions(founding, rules.chosen(founding, actor), actor, clock.today())
    return steps_of(founding, found, step)


def frozen(founding: Founding) -> list[str]:
    return [] if founding.may_change else [f"现在{founding.get_state_display()}，不能再改；要改先撤回。"]


class FoundingNew(FormPage):
    """The first step of a founding that is not there yet. ``?proposal=``, ``kind``, ``region`` ...: what was proposed."""

    queryset = FOUNDINGS
    permission = Permission.ORGANISE
    form_class = BeginForm
    heading = "筹建流动党员党组织"
    submit = "开始筹建"
    done = "已开始。每一步都会保存，可以随时离开、回来接着办。"
    lead = "先定建什么、设在哪里，再选人、写请示，最后由县里审批。"

    def prepare(self) -> None:
        self.object = None

    def member(self) -> None:
        return None

    def back_url(self) -> str:
        return reverse("founding-list")

    def crumbs(self) -> list[Link]:
        return crumbs(None, "开始")

    def form_kwargs(self) -> dict[str, Any]:
        wanted = {name: self.request.GET[name] for name in ("kind", "region", "trade", "people", "proposal", "organisation")
                  if self.request.GET.get(name)}  # fmt: skip
        return {"actor": self.actor, "initial": wanted}

    def act(self, form: BeginForm) -> Founding:
        given = dict(form.cleaned_data)
        mine = Organisation.objects.within(self.actor, Permission.ORGANISE)
        given["organisation"] = mine.get(public_id=given["organisation"])
        return foundings.begin(by=self.actor, **given)

    def next_url(self, result: Founding) -> str:
        return following(result, "kind")


class KindStep(StepPage):
    queryset = FOUNDINGS
    permission = Permission.ORGANISE
    form_class = KindForm
    step = "kind"


class NameStep(StepPage):
    queryset = FOUNDINGS
    permission = Permission.ORGANISE
    form_class = NameForm
    step = "name"
    lead = "名称照官方格式：中共＋县＋驻＋地方＋流动党员支部委员会。"

    def form_kwargs(self) -> dict[str, Any]:
        return {"record": self.object, "actor": self.actor}

    def act(self, form: NameForm) -> Founding:
        given = form.cleaned_data
        values = {"superior": form.offered[given["superior"]], "name": given["name"]}
        return foundings.save_step(founding=self.object, values=values, by=self.actor, version=given["version"])


class PapersStep(StepPage):
    queryset = FOUNDINGS
    permission = Permission.ORGANISE
    form_class = PapersForm
    step = "papers"
    submit = "保存"
    lead = "保存以后，在下一页下载请示，打印、盖章、报县里。"


class TickPage(ScopedDetail):
    """A step on which people are ticked."""

    abstract = True
    queryset = FOUNDINGS
    permission = Permission.ORGANISE
    step = ""
    template = ""

    def context(self) -> dict[str, Any]:
        raise NotImplementedError

    def act(self) -> Founding:
        raise NotImplementedError

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        one = self.object
        shared = {
            "one": one,
            "title": LABELS[self.step],
            "crumbs": crumbs(one, LABELS[self.step]),
            "steps": step_line(one, self.actor, self.step),
            "blockers": frozen(one),
        }
        return render(request, self.template, {**shared, **self.context()})

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        try:
            founding = self.act()
        except UserError as refused:
            if refused.code == "not_allowed":
                raise
            messages.error(request, refused.text)
            return redirect("founding-step", public_id=self.object.public_id, step=self.step)
        messages.success(request, "已保存。")
        return redirect(following(founding, self.step))


class MembersStep(TickPage):
    """Those who gather there and are in no mobile branch yet; whoever was chosen stands on top."""

    queryset = FOUNDINGS
    permission = Permission.ORGANISE
    step = "members"
    template = "stations/founding_members.html"

    def context(self) -> dict[str, Any]:
        chosen = rules.chosen(self.object, self.actor)
        ids = {one.member_id for one in chosen}
        stays = list(rules.candidates(self.object, self.actor)[: MOST_CHOSEN + 1])
        more = [stay for stay in stays[:MOST_CHOSEN] if stay.member_id not in ids]
        known = {stay.member_id: stay for stay in stays}
        rows = [_person(one.member, known.get(one.member_id), True) for one in chosen]
        rows += [_person(stay.member, stay, False) for stay in more]
        return {"rows": rows, "chosen": len(chosen), "more": len(stays) > MOST_CHOSEN, "most": MOST_CHOSEN}

    def act(self) -> Founding:
        wanted = self.request.POST.getlist("member")
        found = list(Member.objects.visible_to(self.actor).filter(public_id__in=wanted))
        if len(found) < len(set(wanted)):
            raise Http404
        return foundings.choose_members(founding=self.object, members=found, by=self.actor)


def _person(member: Member, stay: Any, is_chosen: bool) -> dict[str, Any]:
    return {
        "member": member,
        "is_chosen": is_chosen,
        "is_full": member.kind == FULL,
        "place": place_words(stay.region_code, stay.destination_text) if stay else "",
        "work": work(stay) if stay else "",
    }


class ConsentStep(TickPage):
    """Each was asked; and who is to be the secretary."""

    queryset = FOUNDINGS
    permission = Permission.ORGANISE
    step = "consent"
    template = "stations/founding_consent.html"

    def context(self) -> dict[str, Any]:
        return {"members": rules.chosen(self.object, self.actor), "full": FULL}

    def act(self) -> Founding:
        ids = {one.member.public_id: one.member_id for one in rules.chosen(self.object, self.actor)}
        agreed = [ids[key] for key in self.request.POST.getlist("agreed") if key in ids]
        secretary = ids.get(self.request.POST.get("secretary", ""))
        return foundings.note_consent(founding=self.object, agreed=agreed, secretary=secretary, by=self.actor)


PAGES = {"kind": KindStep, "name": NameStep, "members": MembersStep, "consent": ConsentStep, "papers": PapersStep}


def founding_step(request: PortalRequest, public_id: str, step: str) -> Any:
    """One address for all steps."""
    if step not in PAGES:
        raise Http404
    return PAGES[step].as_view()(request, public_id=public_id)
