"""Where our people gather: places, what of ours is near, and what could be set up there."""

from __future__ import annotations

from functools import cached_property
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from branches.models import Organisation
from branches.rules import RuleValue, explain_all
from branches.views.common import saved
from core import clock
from core.components import Bar, Link, Tab
from core.domain.region_table import MUNICIPALITIES
from core.domain.regions import prefixes
from core.errors import NotAllowed
from core.http import PortalRequest
from core.permissions import Permission
from core.rules import rule
from core.views.bases import ScopedList
from members import tree
from members.listing import organisation_in_scope
from members.models import Journey
from members.rows import work
from members.words import place_words
from stations import gathering, gathering_presenters
from stations.actions import gathering as actions
from stations.founding_forms import AsideForm
from stations.gathering import Cell, Cluster, Near, clusters
from stations.gathering_proposals import Proposal, is_key, propose
from stations.gathering_rules import ALL as RULES
from stations.models import Founding, ProposalAside

LINES = 30  # places on a page; the rest are told as one number
PROPOSALS = 30
PEOPLE = 200
WAYS = {
    "": ("按地方", gathering.by_city),
    "trade": ("按行业", gathering.by_trade),
    "kind": ("按人员", gathering.by_kind),
}


class GatheringPage(ScopedList):
    """What both pages know: whose people, where they are, what is near, what is proposed. One query each."""

    abstract = True
    queryset = Journey.objects.all()
    permission = Permission.VIEW

    @cached_property
    def organisation(self) -> Organisation | None:
        """The one chosen, else the reader's own; None for a scope of several."""
        asked = self.request.GET.get("organisation", "")
        if asked:
            return organisation_in_scope(self.actor, asked)
        path = tree.only_root(self.actor)
        return Organisation.objects.filter(path=path).first() if path else None

    @property
    def path(self) -> str:
        return self.organisation.path if self.organisation else ""

    @cached_property
    def cells(self) -> list[Cell]:
        return gathering.cells(self.actor, self.path)

    @cached_property
    def near(self) -> Near:
        return Near.read()

    @cached_property
    def values(self) -> dict[str, RuleValue]:
        if self.organisation is None:
            return {one.key: RuleValue(rule(one.key), one.default) for one in RULES}
        keys = {one.key for one in RULES}
        return {one.rule.key: one for one in explain_all(self.organisation, clock.today()) if one.rule.key in keys}

    def proposals(self, way: str) -> list[Proposal]:
        return propose(clusters(self.cells, WAYS[way][1]), self.near, self.values)

    def shown(self, found: list[Proposal]) -> list[gathering_presenters.Shown]:
        mine = {"organisation": self.organisation} if self.organisation else {"pk__in": ()}
        asides = ProposalAside.objects.visible_to(self.actor).filter(**mine)
        foundings = (
            Founding.objects.visible_to(self.actor).open().exclude(proposal="").filter(path__startswith=self.path)
        )
        query = self.query()
        return gathering_presenters.shown(
            found, {one.key: one for one in asides}, {one.proposal: one for one in foundings}, query
        )

    def query(self, **more: str) -> str:
        given = {"organisation": self.request.GET.get("organisation", ""), **more}
        kept = urlencode({key: value for key, value in given.items() if value})
        return f"?{kept}" if kept else ""

    def may_decide(self) -> bool:
        return self.organisation is not None and self.actor.reaches(self.organisation.path, Permission.ORGANISE)


