"""台账导入: give files, see what became of those given before."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse

from core.components import Tab
from core.errors import UserError
from core.http import PortalRequest
from core.permissions import Permission
from core.views.bases import ScopedList
from exchange import presenters
from exchange.actions import batches
from exchange.actions.running import QUICK_BYTES, start_check
from exchange.enums import State
from exchange.forms import UploadForm
from exchange.models import ImportBatch

PAGE = 20
CLOSED_KINDS = ".et、.wps、.rar 打不开：请在 WPS 里另存为 xlsx 再传。"
AT_ONCE = 5  # so many small files are checked while the person waits; more go to the worker
ACCEPT = ".xlsx,.xls,.xlsm,.ods,.csv,.zip"
HINT = "xlsx、xls、csv、ods，或装着它们的 zip；一次可以选多个，每个不超过 20 MB"


class ImportList(ScopedList):
    """GET: the drop zone and the latest files. POST: files; one leads on to its next step, several stay listed here."""

    queryset = ImportBatch.objects
    permission = Permission.IMPORT

    def get(self, request: PortalRequest) -> HttpResponse:
        return self.page(request, UploadForm(by=self.actor), [])

    def post(self, request: PortalRequest) -> HttpResponse:
        form = UploadForm(request.POST, by=self.actor)
        given = request.FILES.getlist("files")
        if not given:
            return self.page(request, form, ["请先选择台账文件，再点“上传”。"])
        if not form.is_valid():
            return self.page(request, form, ["请选择这是哪个单位的台账。"])
        found: list[ImportBatch] = []
        for file in given:
            try:
                found += batches.upload(data=file.read(), name=file.name or "", by=self.actor, under=form.chosen)
            except UserError as refusal:
                messages.error(request, f"{file.name}：{refusal.text}")
        self.check(found)
        if len(found) == 1:
            return redirect("import-detail", found[0].public_id)
        if found:
            messages.success(request, f"收到 {len(found)} 个文件，列在下面。请逐个打开核对、导入。")
        return redirect("import-list")

    def check(self, found: list[ImportBatch]) -> None:
        """Go on to the check where the recognition leaves no question; else the person looks first."""
        clear = [batch for batch in found if batch.state == State.RECOGNISED and is_clear(batch)]
        at_once = len(clear) <= AT_ONCE and sum(batch.size for batch in clear) <= QUICK_BYTES
        for batch in clear:
            try:
                start_check(batch=batch, by=self.actor, at_once=at_once)
            except UserError as refusal:
                messages.error(self.request, f"{batch.file_name}：{refusal.text}")

    def page(self, request: PortalRequest, form: UploadForm, errors: list[str]) -> HttpResponse:
        show = request.GET.get("show", "")
        mine = self.rows().select_related("organisation")
        unfinished = mine.unfinished()
        waiting = unfinished.count()
        rows = unfinished if show == "open" else mine.exclude(state=State.CANCELLED)
        page = page_number(request)
        found = list(rows.order_by("-pk")[page * PAGE : (page + 1) * PAGE + 1])
        url = reverse("import-list")
        kept = "show=open&" if show == "open" else ""
        context = {
            "form": form, "errors": errors, "accept": ACCEPT, "hint": HINT, "closed_kinds": CLOSED_KINDS,
            "batches": [shown(batch) for batch in found[:PAGE]],
            "tabs": [
                Tab("全部", url, is_current=show != "open"),
                Tab("还没办完", f"{url}?show=open", waiting, is_current=show == "open"),
            ],
            "previous_url": f"{url}?{kept}page={page - 1}" if page else "",
            "next_url": f"{url}?{kept}page={page + 1}" if len(found) > PAGE else "",
            "export_url": address("export-list"),
        }  # fmt: skip
        return render(request, "exchange/import_list.html", context)


def shown(batch: ImportBatch) -> dict[str, Any]:
    label, tone = presenters.state_of(batch)
    return {
        "batch": batch, "url": reverse("import-detail", args=[batch.public_id]), "state": label, "tone": tone,
        "kind": presenters.title_of(batch.kind), "summary": presenters.summary(batch),
        "next": presenters.next_of(batch),
    }  # fmt: skip


def is_clear(batch: ImportBatch) -> bool:
    """Nothing in the file that a person ought to look at before it is checked."""
    return not any(sheet["why"] in ("hidden", "other_kind", "summary") for sheet in batch.sheets)


def address(name: str) -> str:
    """The address of a page that another part may or may not bring."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def page_number(request: PortalRequest, most: int = 5000) -> int:
    text = request.GET.get("page", "0")
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 7 else 0
