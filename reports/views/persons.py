"""一人一档 of one person, or of the people of a list: asks what for, then makes it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from branches.models import Organisation
from branches.views.common import saved
from core import ledgers
from core.components import Link
from core.errors import UserError
from core.http import PortalRequest
from core.ids import new_id
from core.permissions import Permission
from core.views.bases import ScopedDetail, ScopedList
from exchange.export.forms import MASKED
from exchange.views.exports import LONGEST, NOT_FILTERS
from members.listing import organisation_in_scope
from members.models import Member
from reports.actions import papers as actions
from reports.enums import PaperKind
from reports.forms import NumbersForm
from reports.models import Paper


class PersonPaper(ScopedDetail):
    """The file of one person."""

    queryset = Member.objects.current().select_related("home", "care")
    permission = Permission.EXPORT

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        return self.page(NumbersForm(by=self.actor, initial={"key": new_id(), "numbers": MASKED}))

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        form = NumbersForm(request.POST, by=self.actor)
        if form.is_valid() and not self.blockers():
            paper = ordered(form, self.actor, self.organisation(), {"member": self.object.public_id}, self.object.name)
            if paper is not None:
                return redirect(paper)
        return self.page(form)

    def organisation(self) -> Organisation:
        """The one that opens the person to the reader: that of the membership, else the mobile branch. Raises Http404."""
        for one in (self.object.home, self.object.care):
            if one is not None and self.actor.reaches(one.path, Permission.EXPORT):
                return one
        raise Http404

    def blockers(self) -> list[str]:
        return ["限制知悉的党员不出任何文件。"] if self.object.restricted else []

    def page(self, form: NumbersForm) -> HttpResponse:
        back = self.object.get_absolute_url()
        context = {
            "form": form, "title": f"{self.object.name}的一人一档", "blockers": self.blockers(), "back": back,
            "crumbs": [Link("党员", reverse("member-list")), Link(self.object.name, back), Link("一人一档 PDF")],
        }  # fmt: skip
        return render(self.request, "reports/person.html", context)


class PeoplePaper(ScopedList):
    """The files of the people of a list as it is filtered."""

    queryset = Paper.objects.all()
    permission = Permission.EXPORT

    def prepare(self) -> None:
        """The list and the filters of the address. Raises Http404."""
        asked = QueryDict(self.request.GET.get("filter", ""))
        kind = self.request.GET.get("kind", "")
        try:
            self.ledger = ledgers.ledger(kind)
            self.filters = {
                key: str(value)[:LONGEST] for key, value in asked.dict().items() if value and key not in NOT_FILTERS
            }
            self.words = self.ledger.filter_words({"query": self.filters})
        except (KeyError, UserError) as error:
            raise Http404 from error
        if not self.ledger.people:
            raise Http404
        self.organisation = self.whose(asked.get("organisation", ""))

    def whose(self, public_id: str) -> Organisation:
        if public_id:
            found = organisation_in_scope(self.actor, public_id)
            if self.actor.reaches(found.path, Permission.EXPORT):
                return found
            raise Http404
        mine = Organisation.objects.open().within(self.actor, Permission.EXPORT).official()
        own = mine.filter(path=self.actor.organisation_path).first() or mine.first()
        if own is None:
            raise Http404
        return own

    def get(self, request: PortalRequest) -> HttpResponse:
        return self.page(NumbersForm(by=self.actor, initial={"key": new_id(), "numbers": MASKED}))

    def post(self, request: PortalRequest) -> HttpResponse:
        form = NumbersForm(request.POST, by=self.actor)
        if form.is_valid():
            chosen = {"list": self.ledger.kind, "query": self.filters}
            words = "；".join([self.ledger.title, *self.words])
            paper = ordered(form, self.actor, self.organisation, chosen, words)
            if paper is not None:
                return redirect(paper)
        return self.page(form)

    def page(self, form: NumbersForm) -> HttpResponse:
        context = {
            "form": form, "title": "名单上的人的一人一档", "words": [self.organisation.short_name, *self.words],
            "back": reverse("paper-list"), "crumbs": [Link("季度材料", reverse("paper-list")), Link("一人一档 PDF")],
        }  # fmt: skip
        return render(self.request, "reports/person.html", context)


def ordered(form: NumbersForm, by: Any, organisation: Organisation, chosen: dict[str, Any], words: str) -> Paper | None:
    """The person files as they were asked for; None where the form says why not."""
    given = form.cleaned_data
    return saved(
        form,
        lambda: actions.request(
            kind=PaperKind.PEOPLE, organisation=organisation, sweep=None, purpose=given["purpose"], by=by, full=form.full,
            chosen=chosen, words=words, key=given["key"],
        ),
    )  # fmt: skip
