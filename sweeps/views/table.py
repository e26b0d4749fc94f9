"""The queue as a table, for a keyboard: a row a person, saved one by one or all that were filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from core.errors import UserError
from core.http import PortalRequest
from core.permissions import Permission
from sweeps import presenters
from sweeps.blockers import is_above
from sweeps.forms import ASKED, OUTCOMES, AnswerForm, Question
from sweeps.models import Item
from sweeps.views.base import BranchView
from sweeps.views.cards import send

MOST = 100  # rows; what is left comes with the next page


@dataclass(frozen=True)
class Row:
    """``cells``: a question in each column, or None where the field is still good."""

    card: presenters.Card
    form: AnswerForm
    cells: list[tuple[str, Question | None]]


class Table(BranchView):
    """POST: the row named by ``only`` where it is asked for in place, else every row in which something was said."""

    title = "列成表核实"

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        return self.page({})

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        if request.headers.get("HX-Request"):
            return self.one(request.POST.get("only", ""))
        sent = [item for item in self.items() if f"{item.member.public_id}-version" in request.POST]
        forms = [self.form(item, request.POST) for item in sent]
        told = [form for form in forms if not form.is_blank]
        wrong = [form for form in told if self.save(form) is None]
        if len(told) > len(wrong):
            messages.success(request, f"已登记 {len(told) - len(wrong)} 人。")
        if not wrong:
            return redirect("return-table", self.object.public_id)
        return self.page({form.item.pk: form for form in wrong})

    def one(self, member_id: str) -> HttpResponse:
        """One row: what came of it, or the row again with what is missing."""
        item = self.items().filter(member__public_id=member_id).first()
        if item is None:
            raise Http404
        form = self.form(item, self.request.POST)
        done = self.save(form)
        if done is not None:
            return render(self.request, "sweeps/table_done.html", {"item": done, "outcome": presenters.outcome(done)})
        fields = self.request.POST.get("columns", "").split(",")
        return render(self.request, "sweeps/table_row.html", {"row": self.row(form, fields), "of": self.object})

    def items(self) -> Any:
        of = self.object
        items = Item.objects.visible_to(self.actor, Permission.EDIT).unanswered().filter(sweep=of.sweep, path=of.path)
        return items.with_facts().with_return().in_queue_order()

    def form(self, item: Item, data: Any = None) -> AnswerForm:
        """Way and name stand once above the table and hold for each row."""
        prefix = item.member.public_id
        if data is not None:
            data = data.copy()
            for name in ("way", "on_behalf"):
                data[f"{prefix}-{name}"] = data.get(name, "")
        return AnswerForm(data, item=item, keyed=is_above(self.object, self.actor), prefix=prefix)

    def save(self, form: AnswerForm) -> Item | None:
        if not form.is_valid():
            return None
        try:
            return send(form, form.item, self.actor)
        except UserError as refused:
            form.add_error(None, refused.text)
            return None

    def row(self, form: AnswerForm, fields: list[str]) -> Row:
        asked = {one.field: one for one in form.questions()}
        cells = [(ASKED[name].label, asked.get(name)) for name in fields if name in ASKED]
        return Row(presenters.card(form.item), form, cells)

    def page(self, wrong: dict[int, AnswerForm]) -> HttpResponse:
        """``wrong``: forms that came back with a mistake, by the id of their item."""
        items = self.items()
        shown = [wrong.get(item.pk) or self.form(item) for item in items[:MOST]]
        fields = [name for name in ASKED if any(name in form.item.fields_to_ask for form in shown)]
        given = self.request.POST
        context = self.context(
            rows=[self.row(form, fields) for form in shown],
            labels=[ASKED[name].label for name in fields],
            columns=",".join(fields),
            head_form=AnswerForm(
                item=shown[0].item, keyed=is_above(self.object, self.actor), way=given.get("way", ""),
                on_behalf=given.get("on_behalf", ""),
            ) if shown else None,
            outcomes=OUTCOMES,
            more=items.count() - len(shown),
        )  # fmt: skip
        return render(self.request, "sweeps/table.html", context)
