"""The person file (一人一档) and what is done with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from branches.models import Organisation
from core import clock, offers
from core.actors import Actor
from core.http import PortalRequest
from core.permissions import Permission
from core.views.bases import ScopedDetail
from members import history, journey_presenters, presenters, side_by_side
from members.actions import looking, merging, people, undoing
from members.clears import missing
from members.enums import EVIDENCE
from members.forms import MoveForm, NewPersonForm, PersonForm, StatusForm
from members.freshness import Shelf, shelves
from members.models import Evidence, Journey, LostContact, Member, Transfer
from members.standing import Standing
from members.views.pages import FormPage, RecordPage

PEOPLE = Member.objects.current().select_related("home", "care", "freshness")
GUEST_PROOFS = ("facts", "phone", "place", "employer", "reason")


def may_see_lookers(actor: Actor, path: str) -> bool:
    """Auditors, and those who set the county's rules, see who looked."""
    return actor.reaches(path, Permission.AUDIT) or actor.reaches(path, Permission.SETTINGS)


def file_context(request: PortalRequest, member: Member, shown: dict[str, str]) -> dict[str, Any]:
    """Everything on the page. What hangs on the member is reached through the member, who is in the reader's scope."""
    actor = request.actor
    may_edit = presenters.may(member, actor, Permission.EDIT)
    journeys = list(
        Journey.objects.visible_to(actor).filter(member=member).select_related("home", "host").order_by("-pk")
    )
    spells = list(LostContact.objects.visible_to(actor).filter(member=member).order_by("-pk"))
    proofs = Evidence.objects.visible_to(actor).filter(member=member).order_by("-on", "-pk")[:200]
    moving = Transfer.objects.visible_to(actor).open().filter(member=member).first()
    everything = request.GET.get("history") == "all"
    limit = history.MOST if everything else history.SHOWN
    gone = history.gone_into(member)
    changes = history.changes_of(history.person_records(member, [*journeys, *spells], gone, actor), limit + 1)
    return {
        "member": member,
        "crumbs": presenters.crumbs(member, actor),
        "chips": presenters.status_chips(member, journeys, spells),
        "facts": presenters.facts(member),
        "numbers": presenters.numbers(member, actor, shown),
        "verified": presenters.verified(proofs, _shelves(member, journeys)),
        "journeys": [presenters.stay(one) for one in journeys],
        "standing": _standing(member, journeys, moving),
        "missing": [gap for one in journeys if one.is_open for gap in missing(member, one, may_edit=may_edit)],
        "sides": journey_presenters.sides(member),
        "spells": [presenters.spell(one) for one in spells],
        "memberships": [presenters.membership(one) for one in history.memberships(member)],
        "history": history.entries(changes[:limit], main=member),
        "history_url": "" if everything or len(changes) <= limit else "?history=all#history",
        "lookers": history.lookers(member) if may_see_lookers(actor, member.path) else None,
        "may_edit": may_edit,
        "offers": offers.at(offers.PERSON, actor, member.public_id),
        "deeds": presenters.deeds(member, actor, journeys) if may_edit else [],
        "merged": side_by_side.merged(one for one in gone if one.merged_into_id == member.pk) if may_edit else [],
    }


def _standing(member: Member, journeys: list[Journey], moving: Transfer | None) -> list[Standing]:
    today = clock.today()
    said = [
        one for journey in journeys for one in journey_presenters.standing(journey, today, moving) if journey.is_open
    ]
    return [*said, *journey_presenters.dues(member, today)]


def _shelves(member: Member, journeys: list[Journey]) -> list[Shelf]:
    """The fields that are verified of somebody like this."""
    wanted = ("facts", "phone") if member.is_guest else ("facts", "phone", "address", "dues")
    if any(journey.is_open for journey in journeys):
        wanted = (*GUEST_PROOFS, *(() if member.is_guest else ("address", "dues")))
    fields = [name for name in EVIDENCE if name in wanted]
    return shelves(getattr(member, "freshness", None), member.home or member.care, clock.today(), fields)


class PersonFile(ScopedDetail):
    """GET opens the file (an event). The address of a merged record leads to the one it was merged into."""

    queryset = PEOPLE
    permission = Permission.VIEW

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        if self.object.public_id != kwargs["public_id"]:
            return redirect(self.object.get_absolute_url())
        looking.opened(member=self.object, by=self.actor)
        return render(request, "members/person.html", file_context(request, self.object, {}))

    def get_object(self, public_id: str) -> Any:
        try:
            return super().get_object(public_id)
        except Http404:
            return get_object_or_404(Member.objects.visible_to(self.actor).at_old_address(public_id))


