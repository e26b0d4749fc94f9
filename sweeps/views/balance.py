"""The balance sheet of one organisation: the equation, the names behind each figure, and the notes on differences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from branches.models import Organisation
from branches.views.common import saved
from core.actors import SYSTEM
from core.domain.numbers import whole
from core.http import PortalRequest
from core.permissions import Permission
from core.views.bases import ScopedDetail
from members.enums import Direction
from members.models import Member
from sweeps import balance
from sweeps.actions import explaining
from sweeps.blockers import blockers_of_balance
from sweeps.county_forms import ErratumForm, FewerForm, MoreForm, OpeningForm
from sweeps.enums import CAME, WENT, Term
from sweeps.models import Explanation, Return
from sweeps.views.common import crumbs, return_chip
from sweeps.views.review import RETURNS

PAGE = 100  # names
MOST_TO_CHOOSE = 400  # beyond this a drop-down is no help: each branch explains its own
TERMS = ((Term.OPENING, ""), *((term, "+") for term in CAME), *((term, "−") for term in WENT), (Term.CLOSING, "="))


@dataclass(frozen=True)
class Entry:
    """A term with its sign in the equation; ``url``: its names."""

    sign: str
    label: str
    value: int
    url: str


class BalancePage(ScopedDetail):
    """``?as=known``: of a closed quarter, with what became known later."""

    queryset = RETURNS
    permission = Permission.VIEW

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        return self.page({})

    def page(self, bound: dict[str, Form]) -> HttpResponse:
        of, actor = self.object, self.actor
        names = balance.names(of.sweep, of.path, actor)
        sheet = balance.sheet(of.sweep, of.path, actor, names)
        closed = of.sweep.closed_at is not None
        known, errata = balance.known_now(of, actor) if closed else (sheet, [])
        as_known = closed and self.request.GET.get("as") == "known"
        blockers = explaining.blockers_to_explain(of)
        context = {
            "of": of,
            "crumbs": crumbs(of.sweep, of.organisation, actor, "平衡表"),
            "chip": return_chip(of),
            "entries": entries(of, known if as_known else sheet, names_of=not as_known),
            "sheet": sheet,
            "left_over": blockers_of_balance(of) if not closed else [],
            "closed": closed,
            "as_known": as_known,
            "changes": known.figures != sheet.figures,
            "errata": errata,
            "may_write": actor.reaches(of.path, Permission.EDIT),
            "may_explain": actor.reaches(of.path, Permission.EDIT) and not blockers,
            "blockers": blockers,
            "unexplained": self.unexplained(names),
            "erratum_form": bound.get("erratum", ErratumForm()),
            **self.history(sheet, names, bound),
        }
        return render(self.request, "sweeps/balance.html", context)

    def unexplained(self, names: list[balance.Name]) -> list[tuple[Member, str]]:
        """Who is gone without an ending, each with the note there is."""
        gone = [one.member_id for one in names if one.term == Term.UNEXPLAINED]
        notes = Explanation.objects.visible_to(self.actor).filter(of__sweep=self.object.sweep, term=Term.UNEXPLAINED)
        said = dict(notes.filter(member__in=gone).values_list("member_id", "note"))
        people = Member.objects.visible_to(self.actor).filter(pk__in=gone).order_by("initials", "pk")
        return [(one, said.get(one.pk, "")) for one in people]

    def history(self, sheet: balance.Sheet, names: list[balance.Name], bound: dict[str, Form]) -> dict[str, Any]:
        """历史差异: the figure reported last beside the names that the register begins with."""
        of, actor = self.object, self.actor
        if balance.previous(of.sweep) is not None:
            return {}
        opening = sheet.figures.get(Term.OPENING, 0)
        rows = Explanation.objects.visible_to(actor).filter(of=of, term=Term.OPENING).select_related("member")
        notes = list(rows.order_by("pk"))
        given = {one.member_id for one in notes}
        begins = [one.member_id for one in names if one.term == Term.OPENING and one.member_id not in given]
        more = None
        if len(begins) <= MOST_TO_CHOOSE and of.opening_reported is not None:
            people = Member.objects.visible_to(actor).filter(pk__in=begins).order_by("initials", "pk")
            more = bound.get("more", MoreForm(people=[(one.public_id, one.name) for one in people]))
        difference = balance.historic_difference(of, opening)
        return {
            "first": True,
            "opening": opening,
            "difference": difference,
            "left": difference - balance.explained(of),
            "notes": notes,
            "opening_form": bound.get(
                "opening", OpeningForm(initial={"figure": of.opening_reported, "source": of.opening_source})
            ),
            "more_form": more,
            "fewer_form": bound.get("fewer", FewerForm()) if of.opening_reported is not None else None,
        }


def entries(of: Return, sheet: balance.Sheet, *, names_of: bool) -> list[Entry]:
    """The equation. ``names_of``: whether the figures are lists of names (those known later are errata instead)."""
    found = []
    for term, sign in TERMS:
        value = sheet.figures.get(term, 0)
        url = reverse("return-names", args=[of.public_id, term.value]) if names_of and value else ""
        if value or term not in (Term.UNEXPLAINED, Term.LATE):
            found.append(Entry(sign, term.label, value, url))
    return found


class BalanceDeed(BalancePage):
    """POST: one note or figure. A refusal stays on the page, with what was typed."""

    abstract = True
    permission = Permission.EDIT
    http_method_names = ["post"]
    key: str
    done: str

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if form.is_valid() and saved(form, self.deed(form)) is not None:
            messages.success(request, self.done)
            return redirect("return-balance", public_id=self.object.public_id)
        return self.page({self.key: form})

    def form(self, data: Any) -> Form:
        raise NotImplementedError

    def deed(self, form: Form) -> Callable[[], Any]:
        raise NotImplementedError


class OpeningSet(BalanceDeed):
    queryset = RETURNS
    permission = Permission.EDIT
    key, done = "opening", "上期上报数已保存。"

    def form(self, data: Any) -> Form:
        return OpeningForm(data)

    def deed(self, form: Form) -> Callable[[], Any]:
        given = form.cleaned_data
        return lambda: explaining.set_opening_reported(of=self.object, by=self.actor, **given)


class ExplainMore(BalanceDeed):
    """One person more than was reported."""

    queryset = RETURNS
    permission = Permission.EDIT
    key, done = "more", "已记下。"

    def form(self, data: Any) -> Form:
        chosen = Member.objects.visible_to(self.actor).filter(public_id=data.get("member", "")).first()
        return MoreForm(data, people=[(chosen.public_id, chosen.name)] if chosen else [])

    def deed(self, form: Form) -> Callable[[], Any]:
        member = member_of(self, form.cleaned_data["member"])
        return lambda: explaining.explain(
            of=self.object, term=Term.OPENING, member=member, note=form.cleaned_data["note"], by=self.actor
        )


class ExplainFewer(BalanceDeed):
    """One person fewer than was reported."""

    queryset = RETURNS
    permission = Permission.EDIT
    key, done = "fewer", "已记下。"

    def form(self, data: Any) -> Form:
        return FewerForm(data)

    def deed(self, form: Form) -> Callable[[], Any]:
        given = form.cleaned_data
        return lambda: explaining.explain(of=self.object, term=Term.OPENING, sign=-1, by=self.actor, **given)


class ExplainGone(ScopedDetail):
    """POST: where somebody went who has no ending in the register."""

    queryset = RETURNS
    permission = Permission.EDIT
    http_method_names = ["post"]

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        note, form = request.POST.get("note", ""), Form(request.POST)
        member = member_of(self, request.POST.get("member", ""))
        done = saved(
            form,
            lambda: explaining.explain(of=self.object, term=Term.UNEXPLAINED, member=member, note=note, by=self.actor),
        )
        for text in form.non_field_errors():
            messages.error(request, text)
        if done is not None:
            messages.success(request, f"已记下{member.name}的去向。")
        return redirect("return-balance", public_id=self.object.public_id)


class ExplainNot(ScopedDetail):
    """POST: a note taken back."""

    queryset = RETURNS
    permission = Permission.EDIT
    http_method_names = ["post"]

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        rows = Explanation.objects.visible_to(self.actor).select_related("of__sweep", "of__organisation", "member")
        number = whole(request.POST.get("explanation", ""))
        one = get_object_or_404(rows, of=self.object, pk=number or 0)
        explaining.withdraw_explanation(explanation=one, by=self.actor)
        messages.success(request, "已撤回。")
        return redirect("return-balance", public_id=self.object.public_id)


class ErratumNew(BalanceDeed):
    queryset = RETURNS
    permission = Permission.EDIT
    key, done = "erratum", "勘误已登记。上报时的数字不变，“现在知道的”里能看到。"

    def form(self, data: Any) -> Form:
        return ErratumForm(data)

    def deed(self, form: Form) -> Callable[[], Any]:
        given = {**form.cleaned_data, "term": Term(form.cleaned_data["term"])}
        return lambda: explaining.note_erratum(of=self.object, by=self.actor, **given)


class BalanceNames(ScopedDetail):
    """The names under one term, with their branches."""

    queryset = RETURNS
    permission = Permission.VIEW

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        of = self.object
        term = next((one for one in Term if one.value == kwargs["term"]), None)
        number = whole(request.GET.get("page", "1"), most=5)
        if term is None or number is None:
            raise Http404
        names = [one for one in balance.names(of.sweep, of.path, self.actor) if one.term == term]
        start = (max(number, 1) - 1) * PAGE
        part = names[start : start + PAGE]
        context = {
            "of": of,
            "term": term,
            "crumbs": crumbs(of.sweep, of.organisation, self.actor, term.label),
            "rows": self.rows_of(part),
            "total": len(names),
            "first": start + 1,
            "last": start + len(part),
            "previous_url": f"?page={number - 1}" if start else "",
            "next_url": f"?page={max(number, 1) + 1}" if start + PAGE < len(names) else "",
        }
        return render(request, "sweeps/names.html", context)

    def rows_of(self, part: list[balance.Name]) -> list[tuple[str, str, str, str]]:
        """(name, address, branch, 流出 or 流入). Who is with a branch outside the scope by now has a name and no address."""
        ids = [one.member_id for one in part]
        names = dict(Member.objects.visible_to(SYSTEM).filter(pk__in=ids).values_list("pk", "name"))
        seen = Member.objects.visible_to(self.actor).in_bulk(ids)
        urls = {pk: member.get_absolute_url() for pk, member in seen.items()}
        paths = {one.path for one in part}
        places = dict(Organisation.objects.filter(path__in=paths).values_list("path", "short_name"))
        return [
            (
                names[one.member_id],
                urls.get(one.member_id, ""),
                places.get(one.path, ""),
                Direction(one.direction).label,
            )
            for one in part
        ]


def member_of(view: ScopedDetail, public_id: str) -> Member:
    found: Member = get_object_or_404(Member.objects.visible_to(view.actor), public_id=public_id)
    return found