class Gathering(GatheringPage):
    """``?place=``: the places in a province or a city; ``?by=``: by trade or kind of people."""

    queryset = Journey.objects.all()
    permission = Permission.VIEW

    def get(self, request: PortalRequest) -> HttpResponse:
        place, way = request.GET.get("place", ""), request.GET.get("by", "")
        if way not in WAYS or (place and (way or place not in prefixes())):
            raise Http404
        lines = self.lines(place, way)
        shown = self.shown(self.proposals(way)) if not place else []
        context = {
            "unit": self.organisation,
            "crumbs": self.crumbs(place),
            "place": prefixes().get(place, ""),
            "tabs": [
                Tab(label, reverse("gathering") + self.query(by=key), is_current=key == way)
                for key, (label, _) in WAYS.items()
            ],
            "lines": [self.line(one) for one in lines[:LINES]],
            "more": len(lines) - LINES,
            "total": sum(one.members for one in lines),
            "without": self.without() if not place and not way else [],
            "proposals": [one for one in shown if one.aside is None][:PROPOSALS],
            "left": max(sum(one.aside is None for one in shown) - PROPOSALS, 0),
            "asides": [one for one in shown if one.aside is not None],
            "units": self.units(),
            "chosen": request.GET.get("organisation", ""),
            "may_found": self.actor.can(Permission.ORGANISE),
        }
        return render(request, "stations/gathering.html", context)

    def lines(self, place: str, way: str) -> list[Cluster]:
        if way:
            return clusters(self.cells, WAYS[way][1])
        if not place:
            return clusters(self.cells, gathering.by_province)
        inside = [one for one in self.cells if one.code.startswith(place)]
        return clusters(
            inside, gathering.by_city if len(place) == 2 and place not in MUNICIPALITIES else gathering.by_county
        )

    def line(self, cluster: Cluster) -> gathering_presenters.Line:
        url = reverse("gathering") + self.query(place=cluster.place)
        return gathering_presenters.line(cluster, self.near, url, self.request.GET.get("organisation", ""), self.actor)

    def without(self) -> list[Bar]:
        """Cities with neither a station nor a mobile branch of ours, the largest first."""
        found = [
            one for one in clusters(self.cells, gathering.by_city) if one.is_exact and self.near.is_empty(one.place)
        ]
        return [
            Bar(one.name, one.members, one.list_url(self.request.GET.get("organisation", ""))) for one in found[:10]
        ]

    def crumbs(self, place: str) -> list[Link]:
        line = [Link("党员聚在哪里", reverse("gathering") + self.query())]
        if len(place) > 2:
            line.append(Link(prefixes()[place[:2]], reverse("gathering") + self.query(place=place[:2])))
        return [*line, Link(prefixes()[place])] if place else []

    def units(self) -> list[Organisation]:
        """The committees right below the reader's own, to look at one of them alone."""
        path = tree.only_root(self.actor)
        if not path:
            return []
        below = Organisation.objects.open().within(self.actor).filter(parent__path=path)
        return list(below.filter(kind__in=Organisation.COMMITTEE_KINDS).official())


class GatheringProposal(GatheringPage):
    """One proposal: the rule, and whom it would reach."""

    queryset = Journey.objects.all()
    permission = Permission.VIEW

    def found(self, key: str) -> gathering_presenters.Shown:
        """Raises Http404 for what is not proposed (any more)."""
        if is_key(key):
            for way in WAYS:
                for one in self.proposals(way):
                    if one.key == key:
                        return self.shown([one])[0]
        raise Http404

    def get(self, request: PortalRequest, key: str) -> HttpResponse:
        return self.page(self.found(key), AsideForm())

    def page(self, shown: gathering_presenters.Shown, form: AsideForm) -> HttpResponse:
        cluster = shown.proposal.cluster
        free = gathering.people(self.actor, self.path, cluster.filters).filter(member__care__isnull=True)
        stays = list(
            free.select_related("member__home").order_by("home__order_path", "member__initials", "pk")[:PEOPLE]
        )
        may_decide = self.may_decide()
        context = {
            "shown": shown,
            "one": shown.proposal,
            "unit": self.organisation,
            "crumbs": [Link("党员聚在哪里", reverse("gathering") + self.query()), Link(shown.proposal.title)],
            "people": [(stay, place_words(stay.region_code, stay.destination_text), work(stay)) for stay in stays],
            "more": shown.proposal.cluster.free - len(stays),
            "list_url": cluster.list_url(self.request.GET.get("organisation", ""), "none"),
            "take_url": gathering_presenters.take_up_url(shown.proposal, self.organisation)
            if may_decide and self.organisation
            else "",
            "may_decide": may_decide,
            "form": form,
        }
        return render(self.request, "stations/gathering_proposal.html", context)


class GatheringAside(GatheringProposal):
    """POST: put a proposal aside, or take it out again."""

    queryset = Journey.objects.all()
    permission = Permission.ORGANISE
    http_method_names = ["post"]

    def post(self, request: PortalRequest, key: str) -> HttpResponse:
        shown = self.found(key)
        if self.organisation is None or not self.may_decide():
            raise NotAllowed
        if "again" in request.POST:
            actions.take_out(organisation=self.organisation, key=key, by=self.actor)
            messages.success(request, "已放回建议里。")
            return redirect(shown.url)
        form, unit = AsideForm(request.POST), self.organisation
        if not form.is_valid() or not saved(
            form,
            lambda: actions.put_aside(
                organisation=unit, proposal=shown.proposal, reason=form.cleaned_data["reason"], by=self.actor
            ),
        ):
            return self.page(shown, form)
        messages.success(request, "先放一放。人数有变化时，会再提出来。")
        return redirect(reverse("gathering") + self.query())
