"""The steps of one file: 识别表头 › 核对 › 导入 › 结果, and taking it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse

from core.errors import Blocked, UserError
from core.http import PortalRequest
from core.ledgers import incoming
from core.permissions import Permission
from core.views.bases import ScopedDetail
from exchange import column_presenters, presenters
from exchange.actions import batches
from exchange.actions.applies import blockers_to_apply
from exchange.actions.learned import learn_mapping
from exchange.actions.running import job_of, not_busy, start_apply, start_check, start_undo
from exchange.enums import OPEN_STATES, Mode, State
from exchange.forms import said_of_columns
from exchange.mending import question
from exchange.models import ImportBatch
from inbox.models import Todo
from jobs.presenters import shown as shown_job

MENDABLE = ("columns_missing", "columns_double", "kind_unknown", "only_hidden")
PEOPLE_LISTS = {"outflow": "outflow-list", "inflow": "inflow-list", "lost": "lost-list", "members": "member-list"}


class ImportPage(ScopedDetail):
    """One batch. Refusals of the actions become a message on the page where the batch now stands."""

    abstract = True
    queryset = ImportBatch.objects.select_related("organisation")
    permission = Permission.IMPORT
    object: ImportBatch

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        except Blocked as refusal:
            messages.error(request, refusal.text)
        except UserError as refusal:
            if refusal.code == "not_allowed":
                raise
            messages.error(request, refusal.text)
        return redirect("import-detail", self.object.public_id)

    def step(self, template: str, current: str, **context: Any) -> HttpResponse:
        batch = self.object
        label, tone = presenters.state_of(batch)
        return render(
            self.request,
            template,
            {
                "batch": batch, "steps": presenters.steps(batch, current), "state": label, "tone": tone,
                "kind_title": presenters.title_of(batch.kind), "noun": presenters.noun(batch),
                "explained": presenters.explained(batch), **context,
            },
        )  # fmt: skip

    def seen_before(self) -> bool:
        """Whether this very file was taken in already."""
        batch = self.object
        return bool(self.rows().applied().filter(sha256=batch.sha256).exclude(pk=batch.pk).exists())

    def questions(self) -> list[tuple[str, str]]:
        """What the reader, of the level above, was asked about rows of this file: the sentence and where it is answered."""
        batch = self.object
        above = batch.organisation.parent if batch.organisation else None
        if above is None or not self.actor.reaches(above.path, Permission.IMPORT):
            return []
        asked = Todo.objects.visible_to(self.actor).open().filter(cause__startswith=question(batch, "", "")[:-1])
        return [(todo.text, reverse(todo.url_name, args=todo.url_args)) for todo in asked]

    def failed(self) -> str:
        """Why the last job on it did not end well."""
        job = job_of(self.object)
        return job.error if job is not None and job.state == "failed" else ""


class ImportDetail(ImportPage):
    """Where the file stands now: its job's progress, or on to the step that is next."""

    def get(self, request: PortalRequest, public_id: str) -> HttpResponse:
        batch, job = self.object, job_of(self.object)
        if job is not None and job.is_open:
            mine = job.owner == self.actor.id
            current = "apply" if batch.state in (State.CHECKED, State.APPLIED) else "check"
            return self.step(
                "exchange/import_wait.html", current, job=shown_job(job, go=True) if mine else None, by=job.by
            )
        if batch.state == State.CANCELLED:
            return self.step("exchange/import_cancelled.html", "upload")
        pages = {State.CHECKED: "import-check", State.APPLIED: "import-result", State.UNDONE: "import-result"}
        return redirect(pages.get(State(batch.state), "import-columns"), public_id)


class ImportColumns(ImportPage):
    """What was recognised. POST: what the person says about sheets and columns; then the check."""

    def get(self, request: PortalRequest, public_id: str) -> HttpResponse:
        batch = self.object
        if batch.state not in batches.REVISABLE:
            return redirect("import-detail", public_id)
        code = batch.refusal.get("code", "")
        return self.step(
            "exchange/import_columns.html", "columns",
            groups=column_presenters.grouped(column_presenters.sheets(batch)), kinds=[(one.kind, one.title) for one in incoming()],
            choices=column_presenters.column_choices(batch.kind), notices=presenters.notices(batch),
            refusal=batch.refusal, can_mend=not code or code in MENDABLE, failed=self.failed(),
        )  # fmt: skip

    def post(self, request: PortalRequest, public_id: str) -> HttpResponse:
        batch = self.object
        not_busy(batch)
        said = said_of_columns(batch, request.POST)
        if said.errors:
            for text in dict.fromkeys(said.errors):
                messages.error(request, text)
            return redirect("import-columns", public_id)
        batch = batches.answer(
            batch=batch, by=self.actor, answers=said.answers, kind=said.kind, edition_date=said.edition_date
        )
        if request.POST.get("learn"):
            for heading, key in said.learned.items():
                learn_mapping(batch=batch, heading=heading, key=key, by=self.actor)
        if said.kind or batch.state == State.REFUSED:
            return redirect("import-columns", public_id)
        start_check(batch=batch, by=self.actor)
        return redirect("import-detail", public_id)


