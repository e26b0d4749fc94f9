"""The pages of the lists: one view for all, its list declared in :mod:`members.listing`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from branches.models import Organisation
from core import clock, counting, keyset, offers
from core.components import FilterChip, PageSize, SavedFilter, Tab
from core.http import PortalRequest
from core.paths import ancestors
from core.permissions import Permission
from core.views.bases import ScopedList
from members import rows, tree
from members.filters import Chosen
from members.listing import (
    DEFAULT_SIZE,
    HERE,
    IN,
    LOST,
    MEMBERS,
    MOBILE,
    OUT,
    SIZES,
    Column,
    PeopleList,
    organisation_in_scope,
)
from members.models import Journey, LostContact, Member
from members.models import SavedFilter as Kept

# Beyond this nobody waits for exact figures: the total says 10,000+, the tree shows none.
MOST_COUNTED = 40_000
CAP = 10_000
TABS = (MEMBERS, IN, HERE, MOBILE)


@dataclass(frozen=True)
class Asked:
    """What an address asks for: nothing in it is free text."""

    people: PeopleList
    chosen: Chosen
    organisation: str = ""
    order: str = "official"
    size: int = DEFAULT_SIZE

    @classmethod
    def of(cls, people: PeopleList, query: Any) -> Asked:
        """Raises Http404 for an order or size that is not offered."""
        order = query.get("sort") or "official"
        size = query.get("size") or str(DEFAULT_SIZE)
        if order not in people.orders() or size not in map(str, SIZES):
            raise Http404
        return cls(people, Chosen.of(people.filters, query), query.get("organisation", ""), order, int(size))

    def parts(self, **changes: str) -> dict[str, str]:
        """The address's parameters, with ``changes``; "" drops one. Usual choices are left out."""
        parts = {
            "organisation": self.organisation,
            **self.chosen.values,
            "sort": "" if self.order == "official" else self.order,
            "size": "" if self.size == DEFAULT_SIZE else str(self.size),
            **changes,
        }
        return {key: value for key, value in parts.items() if value}

    def query(self, **changes: str) -> str:
        return urlencode(self.parts(**changes))

    def url(self, **changes: str) -> str:
        query = self.query(**changes)
        return reverse(self.people.url_name) + (f"?{query}" if query else "")


