"""Ledgers out: what there is to take, asking for it, waiting for it; empty templates; the town's own workbook back."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from branches.models import Organisation
from core import clock, ledgers
from core.actors import Actor
from core.documents import workbook
from core.errors import NotAllowed, UserError
from core.http import PortalRequest
from core.ids import new_id
from core.ledgers import Ledger
from core.permissions import Permission
from core.views.bases import readonly
from exchange.export import actions, own_book, sheets
from exchange.export.forms import FULL, MASKED, ExportForm, PurposeForm
from exchange.export.presenters import shown, shown_all
from exchange.models import Export, ImportBatch
from files.actions import KNOWN_TYPES
from jobs.models import Job
from jobs.presenters import shown as shown_job

MINE_SHOWN = 30
BOOKS_SHOWN = 10
NOT_FILTERS = ("organisation", "sort", "size", "cursor", "page")
LONGEST = 60


def exporter(request: PortalRequest) -> Actor:
    """The actor, who must be able to export something somewhere. Raises NotAllowed."""
    actor = request.actor
    if not actor.can(Permission.EXPORT):
        raise NotAllowed("您的岗位不能导出台账。需要时请向上一级党组织说明。")
    return actor


def ledger_or_404(kind: str) -> Ledger:
    try:
        return ledgers.ledger(kind)
    except KeyError as error:
        raise Http404 from error


@require_GET
def export_list(request: PortalRequest) -> HttpResponse:
    actor = exporter(request)
    with readonly():
        mine = Export.objects.visible_to(actor).filter(owner=actor.id).select_related("organisation").order_by("-pk")
        books = ImportBatch.objects.visible_to(actor, Permission.EXPORT).latest_books().select_related("organisation")
        context = {
            "ledgers": actions.exportable(),
            "exports": shown_all(mine[:MINE_SHOWN], actor, clock.now()),
            "books": [book for book in books.order_by("-pk")[:BOOKS_SHOWN] if not own_book.blockers(book)],
        }
        return render(request, "exchange/export_list.html", context)


@require_http_methods(["GET", "POST"])
def export_new(request: PortalRequest) -> HttpResponse:
    actor = exporter(request)
    if not request.GET.get("kind"):
        return redirect("export-list")
    ledger = ledger_or_404(request.GET["kind"])
    form = ExportForm(request.POST or None, by=actor, initial=_initial(request, actor))
    filters = _filters(form["filter"].value() or "")
    try:
        words = ledger.filter_words({"query": filters})
    except UserError as error:
        raise Http404 from error
    if request.method == "POST" and form.is_valid():
        made = _requested(form, ledger, filters, request, actor)
        if made is not None:
            return redirect(made)
    return render(request, "exchange/export_new.html", {"form": form, "ledger": ledger, "words": words})


def _initial(request: PortalRequest, actor: Actor) -> dict[str, Any]:
    query = request.GET.get("filter", "")
    asked = request.GET.get("organisation") or QueryDict(query).get("organisation", "")
    mine = Organisation.objects.open().within(actor, Permission.EXPORT).official()
    organisation = mine.filter(public_id=asked).first() if asked else None
    if asked and organisation is None:
        raise Http404
    organisation = organisation or mine.filter(path=actor.organisation_path).first() or mine.first()
    return {
        "organisation": organisation.public_id if organisation else None,
        "form": Export.Form.LIST if query else Export.Form.OFFICIAL,
        "numbers": MASKED if query or not actor.can(Permission.FULL_NUMBERS) else FULL,
        "filter": query,
        "key": new_id(),
    }


def _filters(query: str) -> dict[str, str]:
    """The list's filters out of its address; what only says how it is shown is left."""
    found = QueryDict(query).dict()
    return {key: str(value)[:LONGEST] for key, value in found.items() if value and key not in NOT_FILTERS}


def _requested(
    form: ExportForm, ledger: Ledger, filters: dict[str, str], request: PortalRequest, actor: Actor
) -> Export | None:
    wanted = form.cleaned_data
    columns = request.session.get("columns", {}).get(ledger.list_key) if wanted["form"] == Export.Form.LIST else None
    try:
        return actions.request(
            kind=ledger.kind,
            organisation=wanted["organisation"],
            purpose=wanted["purpose"],
            by=actor,
            form=wanted["form"],
            format=wanted["format"],
            full=wanted["numbers"] == FULL,
            filters=filters,
            columns=columns or (),
            key=wanted["key"],
        )
    except UserError as error:
        form.add_error(None, error.text)
        return None


@require_GET
def export_detail(request: PortalRequest, public_id: str) -> HttpResponse:
    actor = exporter(request)
    with readonly():
        mine = Export.objects.visible_to(actor).filter(owner=actor.id).select_related("organisation")
        export = get_object_or_404(mine, public_id=public_id)
        job = Job.objects.visible_to(actor).filter(owner=actor.id, public_id=export.job).first()
        context = {
            "export": shown(export, job, clock.now()),
            "job": shown_job(job) if job is not None else None,
            "masked": not export.full,
        }
        return render(request, "exchange/export_detail.html", context)


@require_GET
def export_template(request: PortalRequest, kind: str) -> HttpResponse:
    """The empty form of the reader's own organisation. It holds no people, so it is made at once and not logged."""
    actor = exporter(request)
    ledger = ledger_or_404(kind)
    if not ledger.takes_in:
        raise Http404
    unit = Organisation.objects.filter(path=actor.organisation_path).first()
    if unit is None:
        raise NotAllowed("您的账号没有所在单位，模板不知道写哪个填报单位。")
    data = workbook.write(sheets.template(ledger, unit=unit), {"模板": f"{ledger.kind}.{sheets.TEMPLATE_VERSION}"})
    response = HttpResponse(data, content_type=KNOWN_TYPES[".xlsx"])
    response["Content-Disposition"] = content_disposition_header(True, f"{ledger.title}（空白模板）.xlsx")
    return response


@require_http_methods(["GET", "POST"])
def own_workbook(request: PortalRequest, public_id: str) -> HttpResponse:
    """The workbook of an applied import, to be given back brought up to date: asks what for, then makes it."""
    actor = exporter(request)
    batches = ImportBatch.objects.visible_to(actor, Permission.EXPORT).select_related("organisation")
    batch = get_object_or_404(batches, public_id=public_id)
    why = own_book.blockers(batch)
    form = PurposeForm(request.POST or None, initial={"key": new_id()})
    if request.method == "POST" and form.is_valid() and not why:
        try:
            made = actions.request(
                kind=batch.kind,
                organisation=batch.organisation or Organisation.objects.get(path=batch.path),
                purpose=form.cleaned_data["purpose"],
                by=actor,
                form=Export.Form.OWN,
                full=True,
                batch=batch.public_id,
                key=form.cleaned_data["key"],
            )
            return redirect(made)
        except UserError as error:
            form.add_error(None, error.text)
    return render(request, "exchange/export_own.html", {"form": form, "batch": batch, "blockers": why})
