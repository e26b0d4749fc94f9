"""Check lists on paper (核对表): of one branch, or of all branches of a town in one print; and the way from the paper to its page."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from branches.models import Organisation
from core import clock
from core.errors import UserError
from core.http import PortalRequest
from core.permissions import Permission
from core.qr import qr_code
from core.views.bases import ScopedDetail, ScopedView
from sweeps import paper
from sweeps.actions import printing
from sweeps.models import Return, Sweep
from sweeps.views.common import chosen_organisation, crumbs

RETURNS = Return.objects.select_related("sweep", "organisation__parent")
NUMBER = re.compile(r"(?:(\d{4}[Qq][1-4])\s*[-－—]?\s*)?(\d{1,9})")
NEW_LINES = range(4)


class PaperPage(ScopedDetail):
    """GET: what will be printed, with whole numbers or masked. POST: the sheets, ready for the printer."""

    abstract = True

    def place(self) -> tuple[Sweep, Organisation]:
        """The sweep, and the organisation whose branches are printed."""
        raise NotImplementedError

    def returns(self) -> list[Return]:
        sweep, place = self.place()
        return paper.branches_under(sweep, place.path, self.actor)

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        sweep, place = self.place()
        returns = self.returns()
        blockers = printing.blockers_to_print(returns)
        rows = [] if blockers else paper.numbers_of(returns, self.actor)
        context = {
            "sweep": sweep,
            "crumbs": crumbs(sweep, place, self.actor, "打印核对表"),
            "blockers": blockers,
            "number": len(returns),
            "rows": rows,
            "people": sum(waiting for _of, waiting, _all in rows),
            "may_full": bool(returns) and all(self.actor.reaches(of.path, Permission.FULL_NUMBERS) for of in returns),
        }
        return render(request, "sweeps/paper.html", context)

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        returns = self.returns()
        full = request.POST.get("numbers") == "full"
        try:
            lists = printing.print_lists(returns=returns, by=self.actor, full=full)
        except UserError as refused:
            messages.error(request, refused.text)
            return redirect(request.get_full_path())
        sheets = [
            {
                "of": of,
                "lines": lists[of.pk],
                "qr": qr_code(request.build_absolute_uri(reverse("return-key", args=[of.public_id])), scale=2),
            }
            for of in returns
        ]
        context = {"sheets": sheets, "new_lines": NEW_LINES, "full": full, "on": clock.today()}
        return render(request, "sweeps/paper_sheets.html", context)


class ReturnPaper(PaperPage):
    """Of a branch its own list, of a committee those of all its branches."""

    queryset = RETURNS
    permission = Permission.EDIT

    def place(self) -> tuple[Sweep, Organisation]:
        return self.object.sweep, self.object.organisation


class SweepPaper(PaperPage):
    """``?organisation=``: one in reach; without it the reader's own."""

    queryset = Sweep.objects.all()
    permission = Permission.EDIT

    def place(self) -> tuple[Sweep, Organisation]:
        return self.object, chosen_organisation(self.object, self.actor, self.request.GET.get("organisation", ""))


class ReturnFind(ScopedView):
    """From the number on a paper to the page for keying it in. The number goes by POST, like every search."""

    queryset = Return.objects.all()
    permission = Permission.EDIT

    def get(self, request: PortalRequest) -> HttpResponse:
        return render(request, "sweeps/find.html", {"typed": "", "error": ""})

    def post(self, request: PortalRequest) -> HttpResponse:
        typed = request.POST.get("number", "").strip()
        if (of := self._find(typed)) is not None:
            return redirect("return-key", public_id=of.public_id)
        error = f"没有找到编号“{typed}”。编号印在核对表的名称下面，如 {timezone.localdate():%Y}Q4-000128，只输最后几位也可以。"
        return render(request, "sweeps/find.html", {"typed": typed, "error": error if typed else "请输入编号。"})

    def _find(self, typed: str) -> Return | None:
        found = NUMBER.fullmatch(typed)
        if found is None:
            return None
        quarter = {"sweep__quarter": found[1].upper()} if found[1] else {}
        return self.rows().filter(pk=int(found[2]), **quarter).first()
