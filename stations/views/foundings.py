"""Founding a mobile organisation: the list, the page with its checklist, and what is decided on it. The steps: founding_steps."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from branches.models import Organisation
from core import clock
from core.components import Fact, Link
from core.errors import Blocked, NotAllowed
from core.http import PortalRequest
from core.paths import WIDTH
from core.permissions import Permission
from core.views.bases import ScopedDetail, ScopedList
from files.actions import KNOWN_TYPES
from members.presenters import Deed
from members.views.pages import FormPage
from stations import founding as rules
from stations.actions import founding_decisions as decisions
from stations.founding_enums import FoundingState, S
from stations.founding_forms import ApprovalForm, WhyForm
from stations.founding_steps import steps_of
from stations.gathering import KINDS, place_name
from stations.models import Founding

FOUNDINGS = Founding.objects.select_related("organisation", "superior", "secretary", "made")
MOST = 200
TONES = {
    S.DRAFT: "info",
    S.SUBMITTED: "warn",
    S.APPROVED: "info",
    S.DONE: "ok",
    S.REFUSED: "bad",
    S.WITHDRAWN: "neutral",
}


def crumbs(founding: Founding | None, last: str = "") -> list[Link]:
    line = [Link("党员聚在哪里", reverse("gathering")), Link("筹建流动党员党组织", reverse("founding-list"))]
    if founding is not None:
        line.append(Link(str(founding), founding.get_absolute_url() if last else ""))
    return [*line, Link(last)] if last else line


class FoundingList(ScopedList):
    """Those that are under way on top, the latest first."""

    queryset = FOUNDINGS
    permission = Permission.VIEW

    def get(self, request: PortalRequest) -> HttpResponse:
        found = sorted(self.rows().order_by("-pk")[: MOST + 1], key=lambda one: not one.is_open)
        rows = [(one, TONES[FoundingState(one.state)], place_name(one.region)) for one in found[:MOST]]
        context = {
            "rows": rows,
            "more": len(found) > MOST,
            "most": MOST,
            "may_begin": self.actor.can(Permission.ORGANISE),
        }
        return render(request, "stations/foundings.html", context)


class FoundingDetail(ScopedDetail):
    queryset = FOUNDINGS
    permission = Permission.VIEW

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        one = self.object
        members = rules.chosen(one, self.actor)
        found = rules.conditions(one, members, self.actor, clock.today())
        may_act = self.actor.reaches(one.path, Permission.ORGANISE)
        context = {
            "one": one,
            "tone": TONES[FoundingState(one.state)],
            "crumbs": crumbs(one),
            "steps": steps_of(one, found) if one.may_change and may_act else [],
            "conditions": [(each, reverse("founding-step", args=[one.public_id, each.step])) for each in found],
            "facts": facts(one, len(members)),
            "deeds": self.deeds(rules.blockers(found)) if may_act else [],
            "members": members,
            "may_act": may_act,
            "is_open": one.is_open,
        }
        return render(request, "stations/founding.html", context)

    def deeds(self, missing: list[str]) -> list[Deed]:
        """What the reader may do next; the first is what the page is for."""
        one, county = self.object, rules.may_decide(self.object, self.actor)

        def deed(label: str, name: str, *, tone: str = "plain", blockers: list[str] | None = None) -> Deed:
            return Deed(label, reverse(f"founding-{name}", args=[one.public_id]), name, blockers or [], tone)

        quiet = deed("不办了", "withdraw", tone="quiet")
        found = {
            S.DRAFT: [deed("报县里审批", "submit", tone="main", blockers=missing), quiet],
            S.SUBMITTED: [
                *([deed("登记批复", "approve", tone="main"), deed("不批准", "refuse")] if county else []),
                deed("撤回来改", "take-back"), quiet,
            ],
            S.APPROVED: [*([deed("成立", "complete", tone="main", blockers=missing)] if county else []), quiet],
            S.REFUSED: [deed("重新准备", "reopen")],
            S.WITHDRAWN: [deed("重新准备", "reopen")],
        }  # fmt: skip
        return found.get(FoundingState(one.state), [])


def facts(one: Founding, members: int) -> list[Fact]:
    found = [
        Fact("由谁筹建", one.organisation.short_name),
        Fact("设在", place_name(one.region)),
        Fact("编哪些人", one.get_trade_display() or KINDS.get(one.people, "") or "不分行业、类别"),
        Fact("上级党组织", one.superior.short_name if one.superior else ""),
        Fact("党员", f"{members} 名"),
        Fact("书记（组长）人选", one.secretary.name if one.secretary else ""),
        Fact("成立的理由", one.reason),
    ]
    if one.ends_on:
        found.append(Fact("撤销期限", f"{one.ends_on:%Y-%m-%d}"))
    if one.application_no or one.applied_on:
        found.append(Fact("请示", f"{one.application_no} {one.applied_on or ''}".strip()))
    if one.approval_no:
        found.append(Fact("批复", f"{one.approved_by} {one.approval_no} {one.approved_on}"))
    if one.answer:
        found.append(Fact("原因", one.answer))
    return found


class Act(ScopedDetail):
    """POST: one move without a form."""

    abstract = True
    queryset = FOUNDINGS
    permission = Permission.ORGANISE
    http_method_names = ["post"]
    done = ""

    def act(self) -> Founding:
        raise NotImplementedError

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        try:
            founding = self.act()
        except Blocked as blocked:
            for why in blocked.blockers:
                messages.error(request, why)
            return redirect(self.object)
        messages.success(request, self.done)
        return redirect(founding)


class FoundingSubmit(Act):
    queryset = FOUNDINGS
    permission = Permission.ORGANISE
    done = "已报县里审批。"

    def act(self) -> Founding:
        return decisions.submit(founding=self.object, by=self.actor)


class FoundingTakeBack(Act):
    queryset = FOUNDINGS
    permission = Permission.ORGANISE
    done = "已撤回，可以再改。"

    def act(self) -> Founding:
        return decisions.take_back(founding=self.object, by=self.actor)


class FoundingReopen(Act):
    queryset = FOUNDINGS
    permission = Permission.ORGANISE
    done = "可以接着准备了。"

    def act(self) -> Founding:
        return decisions.reopen(founding=self.object, by=self.actor)


class FoundingComplete(Act):
    """GET: what will happen."""

    queryset = FOUNDINGS
    permission = Permission.ORGANISE
    http_method_names = ["get", "post"]
    done = "已经成立。以后在“党组织”里维护它，党员在“流动支部联系的党员”里。"

    def prepare(self) -> None:
        super().prepare()
        require_county(self)

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        one = self.object
        members = rules.chosen(one, self.actor)
        missing = rules.blockers(rules.conditions(one, members, self.actor, clock.today()))
        late = [] if one.state == S.APPROVED else [f"现在{one.get_state_display()}，批准以后才能成立"]
        context = {"one": one, "members": members, "blockers": [*late, *missing], "crumbs": crumbs(one, "成立")}
        return render(request, "stations/founding_complete.html", context)

    def act(self) -> Founding:
        return decisions.complete(founding=self.object, by=self.actor)


def require_county(page: Any) -> None:
    if not rules.may_decide(page.object, page.actor):
        raise NotAllowed("流动党员党组织由县级以上党委批准，请报县里。")


class DecisionPage(FormPage):
    abstract = True
    queryset = FOUNDINGS
    permission = Permission.ORGANISE

    def member(self) -> None:
        return None

    def crumbs(self) -> list[Link]:
        return crumbs(self.object, self.title())


class FoundingApprove(DecisionPage):
    form_class = ApprovalForm
    heading = "登记批复"
    submit = "登记"
    done = "已登记。最后一步：点“成立”，建好党组织、编入党员。"
    lead = "党委批准以后，照批复填写。"

    def prepare(self) -> None:
        super().prepare()
        require_county(self)

    def form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"approved_by": Organisation.objects.get(path=self.object.path[:WIDTH]).name}}

    def act(self, form: ApprovalForm) -> Founding:
        return decisions.approve(founding=self.object, by=self.actor, **form.cleaned_data)


class FoundingRefuse(FoundingApprove):
    form_class = WhyForm
    heading = "不批准"
    submit = "退回"
    done = "已退回，筹建的党组织会看到原因。"
    lead = ""

    def form_kwargs(self) -> dict[str, Any]:
        return {}

    def act(self, form: Any) -> Founding:
        return decisions.refuse(founding=self.object, reason=form.cleaned_data["reason"], by=self.actor)


class FoundingWithdraw(DecisionPage):
    form_class = WhyForm
    heading = "不办了"
    submit = "不办了"
    done = "已停办。填过的都留着，以后可以重新准备。"

    def act(self, form: WhyForm) -> Founding:
        return decisions.withdraw(founding=self.object, reason=form.cleaned_data["reason"], by=self.actor)


class FoundingPaper(ScopedDetail):
    """The application or the draft of the approval, as a Word file."""

    queryset = FOUNDINGS
    permission = Permission.ORGANISE

    def get(self, request: PortalRequest, which: str, **kwargs: Any) -> HttpResponse:
        if which not in decisions.PAPERS:
            raise Http404
        data = decisions.take_paper(founding=self.object, which=which, by=self.actor)
        response = HttpResponse(data, content_type=KNOWN_TYPES[".docx"])
        name = f"关于{'' if which == 'application' else '同意'}成立{self.object}的{decisions.PAPERS[which]}.docx"
        response["Content-Disposition"] = content_disposition_header(True, name)
        return response