class ImportApply(ImportPage):
    """Asks once, saying exactly what happens. POST: imports as a job; twice is once."""

    def get(self, request: PortalRequest, public_id: str) -> HttpResponse:
        batch = self.object
        if batch.state != State.CHECKED or not presenters.usable(batch):
            return redirect("import-detail", public_id)
        waiting = presenters.unanswered(batch)
        return self.step(
            "exchange/import_apply.html", "apply",
            usable=presenters.usable(batch), writes=presenters.to_write(batch), outcomes=presenters.outcomes(batch),
            marks=presenters.marks(batch), mode=Mode.GOOD_ROWS if batch.stopped_rows else Mode.ALL,
            all_blockers=blockers_to_apply(batch, Mode.ALL), blockers=waiting, notices=presenters.notices(batch),
            label=f"只导入可用的 {presenters.usable(batch)} {presenters.noun(batch)}" if batch.stopped_rows
            else f"确认导入 {presenters.usable(batch)} {presenters.noun(batch)}",
        )  # fmt: skip

    def post(self, request: PortalRequest, public_id: str) -> HttpResponse:
        batch = self.object
        mode = request.POST.get("mode", "")
        if mode not in Mode.values:
            raise UserError("请从页面上的按钮提交。", "mode_unknown")
        if batch.state == State.CHECKED and (waiting := presenters.unanswered(batch)):
            raise Blocked(waiting)
        if batch.state == State.APPLIED:
            messages.info(request, "这份台账已经导入，没有重复导入。")
        start_apply(batch=batch, by=self.actor, mode=mode)
        return redirect("import-detail", public_id)


class ImportResult(ImportPage):
    """What came of it, in the town's own terms; what was left over; the way back."""

    def get(self, request: PortalRequest, public_id: str) -> HttpResponse:
        batch = self.object
        if batch.state not in (State.APPLIED, State.UNDONE):
            return redirect("import-detail", public_id)
        return self.step(
            "exchange/import_result.html", "result",
            terms=self.terms(), usable=presenters.usable(batch), outcomes=presenters.outcomes(batch),
            people_url=self.people_url(), left=batch.stopped_rows, is_undone=batch.state == State.UNDONE,
            kept=[one["text"] for one in batch.notices if one["code"] == "kept"],
            workbook_url=self.workbook_url(), failed=self.failed(), questions=self.questions(),
        )  # fmt: skip

    def terms(self) -> list[tuple[str, int, str]]:
        short = {"短期外出": "short", "流出": "mobile"}
        url = self.people_url()
        return [
            (term, number, f"{url}&term={short[term]}" if url and term in short else url)
            for term, number in self.object.terms.items()
        ]

    def people_url(self) -> str:
        name = PEOPLE_LISTS.get(self.object.kind)
        try:
            if name is None:
                return reverse("organisation-list")
            unit = self.object.organisation
            return reverse(name) + (f"?organisation={unit.public_id}" if unit else "")
        except NoReverseMatch:
            return ""

    def workbook_url(self) -> str:
        try:
            return reverse("own-workbook", args=[self.object.public_id])
        except NoReverseMatch:
            return ""


class ImportUndo(ImportPage):
    def get(self, request: PortalRequest, public_id: str) -> HttpResponse:
        if self.object.state != State.APPLIED:
            return redirect("import-detail", public_id)
        return self.step("exchange/import_undo.html", "result", usable=presenters.usable(self.object))

    def post(self, request: PortalRequest, public_id: str) -> HttpResponse:
        start_undo(batch=self.object, by=self.actor)
        return redirect("import-detail", public_id)


class ImportCancel(ImportPage):
    """Put a file aside that is not to be imported: nothing was written yet, so it is asked by the button alone."""

    http_method_names = ("post",)

    def post(self, request: PortalRequest, public_id: str) -> HttpResponse:
        not_busy(self.object)
        if self.object.state in OPEN_STATES:
            batches.cancel(batch=self.object, by=self.actor)
            messages.success(request, f"“{self.object.file_name}”不导入了，记录没有任何改动。")
        return redirect("import-list")
