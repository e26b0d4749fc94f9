"""The shape of every page on which one record is changed: a form, an action, and what a refusal looks like."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from core.components import Link, Step
from core.errors import StaleVersion, UserError
from core.http import PortalRequest
from core.permissions import Permission
from core.views.bases import ScopedDetail
from members.forms import ActForm, RecordForm
from members.models import Member
from members.presenters import crumbs


class FormPage(ScopedDetail):
    """GET shows the form; POST hands it to :meth:`act` and goes on to what that returns.

    Refusals become errors of the form, a stale version the question whose value stays. Nothing else is written.
    """

    abstract = True
    permission = Permission.EDIT

    form_class: ClassVar[type[ActForm]]
    heading: ClassVar[str] = ""
    submit: ClassVar[str] = "保存"
    done: ClassVar[str] = "已保存。"
    lead: ClassVar[str] = ""

    # -- what a subclass says

    def act(self, form: Any) -> Any:
        """Call the action. Returns the object whose page comes next."""
        raise NotImplementedError

    def form_kwargs(self) -> dict[str, Any]:
        return {}

    def blockers(self) -> list[str]:
        """Why the button is off."""
        return []

    def reading(self) -> tuple[str, ...]:
        """What is read out before the form is filled in, line by line."""
        return ()

    def member(self) -> Member | None:
        return self.object if isinstance(self.object, Member) else self.object.member

    def steps(self) -> list[Step]:
        """Of a form that is one step of several."""
        return []

    def title(self) -> str:
        return self.heading

    def back_url(self) -> str:
        return str(self.object.get_absolute_url())

    # -- what they share

    def form(self, data: Any = None) -> Any:
        return self.form_class(data, **self.form_kwargs())

    def get(self, request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page(self.form())

    def post(self, request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if form.is_valid():
            try:
                result = self.act(form)
            except StaleVersion as stale:
                self.stale(form, stale)
                return self.page(form, stale)
            except UserError as refused:
                form.add_error(None, refused.text)
            else:
                messages.success(request, self.done)
                return redirect(self.next_url(result))
        return self.page(form)

    def next_url(self, result: Any) -> str:
        return str(result.get_absolute_url())

    def stale(self, form: Any, stale: StaleVersion) -> None:
        if isinstance(form, RecordForm):
            form.take_stale(stale)
        else:  # a form of one decision: it is asked for again, on the record as it is now
            fresh = type(self.object).objects.visible_to(self.actor).get(pk=self.object.pk)
            form.data = form.data.copy()
            form.data["version"] = str(fresh.version)

    def crumbs(self) -> list[Link]:
        return crumbs(self.member(), self.actor, self.title())

    def page(self, form: Any, stale: StaleVersion | None = None) -> HttpResponse:
        context = {
            "form": form,
            "title": self.title(),
            "member_name": member.name if (member := self.member()) else "",
            "lead": self.lead,
            "reading": self.reading(),
            "steps": self.steps(),
            "crumbs": self.crumbs(),
            "submit": self.submit,
            "back_url": self.back_url(),
            "blockers": self.blockers(),
            "stale": stale,
        }
        return render(self.request, "members/person_form.html", context)


class RecordPage(FormPage):
    """The form of one record's columns."""

    abstract = True

    def form_kwargs(self) -> dict[str, Any]:
        return {"record": self.object}


class OnMember(FormPage):
    """A new record that hangs on a member named by ``?member=``."""

    abstract = True
    queryset = Member.objects.current()

    def prepare(self) -> None:
        public_id = self.request.GET.get("member", "")
        if not public_id:
            raise Http404
        self.object = self.get_object(public_id)

    def next_url(self, result: Any) -> str:
        return str(self.object.get_absolute_url())