class ShowNumber(ScopedDetail):
    """POST: one whole number, for this answer only; the look is recorded."""

    queryset = PEOPLE
    permission = Permission.FULL_NUMBERS
    http_method_names = ["post"]

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        name = request.POST.get("field", "")
        try:
            number = looking.show_number(record=self.object, field=name, by=self.actor)
        except KeyError as error:
            raise Http404 from error
        if request.headers.get("HX-Request"):
            return render(request, "members/person_number.html", {"text": number.replace(",", "、")})
        return render(request, "members/person.html", file_context(request, self.object, {name: number}))


class PersonEdit(RecordPage):
    queryset = PEOPLE
    form_class = PersonForm
    heading = "修改档案"
    done = "已保存，改动记入历史。"

    def form_kwargs(self) -> dict[str, Any]:
        return {"record": self.object, "actor": self.actor}

    def act(self, form: PersonForm) -> Member:
        return people.edit_member(
            member=self.object, values=form.values, by=self.actor, version=form.cleaned_data["version"],
            confirmed=form.cleaned_data["confirmed"], reason=form.cleaned_data["reason"],
        )  # fmt: skip


class PersonNew(FormPage):
    """A new record in a branch that the reader looks after."""

    queryset = Member.objects.current()
    form_class = NewPersonForm
    heading = "登记党员"
    submit = "登记"
    done = "已建档。"

    def prepare(self) -> None:
        self.object = None

    def member(self) -> None:
        return None

    def back_url(self) -> str:
        return reverse("member-list")

    def form_kwargs(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def act(self, form: NewPersonForm) -> Member:
        branch = chosen_branch(form.cleaned_data["branch"], self.actor)
        self.is_guest = form.cleaned_data["belongs"] == form.GUEST
        place = {"care": branch} if self.is_guest else {"home": branch}
        return people.register_member(values=form.values, by=self.actor, key=form.cleaned_data["key"], **place)

    def next_url(self, result: Member) -> str:
        """A guest's stay is asked for next."""
        if self.is_guest:
            return f"{reverse('journey-new-in')}?member={result.public_id}"
        return str(result.get_absolute_url())


class PersonMove(FormPage):
    queryset = PEOPLE
    form_class = MoveForm
    heading = "调整支部"
    submit = "确认调整"
    done = "已调整，流动经历一并转到新的支部。"
    lead = "只在本县、您管辖的支部之间调整。转往外县请结束流动经历或办理组织关系转接。"

    def form_kwargs(self) -> dict[str, Any]:
        return {"actor": self.actor, "initial": {"version": self.object.version}}

    def blockers(self) -> list[str]:
        return people.blockers_to_move(self.object)

    def act(self, form: MoveForm) -> Member:
        branch = chosen_branch(form.cleaned_data["branch"], self.actor)
        return people.move_member(member=self.object, to=branch, by=self.actor, version=form.cleaned_data["version"])

    def next_url(self, result: Member) -> str:
        """Moved out of sight it may be (a secretary of two branches): then back to the list."""
        seen = Member.objects.visible_to(self.actor).filter(pk=result.pk).exists()
        return str(result.get_absolute_url()) if seen else reverse("member-list")


class PersonStatus(FormPage):
    queryset = PEOPLE
    form_class = StatusForm
    heading = "党籍状态"
    done = "已登记。"
    lead = "这里只登记已经作出的决定。停止党籍、恢复党籍和除名要有决定文件。"

    def form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"version": self.object.version, "status": self.object.party_status}}

    def act(self, form: StatusForm) -> Member:
        given = form.cleaned_data
        return people.set_party_status(
            member=self.object, status=given["status"], on=given["on"], document=given["document"], by=self.actor,
            version=given["version"],
        )  # fmt: skip


class MergeUndo(ScopedDetail):
    """POST on the record that went: both are as they were before."""

    queryset = Member.objects.filter(merged_into__isnull=False)
    permission = Permission.EDIT
    http_method_names = ["post"]

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        gone = undoing.undo_merge(gone=self.object, event=merging.merge_event(self.object), by=self.actor)
        messages.success(request, "已撤销合并，两份档案恢复到合并以前的样子。")
        return redirect(gone.get_absolute_url())


def chosen_branch(public_id: str, actor: Actor) -> Organisation:
    """The form's choice; only what the reader looks after was offered. Raises Http404."""
    return get_object_or_404(Organisation.objects.within(actor, Permission.EDIT).open(), public_id=public_id)
