"""The card: one person, what has run out, how it was asked; and the next one by itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse

from core import clock
from core.errors import NotAllowed, UserError
from core.http import PortalRequest
from core.permissions import Permission
from members.actions import looking
from sweeps import presenters, queries
from sweeps.actions import answering
from sweeps.blockers import is_above
from sweeps.enums import NotReached
from sweeps.forms import RESULTS, AnswerForm
from sweeps.models import Item, Return
from sweeps.views.base import BranchView, ItemView, head

AFTER, PAST = "after", "past"  # whom one has just dealt with; whom one puts off


class Queue(BranchView):
    """The card that is due next, or that all are done. ``?after=`` a member: what came of the last one stands above."""

    title = "核实流动党员"

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        of, past = self.object, self.known(PAST)
        item = queries.next_card(of.sweep, of.path, self.actor, clock.today(), past)
        last = self.known(AFTER)
        way = last.way if last is not None else ""
        context = card_context(item, of, self.actor, way=way, last=last)
        return render(request, "sweeps/queue.html", self.context(**context))

    def known(self, name: str) -> Item | None:
        """The item of the member that the address names; None for nobody, or for somebody who has moved away."""
        public_id = self.request.GET.get(name, "")
        if not public_id:
            return None
        mine = Item.objects.visible_to(self.actor).filter(sweep=self.object.sweep, member__public_id=public_id)
        return mine.select_related("member", "sweep").first()


class Card(ItemView):
    """One person's card."""

    abstract = True

    def form(self, data: Any = None) -> AnswerForm:
        return AnswerForm(data, item=self.item, keyed=is_above(self.item.of, self.actor))

    def page(self, form: AnswerForm, *, taken: str = "", shown: dict[str, str] | None = None) -> HttpResponse:
        of = self.item.of
        context = {
            **card_context(self.item, of, self.actor, form=form, shown=shown),
            "taken": taken, "of": of, "head": head(of, self.actor, self.item.member.name),
        }  # fmt: skip
        whole = not self.request.headers.get("HX-Request")
        return render(self.request, "sweeps/queue.html" if whole else "sweeps/queue.html#card", context)


class CardPage(Card):
    """GET: this person's card. POST: what was learned, answered with the next card."""

    def prepare(self) -> None:
        if self.request.method != "POST":
            super().prepare()

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        return self.page(self.form())

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                self.item = self.held()
                form = self.form(request.POST)
                if not form.is_valid():
                    super().prepare()  # with what a card shows besides
                    return self.page(form)
                done = send(form, self.item, self.actor, held=True)
        except UserError as refused:
            super().prepare()  # as it stands: what the refused answer had set is gone
            if isinstance(refused, answering.Taken):
                return self.page(self.form(), taken=refused.text)
            form = self.form(request.POST)
            form.add_error(None, refused.text)
            return self.page(form)
        return self.following(done)

    def held(self) -> Item:
        """The card, held for its answer: found and locked with one query. Raises Http404, NotAllowed."""
        try:
            return answering.hold(self.actor, **self.wanted())
        except NotAllowed:
            self.find(**self.wanted())
            raise

    def following(self, done: Item) -> HttpResponse:
        """The next card: in place where the page asked for it so, else by its address."""
        of = self.item.of
        if not self.request.headers.get("HX-Request") or not self.actor.reaches(of.path, Permission.EDIT):
            return redirect_after(done, of, self.actor)
        item = queries.next_card(self.item.sweep, self.item.path, self.actor, clock.today())
        given = {"way": self.request.POST.get("way", ""), "on_behalf": self.request.POST.get("on_behalf", "")}
        context = card_context(item, of, self.actor, last=done, **given)
        response = render(self.request, "sweeps/queue.html#card", context)
        response["HX-Replace-Url"] = reverse("return-queue", args=[of.public_id])
        return response


class Call(Card):
    """POST: a whole number with a link that dials it; the look is recorded."""

    permission = Permission.FULL_NUMBERS
    http_method_names = ["post"]

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        field = request.POST.get("field", "")
        record = self.item.stay if field == "contact_phone" else self.item.member
        if record is None:
            raise Http404
        try:
            number = looking.show_number(record=record, field=field, by=self.actor)
        except KeyError as error:
            raise Http404 from error
        shown = {field: number}
        if request.headers.get("HX-Request"):
            phones = [one for one in presenters.card(self.item, shown).phones if one.field == field]
            return render(request, "sweeps/queue.html#phones", {"phones": phones, "item": self.item})
        return self.page(self.form(), shown=shown)


class Undo(ItemView):
    """POST: the answer (or the try) is taken back, and the card asks again."""

    http_method_names = ["post"]

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        try:
            answering.undo(sweep=self.item.sweep, member=self.item.member, by=self.actor)
        except UserError as refused:
            messages.error(request, refused.text)
        else:
            messages.success(request, f"已撤回对{self.item.member.name}的核实，请重新填。")
        return redirect("sweep-card", self.item.sweep.public_id, self.item.member.public_id)


class Fresh(BranchView):
    """ "这几位都没有变化": those of whom nothing has run out, by name, confirmed at once."""

    title = "情况都还有效的党员"

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        people = list(answering.fresh(self.object, self.actor).with_facts().in_queue_order())
        cards = [presenters.card(one) for one in people]
        return render(request, "sweeps/fresh.html", self.context(cards=cards))

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        try:
            number = answering.confirm_all(of=self.object, by=self.actor, on_behalf=request.POST.get("on_behalf", ""))
        except UserError as refused:
            messages.error(request, refused.text)
        else:
            messages.success(request, f"已登记：{number} 人都没有变化。")
        return redirect(self.object)


def send(form: AnswerForm, item: Item, by: Any, *, held: bool = False) -> Item:
    """What the form says, as an action. ``held``: the item is already. Raises UserError, Taken, NotAllowed."""
    given: dict[str, Any] = {
        "sweep": item.sweep, "member": item.member, "by": by, "version": form.cleaned_data["version"],
        "held": item if held else None,
    }  # fmt: skip
    if form.not_reached:
        behalf = form.cleaned_data.get("on_behalf", "")
        return answering.not_reached(reason=form.not_reached, on_behalf=behalf, **given)
    return answering.answer(given=form.given(), **given)


def card_context(
    item: Item | None, of: Return, by: Any, *, form: AnswerForm | None = None, way: str = "", on_behalf: str = "",
    last: Item | None = None, shown: dict[str, str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What the fragment of a card needs; ``item`` None: nobody is due."""
    keyed = is_above(of, by)
    if item is not None and form is None:
        form = AnswerForm(item=item, keyed=keyed, way=way, on_behalf=on_behalf)
    return {
        "of": of, "item": item, "card": presenters.card(item, shown) if item else None, "form": form, "keyed": keyed,
        "last": last, "last_outcome": presenters.outcome(last) if last else "",
        "blockers": answering.blockers_to_answer(item, of) if item else [], "not_reached": NotReached.choices,
        "results": RESULTS,
    }  # fmt: skip


def redirect_after(done: Item, of: Return, by: Any) -> HttpResponseRedirect:
    """Back to the queue; whoever looks after the person beside the home branch goes back to the own return."""
    if by.reaches(of.path, Permission.EDIT):
        return HttpResponseRedirect(f"{reverse('return-queue', args=[of.public_id])}?{AFTER}={done.member.public_id}")
    own = queries.own_return(by)
    return HttpResponseRedirect(own.get_absolute_url() if own else reverse("home"))
