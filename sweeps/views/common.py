"""What the pages of a sweep share: which organisation is looked at, words and colours, where things are found."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse

from branches.models import Organisation
from core import clock
from core.actors import Actor
from core.components import Link
from core.paths import ancestors
from core.permissions import Permission
from sweeps.enums import EDITABLE, ReturnState, SweepState
from sweeps.models import Return, Sweep

STATE_TONES = {
    ReturnState.OPEN: "neutral",
    ReturnState.SUBMITTED: "info",
    ReturnState.ACCEPTED: "ok",
    ReturnState.SENT_BACK: "warn",
}
SWEEP_TONES = {SweepState.OPENING: "info", SweepState.OPEN: "info", SweepState.CLOSED: "neutral"}


def own_organisation(sweep: Sweep, actor: Actor) -> Organisation:
    """Where the reader begins: the whole sweep, else his own organisation, else the first that he reaches. Raises Http404."""
    paths = [sweep.path, actor.organisation_path, *(low for low, _high in actor.ranges(Permission.VIEW))]
    for path in paths:
        if path and actor.reaches(path, Permission.VIEW) and sweep.path in ancestors(path):
            found = Organisation.objects.select_related("parent").filter(path=path).first()
            if found is not None:
                return found
    raise Http404


def chosen_organisation(sweep: Sweep, actor: Actor, public_id: str) -> Organisation:
    """The one in the address, inside the sweep and the reader's scope; without one the reader's own. Raises Http404."""
    if not public_id:
        return own_organisation(sweep, actor)
    found = None
    if public_id.isascii() and public_id.isalpha():
        found = Organisation.objects.within(actor).select_related("parent").filter(public_id=public_id).first()
    if found is None or sweep.path not in ancestors(found.path):
        raise Http404
    return found


def crumbs(sweep: Sweep, organisation: Organisation, actor: Actor, last: str = "") -> list[Link]:
    """季度排查 › this sweep › the organisations that the reader reaches, down to the one looked at › the page."""
    seen = [one for one in organisation.line() if actor.reaches(one.path, Permission.VIEW)]
    line = [Link(one.short_name, sweep_url(sweep, one)) for one in seen if one.path != sweep.path]
    top = [Link("季度排查", reverse("sweep-list")), Link(sweep.period.label, sweep_url(sweep))]
    return [*top, *line, *([Link(last)] if last else [])]


def sweep_url(sweep: Sweep, organisation: Organisation | None = None, name: str = "sweep-detail", **query: str) -> str:
    """A page of the sweep, at one organisation, by what is chosen."""
    parts = {"organisation": organisation.public_id} if organisation and organisation.path != sweep.path else {}
    text = urlencode({**parts, **{key: value for key, value in query.items() if value}})
    return reverse(name, args=[sweep.public_id]) + (f"?{text}" if text else "")


def return_chip(of: Return) -> dict[str, str]:
    """State of a return in a word; red only where its day has passed."""
    due = of.sweep.branch_due_on if of.is_branch else of.sweep.town_due_on
    if of.path == of.sweep.path:
        due = of.sweep.county_due_on
    late = of.state in EDITABLE and of.sweep.is_open and due < clock.today()
    words = "零报告" if of.is_nil and of.state not in EDITABLE else of.get_state_display()
    return {
        "text": f"{of.get_state_display()}，已过期限" if late else words,
        "tone": "bad" if late else STATE_TONES[ReturnState(of.state)],
    }


def return_url(of: Return) -> str:
    """Where a return is looked at: what was handed in is reviewed, a branch's that is being filled in is filled in."""
    filling = of.is_branch and of.state in EDITABLE
    return reverse("return-detail" if filling else "return-review", args=[of.public_id])
