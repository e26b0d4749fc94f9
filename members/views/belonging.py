"""Pages of mobile branches beside the home, of arrivals, and of guests who become ours."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core.components import Link
from core.permissions import Permission
from core.views.bases import ScopedDetail
from members import presenters
from members.actions import belonging, check_in
from members.forms import AdmitForm, CheckInForm, MobileForm
from members.models import Journey, Member
from members.views.pages import FormPage
from members.views.person import PEOPLE, chosen_branch


class MobileJoin(FormPage):
    queryset = PEOPLE
    form_class = MobileForm
    heading = "编入流动支部"
    submit = "编入"
    done = "已编入。组织关系不变，统计仍在原支部。"
    lead = "两个支部都看得到这位党员：党费、表决和组织关系在原支部，平时的活动和联系由流动支部负责。"

    def form_kwargs(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def blockers(self) -> list[str]:
        return belonging.blockers_to_join_mobile(self.object)

    def act(self, form: MobileForm) -> Member:
        branch = chosen_branch(form.cleaned_data["branch"], self.actor)
        return belonging.join_mobile(member=self.object, branch=branch, by=self.actor)


class MobileQuit(ScopedDetail):
    """GET asks, POST does it."""

    queryset = PEOPLE
    permission = Permission.EDIT

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        context = {
            "member": self.object,
            "crumbs": presenters.crumbs(self.object, self.actor, "退出流动支部"),
            "blockers": [] if self.object.care and not self.object.is_guest else ["没有编入流动支部。"],
        }
        return render(request, "members/mobile_quit.html", context)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        member = belonging.quit_mobile(member=self.object, by=self.actor)
        messages.success(request, f"{member.name}已退出流动支部。")
        seen = Member.objects.visible_to(self.actor).filter(pk=member.pk).exists()
        return redirect(member.get_absolute_url() if seen else "mobile-list")


class GuestAdmit(FormPage):
    queryset = PEOPLE
    form_class = AdmitForm
    heading = "转入组织关系"
    submit = "确认转入"
    done = "已转入，从今天起是本支部的党员。"
    lead = "流入党员的介绍信已经收到、组织关系转到本县时办理。"

    def form_kwargs(self) -> dict[str, Any]:
        care = self.object.care
        branch = care.public_id if care else ""
        return {"actor": self.actor, "initial": {"version": self.object.version, "branch": branch}}

    def blockers(self) -> list[str]:
        return belonging.blockers_to_admit(self.object)

    def act(self, form: AdmitForm) -> Member:
        branch = chosen_branch(form.cleaned_data["branch"], self.actor)
        return belonging.admit_guest(
            member=self.object, home=branch, by=self.actor, version=form.cleaned_data["version"]
        )


class ArrivalNew(FormPage):
    """流入报到."""

    queryset = Journey.objects.all()
    form_class = CheckInForm
    heading = "流入报到"
    submit = "登记报到"
    done = "已登记报到。"
    lead = "外地来的党员，组织关系不在本县，在这里登记。党员身份和编入哪个支部，请当面问清。"

    def prepare(self) -> None:
        self.object = None

    def member(self) -> None:
        return None

    def back_url(self) -> str:
        return reverse("inflow-list")

    def form_kwargs(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def crumbs(self) -> list[Link]:
        return [Link("流入党员", reverse("inflow-list")), Link(self.heading)]

    def act(self, form: CheckInForm) -> Journey:
        branch = chosen_branch(form.cleaned_data["branch"], self.actor)
        return check_in.check_in(
            branch=branch, person=form.person, stay=form.values, by=self.actor, key=form.cleaned_data["key"]
        )
