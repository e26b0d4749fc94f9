"""The duty lists: what each side has to do, who has confirmed it this year, and the county's words for it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from branches.models import Organisation
from core import clock
from core.components import Link
from core.errors import StaleVersion, UserError
from core.paths import WIDTH
from core.permissions import Permission
from core.views.bases import ScopedDetail, ScopedList
from members import tree
from members.actions import duties as actions
from members.duties import lists
from members.enums import DutySide
from members.forms import DutiesForm
from members.listing import organisation_in_scope
from members.models import DutyConfirmation

# Places group branches, groups belong to a branch: neither answers for duties of its own.
NOT_ASKED = ("village", "community", "group")


class DutyLists(ScopedList):
    """The lists, the reader's own confirmation, and how far the year's confirmations have come."""

    queryset = DutyConfirmation.objects.all()
    permission = Permission.VIEW

    def get(self, request: HttpRequest) -> HttpResponse:
        chosen = request.GET.get("organisation", "")
        organisation = organisation_in_scope(self.actor, chosen) if chosen else None
        path = organisation.path if organisation else tree.only_root(self.actor)
        own = Organisation.objects.filter(pk=self.actor.organisation_id).first()
        year = clock.today().year
        confirmed = set(self.rows().filter(year=year).values_list("organisation__path", flat=True))
        return render(
            request,
            "members/duties.html",
            {
                "lists": lists().values(),
                "year": year,
                "may_edit": self.actor.can(Permission.SETTINGS),
                "own": own if own and self.actor.reaches(own.path, Permission.EDIT) else None,
                "own_confirmed": own is not None and own.path in confirmed,
                "rows": self.standing(path, confirmed),
                "crumbs": self.crumbs(organisation),
            },
        )

    def crumbs(self, organisation: Organisation | None) -> list[Link]:
        above = (
            [one for one in organisation.line() if self.actor.reaches(one.path, Permission.VIEW)]
            if organisation
            else []
        )
        home = reverse("duty-lists")
        found = [Link(one.short_name, f"{home}?organisation={one.public_id}") for one in above]
        return [Link("责任清单", home), *found[:-1], Link(found[-1].label)] if found else []

    def standing(self, path: str, confirmed: set[str]) -> list[dict[str, Any]]:
        """A line for each organisation below ``path`` (and for itself): has it confirmed, and how many below it have."""
        asked = Organisation.objects.open().within(self.actor).exclude(kind__in=NOT_ASKED)
        paths = list((asked.under(path) if path else asked).values_list("path", flat=True))
        shown = [one for one in tree.organisations(self.actor, path) if one.path == path or _is_child(one, path)]
        found = []
        for one in shown:
            below = [other for other in paths if other != one.path and other.startswith(one.path)]
            found.append(
                {
                    "organisation": one,
                    "asked": one.kind not in NOT_ASKED,
                    "confirmed": one.path in confirmed,
                    "below": len(below),
                    "done": sum(1 for other in below if other in confirmed),
                    "url": f"{reverse('duty-lists')}?organisation={one.public_id}"
                    if below and one.path != path
                    else "",
                }
            )
        return found


def _is_child(one: Organisation, path: str) -> bool:
    return one.path.startswith(path) and len(one.path) == len(path) + WIDTH if path else one.parent_id is None


class DutyConfirm(ScopedDetail):
    """POST: the organisation stands by its duties of this year."""

    queryset = Organisation.objects.all()
    permission = Permission.EDIT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        actions.confirm_duties(organisation=self.object, by=self.actor)
        messages.success(request, f"{self.object.short_name}已确认今年的责任清单。")
        return redirect("duty-lists")


class DutyEdit(ScopedList):
    """One side's list, one duty a line."""

    queryset = DutyConfirmation.objects.all()
    permission = Permission.SETTINGS

    def prepare(self) -> None:
        if self.kwargs["side"] not in DutySide.values:
            raise Http404
        self.side = DutySide(self.kwargs["side"])

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        current = lists()[self.side]
        return self.page(DutiesForm(initial={"text": "\n".join(current.lines), "version": current.version}))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = DutiesForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            try:
                actions.edit_duties(
                    side=self.side, lines=given["text"].splitlines(), by=self.actor, version=given["version"]
                )
            except StaleVersion as stale:
                form.add_error(None, f"{stale.text}现在的内容请回到上一页看。")
            except UserError as refused:
                form.add_error("text", refused.text)
            else:
                messages.success(request, "已保存。")
                return redirect("duty-lists")
        return self.page(form)

    def page(self, form: DutiesForm) -> HttpResponse:
        home = reverse("duty-lists")
        context = {
            "form": form, "title": f"{self.side.label}责任清单", "lead": "一行写一条。", "submit": "保存", "back_url": home,
            "crumbs": [Link("责任清单", home), Link("修改")],
        }  # fmt: skip
        return render(self.request, "members/person_form.html", context)