class PeopleListView(ScopedList):
    """Tree left, people right. One query each: tree, figures, keys of the page, its rows, saved lists."""

    abstract = True
    permission = Permission.VIEW
    people: PeopleList

    def get(self, request: PortalRequest) -> HttpResponse:
        self.asked = Asked.of(self.people, request.GET)
        if request.GET.get("part") == "tree":
            return render(request, "components/tree_nodes.html", {"nodes": self.branch_nodes()})
        return render(request, "members/list.html", self.context())

    @cached_property
    def organisation(self) -> Organisation | None:
        """The one chosen in the address; None for the whole scope."""
        return organisation_in_scope(self.actor, self.asked.organisation) if self.asked.organisation else None

    @cached_property
    def path(self) -> str:
        return self.organisation.path if self.organisation else tree.only_root(self.actor)

    def selected(self, path: str) -> Any:
        return self.people.queryset(self.actor, self.asked.chosen, path=path)

    def counted(self, path: str) -> dict[str, int] | None:
        counts = counting.by_path(self.selected(path), self.people.column, MOST_COUNTED)
        return None if counts is None else counting.rolled_up(counts)

    @cached_property
    def counts(self) -> dict[str, int] | None:
        """By path, over the whole scope; where that is too much, for what was chosen alone."""
        counts = self.counted("")
        if counts is None and self.organisation and self.path != tree.only_root(self.actor):
            return self.counted(self.path)
        return counts

    @cached_property
    def total(self) -> int | None:
        if self.counts is None:
            return None
        if self.path:
            return self.counts.get(self.path, 0)
        return sum(number for path, number in self.counts.items() if len(ancestors(path)) == 1)

    def branch_nodes(self) -> list[Any]:
        """The level below one organisation, when it is opened for the first time."""
        if self.organisation is None:
            raise Http404
        found = [one for one in tree.organisations(self.actor, self.path) if one.parent_id == self.organisation.pk]
        return tree.nodes(found, self.path, self.counted(self.path), self._node_url, self._branch_url)

    def _node_url(self, one: Organisation) -> str:
        return self.asked.url(organisation=one.public_id)

    def _branch_url(self, one: Organisation) -> str:
        return self.asked.url(organisation=one.public_id, part="tree")

    def context(self) -> dict[str, Any]:
        asked, people, today = self.asked, self.people, clock.today()
        organisations = tree.organisations(self.actor, self.path)
        current = self.organisation or next((one for one in organisations if one.path == self.path), None)
        selected, order = people.ordered(self.selected(self.path), asked.order, self.path)
        page = keyset.page(
            selected, order, token=self.request.GET.get("at", ""), size=asked.size, where=f"{people.key}:{asked.order}"
        )
        columns = shown_columns(self.request, people)
        return {
            "people": people,
            "unit": current.short_name if current else "全部",
            "total": CAP if self.total is None else self.total,
            "capped": self.total is None,
            "nodes": tree.nodes(organisations, self.path, self.counts, self._node_url, self._branch_url),
            "columns": columns,
            "all_columns": [(column, column in columns) for column in people.columns],
            "rows": rows.rows(people, people.fetch(self.actor, page.ids), columns, today, under=self.path),
            "page": page,
            "next_url": asked.url(at=page.next) if page.next else "",
            "previous_url": asked.url(at=page.previous) if page.previous else "",
            "sizes": [PageSize(size, asked.url(size=str(size)), size == asked.size) for size in SIZES],
            "here": asked.parts().items(),
            "clear_url": reverse(people.url_name),
            "offers": offers.at(offers.PEOPLE_LIST, self.actor, **export_query(asked)) if people.export else [],
            "export_url": export_url(asked) if self.actor.can(Permission.EXPORT) else "",
            "may_check_in": people is IN and self.actor.can(Permission.EDIT),
            "may_register": people in (MEMBERS, IN) and self.actor.can(Permission.EDIT),
            "tabs": self.tabs(),
            **self.filter_context(organisations),
        }

    def filter_context(self, organisations: list[Organisation]) -> dict[str, Any]:
        asked = self.asked
        chips = [FilterChip(label, asked.url(**{key: ""})) for key, label in asked.chosen.labels().items()]
        root = tree.only_root(self.actor)
        if self.organisation and self.organisation.path != root:
            chips.insert(0, FilterChip(f"党组织：{self.organisation.short_name}", asked.url(organisation="")))
        form = asked.chosen.form()
        form.fields["sort"] = forms.ChoiceField(
            label="排序", required=False, choices=[(key, label) for key, (label, _) in self.people.orders().items()]
        )
        form.initial["sort"] = asked.order
        keep = [("organisation", asked.organisation)] if asked.organisation else []
        if asked.size != DEFAULT_SIZE:
            keep.append(("size", str(asked.size)))
        return {
            "form": form,
            "keep": keep,
            "chips": chips,
            "saved": self.saved(),
            "save_url": f"{reverse('saved-filter-new', args=[self.people.key])}?{asked.query()}" if chips else "",
        }

    def saved(self) -> list[SavedFilter]:
        kept = Kept.objects.visible_to(self.actor).filter(list=self.people.key).order_by("name", "pk")
        address = reverse(self.people.url_name)
        return [
            SavedFilter(
                one.name,
                f"{address}?{one.query}",
                is_current=one.query == self.asked.query(),
                delete_url=reverse("saved-filter-delete", args=[one.public_id]),
            )
            for one in kept
        ]

    def tabs(self) -> list[Tab]:
        """The register's three sides: ours, those who came, those of our mobile branches."""
        if self.people not in TABS:
            return []
        chosen = {"organisation": self.asked.organisation} if self.asked.organisation else {}
        suffix = f"?{urlencode(chosen)}" if chosen else ""
        return [Tab(one.title, reverse(one.url_name) + suffix, is_current=one is self.people) for one in TABS]


class MemberList(PeopleListView):
    people, queryset = MEMBERS, Member.objects.all()


class MobileList(PeopleListView):
    people, queryset = MOBILE, Member.objects.all()


class OutflowList(PeopleListView):
    people, queryset = OUT, Journey.objects.all()


class InflowList(PeopleListView):
    people, queryset = IN, Journey.objects.all()


class HostedList(PeopleListView):
    people, queryset = HERE, Journey.objects.all()


class LostList(PeopleListView):
    people, queryset = LOST, LostContact.objects.all()


def export_url(asked: Asked) -> str:
    """Exactly this list, as a ledger; "" where it goes out as none, or exports are switched off."""
    try:
        address = reverse("export-new")
    except NoReverseMatch:
        return ""
    return f"{address}?{urlencode(export_query(asked))}" if asked.people.export else ""


def export_query(asked: Asked) -> dict[str, str]:
    """The list in the address of a page that makes a file of it."""
    return {"kind": asked.people.export, "filter": asked.query(sort="", size="")}


def shown_columns(request: PortalRequest, people: PeopleList) -> list[Column]:
    """Those the reader chose in this session, in the list's order; else the usual ones."""
    chosen = request.session.get("columns", {}).get(people.key)
    return [column for column in people.columns if (column.shown if chosen is None else column.key in chosen)]
