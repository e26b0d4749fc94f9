"""The checked rows: a table by outcome, each mended on the spot; what marks mean; the error book."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core import keyset
from core.errors import UserError
from core.http import PortalRequest
from core.ledgers import LedgerRow
from core.permissions import Permission
from exchange import column_presenters, presenters
from exchange.actions import batches, rows
from exchange.actions.running import not_busy, start_check
from exchange.enums import State
from exchange.errorbook import make_error_book
from exchange.forms import said_of_marks
from exchange.models import ImportBatch, ImportRow
from exchange.row_presenters import RowPresenter, fixes_of
from exchange.views.import_steps import ImportPage

PAGE = 50
LEARNED_ROWS = f" {presenters.LEARNED}_value "
WORST_FIRST = Case(
    When(outcome="error", then=Value(0)),
    When(outcome="held", then=Value(1)),
    When(warned=True, then=Value(2)),
    When(outcome="changed", then=Value(3)),
    When(outcome="new", then=Value(4)),
    default=Value(5),
    output_field=IntegerField(),
)


class ImportCheck(ImportPage):
    """GET: the table. POST: check again with what was said since (columns, marks)."""

    def get(self, request: PortalRequest, public_id: str) -> HttpResponse:
        batch = self.object
        if batch.state != State.CHECKED:
            return redirect("import-detail", public_id)
        show = request.GET.get("show", "")
        chosen = self.filtered(show)
        page = keyset.page(
            chosen.annotate(rank=WORST_FIRST),
            ["rank"],
            token=request.GET.get("at", ""),
            size=PAGE,
            where=f"{public_id}:{show}",
        )
        presenter = RowPresenter(batch)
        url = reverse("import-check", args=[public_id])
        kept = f"show={show}&" if show else ""
        return self.step(
            "exchange/import_check.html", "check",
            **summary_of(batch, show), rows=presenter.shown(self.fetched(page.ids)), presenter=presenter, show=show,
            at=request.GET.get("at", ""), page=page, total=chosen.count(),
            previous_url=f"{url}?{kept}at={page.previous}" if page.previous else "",
            next_url=f"{url}?{kept}at={page.next}" if page.next else "",
            sheets=column_presenters.sheets(batch), marks=presenters.marks(batch), unanswered=presenters.unanswered(batch),
            notices=presenters.notices(batch), learned=self.filtered(presenters.LEARNED).count(), failed=self.failed(),
            seen_before=self.seen_before(),
            unused=column_presenters.unused(batch),
            questions=self.questions(),
        )  # fmt: skip

    def post(self, request: PortalRequest, public_id: str) -> HttpResponse:
        start_check(batch=self.object, by=self.actor)
        return redirect("import-detail", public_id)

    def fetched(self, ids: list[int]) -> list[ImportRow]:
        found = ImportRow.objects.visible_to(self.actor, Permission.IMPORT).in_bulk(ids)
        return [found[pk] for pk in ids]

    def filtered(self, show: str) -> QuerySet[ImportRow]:
        """The staged rows of one tab. Raises Http404 for a filter that there is not."""
        found: QuerySet[ImportRow] = ImportRow.objects.visible_to(self.actor, Permission.IMPORT).filter(
            batch=self.object
        )
        if show == presenters.LEARNED:
            return found.filter(codes__contains=LEARNED_ROWS)
        if show not in {key for key, _label, _names in presenters.FILTERS}:
            raise Http404
        if show == "warning":
            return found.filter(warned=True)
        return found.filter(outcome=show) if show else found


class ImportErrors(ImportPage):
    """The rows that need a hand, as a workbook that can be mended and uploaded again."""

    http_method_names = ("post",)

    def post(self, request: PortalRequest, public_id: str) -> HttpResponse:
        return redirect("file-download", make_error_book(batch=self.object, by=self.actor).public_id)


class ImportMarks(ImportPage):
    """Once a file: what red, struck and coloured rows mean. Then checked again."""

    http_method_names = ("post",)

    def post(self, request: PortalRequest, public_id: str) -> HttpResponse:
        batch = self.object
        not_busy(batch)
        said = said_of_marks(batch, request.POST)
        batch = batches.answer(batch=batch, by=self.actor, answers={"marks": said})
        start_check(batch=batch, by=self.actor)
        return redirect("import-detail", public_id)


class ImportRowPage(ImportPage):
    """One row by sheet and number. GET leads to it; POST mends it and answers with the row, or with the page."""

    def get(self, request: PortalRequest, public_id: str, sheet: int, number: int) -> HttpResponse:
        if self.object.state == State.APPLIED:
            return redirect("import-result", public_id)
        stored = self.stored(sheet, number)
        if self.object.state != State.CHECKED:
            return redirect("import-detail", public_id)
        url = reverse("import-check", args=[public_id])
        return redirect(f"{url}?show={stored.outcome}#row-{sheet}-{number}")

    def post(self, request: PortalRequest, public_id: str, sheet: int, number: int) -> HttpResponse:
        if request.POST.get("fix") == rows.ANSWERED:
            rows.answer_question(batch=self.object, sheet=sheet, number=number, by=self.actor)
            messages.success(request, f"第 {number} 行记为已核对。")
            return redirect("import-detail", public_id)
        stored = self.stored(sheet, number)
        is_part = request.htmx and not request.htmx.boosted
        said = ""
        try:
            fresh = self.mend(stored)
            said = "" if fresh is not None else f"第 {number} 行不导入了。"
        except UserError as refusal:
            if refusal.code == "not_allowed" or not is_part:
                raise
            said = refusal.text
        if is_part:
            return self.part(sheet, number, said)
        messages.success(request, said or f"第 {number} 行已重新核对。")
        return redirect(back_to(request, public_id, sheet, number))

    def stored(self, sheet: int, number: int) -> ImportRow:
        found = ImportRow.objects.visible_to(self.actor, Permission.IMPORT).filter(
            batch=self.object, sheet=sheet, number=number
        )
        row = found.first()
        if row is None:
            raise Http404
        return row

    def mend(self, stored: ImportRow) -> LedgerRow | None:
        """None where the row was left out. Raises UserError."""
        post, learn = self.request.POST, bool(self.request.POST.get("learn"))
        if key := post.get("correct"):
            text = post.get("text", "")
            if not text.strip():
                raise UserError("请先把正确的内容填进框里，再点“改好”。", "text_missing")
            return rows.correct_cell(batch=self.object, row=stored, key=key, text=text, by=self.actor, learn=learn)
        code, _bar, value = post.get("fix", "").partition("|")
        if (code, value) not in fixes_of(rows.staged_row(self.object, stored)):
            raise UserError("这一行刚刚变过，请照现在的情况再选一次。", "fix_gone")
        return rows.decide(batch=self.object, row=stored, code=code, value=value, by=self.actor, learn=learn)

    def part(self, sheet: int, number: int, said: str) -> HttpResponse:
        batch = self.object = self.get_object(self.object.public_id)
        presenter = RowPresenter(batch)
        found = ImportRow.objects.visible_to(self.actor, Permission.IMPORT).filter(
            batch=batch, sheet=sheet, number=number
        )
        show = self.request.POST.get("show", "")
        context = {
            "batch": batch, "row": next(iter(presenter.shown(found)), None), "presenter": presenter, "said": said,
            "number": number, "noun": presenters.noun(batch), "kind_title": presenters.title_of(batch.kind), "show": show,
            "at": self.request.POST.get("at", ""), "seen_before": self.seen_before(), **summary_of(batch, show),
        }  # fmt: skip
        return render(self.request, "exchange/import_row.html", context)


def summary_of(batch: ImportBatch, show: str) -> dict[str, Any]:
    """What changes on the page when a row is mended."""
    return {
        "tabs": presenters.tabs(batch, show), "usable": presenters.usable(batch), "writes": presenters.to_write(batch),
        "explained": presenters.explained(batch), "left": batch.stopped_rows,
    }  # fmt: skip


def back_to(request: PortalRequest, public_id: str, sheet: int, number: int) -> str:
    show, at = request.POST.get("show", ""), request.POST.get("at", "")
    known = {key for key, _label, _names in presenters.FILTERS} | {presenters.LEARNED}
    query = {"show": show if show in known else "", "at": at}
    url = reverse("import-check", args=[public_id], query={name: text for name, text in query.items() if text} or None)
    return f"{url}#row-{sheet}-{number}"
