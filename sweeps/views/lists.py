"""The lists behind the figures of a sweep: people, and the branches' returns."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from branches.models import Organisation
from core import counting, keyset
from core.components import FilterChip
from core.http import PortalRequest
from core.paths import subtree
from core.permissions import Permission
from core.scoping import in_ranges
from core.views.bases import ScopedDetail
from members.enums import EVIDENCE_LABELS
from sweeps.enums import Answer, ItemState, ReturnState, Route
from sweeps.matrix import HANDED_IN
from sweeps.models import Item, Return
from sweeps.views.common import chosen_organisation, crumbs, return_chip, return_url, sweep_url
from sweeps.views.progress import SWEEPS

CAP = 10_000
SIZE = 50
STATES: dict[str, tuple[str, Q]] = {
    "waiting": ("待核实", ~Q(state=ItemState.ANSWERED)),
    "trying": (ItemState.TRYING.label, Q(state=ItemState.TRYING)),
    "answered": (ItemState.ANSWERED.label, Q(state=ItemState.ANSWERED)),
}
RETURN_STATES: dict[str, tuple[str, Q]] = {
    "open": (
        "还没有上报",
        Q(state__in=(ReturnState.OPEN, ReturnState.SENT_BACK), organisation__closed_on__isnull=True),
    ),
    "sent_back": (ReturnState.SENT_BACK.label, Q(state=ReturnState.SENT_BACK)),
    "handed_in": (ReturnState.SUBMITTED.label, Q(state__in=HANDED_IN)),
    "waiting": ("已上报，待接收", Q(state=ReturnState.SUBMITTED)),
    "unfinished": ("还没有接收", ~Q(state=ReturnState.ACCEPTED) & Q(organisation__closed_on__isnull=True)),
    "accepted": (ReturnState.ACCEPTED.label, Q(state=ReturnState.ACCEPTED)),
    "canvassed": ("摸排已确认", Q(canvassed_at__isnull=False)),
    "not_canvassed": ("摸排未确认", Q(canvassed_at__isnull=True)),
    "nil": ("零报告", Q(is_nil=True)),
}


class SweepList(ScopedDetail):
    """A list inside a sweep. ``filters``: key -> label and the choices, each with its words and its condition."""

    abstract = True
    queryset = SWEEPS
    permission = Permission.VIEW
    url_name: ClassVar[str]
    title: ClassVar[str]
    filters: ClassVar[dict[str, tuple[str, dict[str, tuple[str, Q]]]]]

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        rows = self.found()
        page = keyset.page(
            rows, self.order(), token=request.GET.get("at", ""), size=SIZE, where=f"{self.url_name}:{self.object.pk}"
        )
        total, capped = counting.capped(rows, CAP)
        context = {
            "sweep": self.object,
            "organisation": self.organisation,
            "title": self.title,
            "crumbs": crumbs(self.object, self.organisation, self.actor, self.title),
            "rows": self.shown(page.ids),
            "page": page,
            "total": total,
            "capped": capped,
            "next_url": self.url(at=page.next) if page.next else "",
            "previous_url": self.url(at=page.previous) if page.previous else "",
            **self.filter_context(),
        }
        return render(request, self.template, context)

    template: ClassVar[str]

    def found(self) -> Any:
        raise NotImplementedError

    def order(self) -> tuple[str, ...]:
        raise NotImplementedError

    def shown(self, ids: list[int]) -> list[Any]:
        raise NotImplementedError

    @cached_property
    def organisation(self) -> Organisation:
        return chosen_organisation(self.object, self.actor, self.request.GET.get("organisation", ""))

    @cached_property
    def chosen(self) -> dict[str, str]:
        """Raises Http404 for what is not offered."""
        given = {key: self.request.GET.get(key, "") for key in self.filters}
        if any(value and value not in self.filters[key][1] for key, value in given.items()):
            raise Http404
        return {key: value for key, value in given.items() if value}

    def condition(self) -> Q:
        condition = in_ranges(["path"], [subtree(self.organisation.path)]) & Q(sweep=self.object)
        for key, value in self.chosen.items():
            condition &= self.filters[key][1][value][1]
        return condition

    def url(self, **changes: str) -> str:
        return sweep_url(self.object, self.organisation, self.url_name, **{**self.chosen, **changes})

    def filter_context(self) -> dict[str, Any]:
        form = forms.Form(initial=self.chosen)
        for key, (label, choices) in self.filters.items():
            offered = [("", "不限"), *((value, words) for value, (words, _) in choices.items())]
            form.fields[key] = forms.ChoiceField(label=label, required=False, choices=offered)
        chips = [
            FilterChip(f"{self.filters[key][0]}：{self.filters[key][1][value][0]}", self.url(**{key: ""}))
            for key, value in self.chosen.items()
        ]
        keep = [("organisation", self.organisation.public_id)] if self.organisation.path != self.object.path else []
        clear = sweep_url(self.object, self.organisation, self.url_name)
        action = reverse(self.url_name, args=[self.object.public_id])
        return {"form": form, "chips": chips, "keep": keep, "clear_url": clear, "action": action}


class SweepPeople(SweepList):
    """The people of a sweep, or those behind one of its figures."""

    url_name, title, template = "sweep-people", "排查名单", "sweeps/people.html"
    filters = {
        "state": ("核实情况", STATES),
        "route": ("路线", {str(one.value): (one.label, Q(route=one)) for one in Route}),
        "answer": ("结果", {one.value: (one.label, Q(answer=one)) for one in Answer}),
    }

    def found(self) -> Any:
        return Item.objects.visible_by("path", self.actor).filter(self.condition())

    def order(self) -> tuple[str, ...]:
        return ("path",)

    def shown(self, ids: list[int]) -> list[Any]:
        found = Item.objects.visible_to(self.actor).select_related("member").in_bulk(ids)
        items = [found[pk] for pk in ids if pk in found]
        places = {one.path: one for one in Organisation.objects.filter(path__in={item.path for item in items})}
        return [(item, places.get(item.path), _asked(item)) for item in items]


class SweepReturns(SweepList):
    """The branches' returns, in official order."""

    url_name, title, template = "sweep-returns", "支部报表", "sweeps/returns.html"
    filters = {"state": ("报表", RETURN_STATES)}

    def found(self) -> Any:
        return Return.objects.visible_to(self.actor).of_branches().filter(self.condition())

    def order(self) -> tuple[str, ...]:
        return ("organisation__order_path",)

    def shown(self, ids: list[int]) -> list[Any]:
        rows = Return.objects.visible_to(self.actor).select_related("organisation__parent", "sweep").in_bulk(ids)
        return [(rows[pk], return_chip(rows[pk]), return_url(rows[pk])) for pk in ids if pk in rows]


def _asked(item: Item) -> str:
    """Which fields are asked; a settled person's need only be confirmed."""
    if item.is_answered:
        return ""
    return "、".join(EVIDENCE_LABELS[name] for name in item.fields_to_ask) or "只要确认"
