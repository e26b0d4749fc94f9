"""Rules: what holds where, where it comes from, and setting it from a day on."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from branches import rules
from branches.forms import RuleForm, known_rule
from branches.models import Organisation
from branches.views.common import saved
from core import clock
from core.components import Link
from core.errors import NotAllowed
from core.http import PortalRequest
from core.permissions import Permission


@require_GET
def rule_list(request: PortalRequest) -> HttpResponse:
    """Every declared rule as it stands at the chosen organisation."""
    organisation = _place(request)
    found = rules.explain_all(organisation, clock.today())
    lines = [
        {
            "title": one.rule.title,
            "value": rules.shown(one.rule, one.value),
            "source": one.source,
            "default": rules.shown(one.rule, one.rule.default),
            "is_default": one.setting is None,
            "is_own": one.is_own(organisation),
            "url": f"{reverse('rule-edit', args=[one.rule.key])}?in={organisation.public_id}",
        }
        for one in found
    ]
    context = {"lines": lines, "organisation": organisation, "places": _places(request)}
    return render(request, "branches/rules.html", context)


@require_http_methods(["GET", "POST"])
def rule_edit(request: PortalRequest, key: str) -> HttpResponse:
    organisation, rule = _place(request), known_rule(key)
    if rule is None:
        raise Http404
    now = rules.explain(key, organisation, clock.today())
    value = {True: "1", False: "0"}.get(now.value, now.value) if rule.kind == "flag" else now.value
    form = RuleForm(request.POST or None, rule=rule, initial={"value": value})
    back = f"{reverse('rule-list')}?in={organisation.public_id}"
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if saved(
            form,
            lambda: rules.set_rule(
                organisation=organisation, key=key, value=given["value"], kind=given["kind"], starts_on=given["starts_on"],
                by=request.actor,
            ),
        ):  # fmt: skip
            messages.success(request, f"“{rule.title}”已设置。")
            return redirect(back)
    history = [
        {
            "starts_on": one.starts_on,
            "value": rules.shown(rule, one.value),
            "kind": dict(form.fields["kind"].choices).get(one.organisation_kind, "")
            if one.organisation_kind
            else "全部",
            "by": one.set_by,
            "at": one.set_at,
        }
        for one in rules.history(key, organisation)
    ]
    crumbs = [Link("规则", back), Link(rule.title)]
    context = {
        "form": form,
        "rule": rule,
        "now": now,
        "now_text": rules.shown(rule, now.value),
        "default_text": rules.shown(rule, rule.default),
        "organisation": organisation,
        "history": history,
        "crumbs": crumbs,
        "back": back,
    }
    return render(request, "branches/rule.html", context)


def _place(request: PortalRequest) -> Organisation:
    """The organisation in the address, else the highest one whose rules the reader may set. 404, 403 as everywhere."""
    if not request.actor.can(Permission.SETTINGS):
        raise NotAllowed
    places = Organisation.objects.open().within(request.actor, Permission.SETTINGS).order_by("path")
    chosen = request.GET.get("in", "")
    place: Organisation | None = get_object_or_404(places, public_id=chosen) if chosen else places.first()
    if place is None:
        raise Http404
    return place


def _places(request: PortalRequest) -> list[Link]:
    """The county and its towns: where rules are set in practice."""
    places = Organisation.objects.open().within(request.actor, Permission.SETTINGS).official()
    upper = [one for one in places.filter(kind__in=Organisation.COMMITTEE_KINDS) if one.depth <= 2]
    return [Link(one.short_name, f"{reverse('rule-list')}?in={one.public_id}") for one in upper]
