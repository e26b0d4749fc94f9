"""The return on paper: print it, look at what was printed, attach what was signed, see what has changed since."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from core.errors import UserError
from core.http import PortalRequest
from core.permissions import Permission
from core.qr import qr_code
from core.views.bases import ScopedDetail
from sweeps import printing
from sweeps.actions import printing as actions
from sweeps.enums import PrintKind
from sweeps.models import Printing
from sweeps.views.common import crumbs
from sweeps.views.paper import RETURNS


class ReturnPrint(ScopedDetail):
    """Which papers there are, and what the last one says otherwise than the return does now."""

    queryset = RETURNS
    permission = Permission.VIEW

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        return self.page()

    def page(self, errors: tuple[str, ...] = ()) -> HttpResponse:
        of, actor = self.object, self.actor
        printed = list(Printing.objects.visible_to(actor).of_return(of, PrintKind.RETURN))
        last = printing.latest(of, actor)
        differences = printing.differences_for(last, actor) if last else []
        words = "与盖章件不一致" if last and last.scan else "打印以后有变化"
        context = {
            "of": of,
            "crumbs": crumbs(of.sweep, of.organisation, actor, "打印报表"),
            "printed": printed,
            "last": last,
            "differences": differences,
            "difference_title": f"{words}：{len(differences)} 处",
            "may_edit": actor.reaches(of.path, Permission.EDIT),
            "errors": errors,
        }
        return render(self.request, "sweeps/print.html", context)


class ReturnPrintNew(ScopedDetail):
    """POST: fix what the paper says; then it is shown, ready for the printer."""

    queryset = RETURNS
    permission = Permission.EDIT
    http_method_names = ["post"]

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        one = actions.print_return(of=self.object, by=self.actor)
        return redirect("return-printed", public_id=self.object.public_id, number=one.number)


class ReturnPrinted(ScopedDetail):
    """One printing as it was, however the return has changed since."""

    queryset = RETURNS
    permission = Permission.VIEW

    def get(self, request: PortalRequest, number: int, **kwargs: Any) -> HttpResponse:
        of = self.object
        one = Printing.objects.visible_to(self.actor).of_return(of, PrintKind.RETURN).filter(number=number).first()
        if one is None:
            raise Http404
        address = request.build_absolute_uri(reverse("return-print", args=[of.public_id]))
        digest = " ".join(one.digest[at : at + 4] for at in range(0, 16, 4))
        content = printing.shown(one.content, self.actor)
        context = {"of": of, "one": one, "content": content, "digest": digest, "qr": qr_code(address, scale=2)}
        return render(request, "sweeps/printed.html", context)


class ReturnScan(ReturnPrint):
    """POST: the signed paper as PDF or picture."""

    queryset = RETURNS
    permission = Permission.EDIT
    http_method_names = ["post"]

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        file = request.FILES.get("scan")
        if file is None:
            return self.page(("请选择扫描件。",))
        try:
            actions.attach_scan(of=self.object, data=file.read(), name=file.name or "", by=self.actor)
        except UserError as refused:
            return self.page((refused.text,))
        messages.success(request, "盖章件已收下。")
        return redirect("return-print", public_id=self.object.public_id)


class ReturnScanFile(ScopedDetail):
    """The signed paper, to look at."""

    queryset = RETURNS
    permission = Permission.VIEW

    def get(self, request: PortalRequest, number: int, **kwargs: Any) -> HttpResponse:
        try:
            file, content = actions.read_scan(of=self.object, number=number, by=self.actor)
        except UserError as refused:
            raise Http404 from refused
        response = HttpResponse(content, content_type=file.content_type)
        response["Content-Disposition"] = content_disposition_header(True, file.name)
        return response
