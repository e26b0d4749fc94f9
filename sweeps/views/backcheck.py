"""The back-check of a return: drawn, called, filled in, shown to those who were checked, and then summed up above."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from branches import rules
from core import clock
from core.domain.numbers import whole
from core.errors import NotAllowed, UserError
from core.http import PortalRequest
from core.permissions import Permission
from core.views.bases import ScopedDetail
from sweeps import backcheck, sampling
from sweeps.actions import backchecks
from sweeps.blockers import is_above, may_review
from sweeps.enums import CheckState, Verdict
from sweeps.models import BackCheck, Sweep
from sweeps.rules import BACK_CHECK_CONFIDENCE, BACK_CHECK_MARGIN
from sweeps.views.common import crumbs, own_organisation
from sweeps.views.paper import RETURNS


class ReturnBackCheck(ScopedDetail):
    """Those who check see all of it; those who are checked, what was shown to them."""

    queryset = RETURNS
    permission = Permission.VIEW

    def prepare(self) -> None:
        super().prepare()
        self.reviews = may_review(self.object, self.actor)

    @property
    def check(self) -> BackCheck | None:
        found = backcheck.latest(self.object, self.actor)
        return found if found and (self.reviews or found.state != CheckState.DRAWN) else None

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        of, check = self.object, self.check
        where = crumbs(of.sweep, of.organisation, self.actor, "抽查")
        context: dict[str, Any] = {"of": of, "crumbs": where, "check": check, "reviews": self.reviews}
        if check is None:
            context |= self.before() if self.reviews else {}
        else:
            people = backcheck.called(check, self.actor)
            context |= {
                "people": people,
                "fields": backcheck.agreement([one.person for one in people], check.confidence),
                "verdicts": Verdict.choices,
                "is_open": check.state == CheckState.DRAWN,
                "share_blockers": backchecks.blockers_to_share(check, self.actor) if self.reviews else [],
                "may_reply": check.state == CheckState.SHARED and self.actor.reaches(of.path, Permission.EDIT),
                "is_above": is_above(of, self.actor),
                "may_full": self.actor.reaches(of.path, Permission.FULL_NUMBERS),
            }
        return render(request, "sweeps/backcheck.html", context)

    def before(self) -> dict[str, Any]:
        """How many would be asked, for each margin."""
        of = self.object
        number, today = backcheck.population(of, self.actor).count(), clock.today()
        confidence = int(rules.value(BACK_CHECK_CONFIDENCE.key, of.organisation, today))
        sizes = [(margin, sampling.sample_size(number, margin, confidence)) for margin in backcheck.MARGINS]
        return {
            "population": number,
            "confidence": confidence,
            "sizes": sizes,
            "margin": rules.value(BACK_CHECK_MARGIN.key, of.organisation, today),
            "draw_blockers": backcheck.blockers_to_draw(of, number),
        }


class BackCheckDeed(ReturnBackCheck):
    """POST: one step; a refusal is said on the page."""

    abstract = True
    http_method_names = ["post"]
    done = ""

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        try:
            self.act(request)
        except UserError as refused:
            messages.error(request, refused.text)
        else:
            messages.success(request, self.done)
        return redirect("return-backcheck", public_id=self.object.public_id)

    def act(self, request: PortalRequest) -> None:
        raise NotImplementedError

    def drawn(self) -> BackCheck:
        """Raises NotAllowed for those who are not to see it yet, UserError where there is none."""
        found = backcheck.latest(self.object, self.actor)
        if found is not None and not self.reviews and found.state == CheckState.DRAWN:
            raise NotAllowed
        if found is None:
            raise UserError("还没有抽查。", "missing")
        return found


class BackCheckDraw(BackCheckDeed):
    queryset = RETURNS
    permission = Permission.EDIT
    done = "样本已抽好，可以打印电话单。"

    def act(self, request: PortalRequest) -> None:
        backchecks.draw(of=self.object, by=self.actor, margin=whole(request.POST.get("margin", "")))


class BackCheckResults(BackCheckDeed):
    queryset = RETURNS
    permission = Permission.EDIT
    done = "抽查结果已保存。"

    def act(self, request: PortalRequest) -> None:
        check = self.drawn()
        results: dict[str, dict[str, str]] = {}
        for one in backcheck.called(check, self.actor):
            key = one.line.member.public_id
            given = {field: request.POST.get(f"{key}-{field}", "") for field, _verdict in one.fields}
            results[key] = {**given, "note": request.POST.get(f"{key}-note", "").strip()}
        backchecks.note_results(check=check, results=results, by=self.actor)


class BackCheckShare(BackCheckDeed):
    queryset = RETURNS
    permission = Permission.EDIT
    done = "被抽查的单位现在看得到结果，等他们说明以后才进汇总。"

    def act(self, request: PortalRequest) -> None:
        backchecks.share(check=self.drawn(), by=self.actor)


class BackCheckReply(BackCheckDeed):
    queryset = RETURNS
    permission = Permission.EDIT
    done = "已记下，抽查完成。"

    def act(self, request: PortalRequest) -> None:
        post = request.POST
        backchecks.reply(
            check=self.drawn(), comment=post.get("comment", ""), on_behalf=post.get("on_behalf", ""), by=self.actor
        )


class BackCheckSheet(BackCheckDeed):
    """POST: the people to call, ready for the printer."""

    queryset = RETURNS
    permission = Permission.EDIT

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        try:
            check = self.drawn()
        except UserError as missing:
            raise Http404 from missing
        people = backchecks.print_sheet(check=check, by=self.actor, full=request.POST.get("numbers") == "full")
        context = {"of": self.object, "check": check, "people": people, "verdicts": Verdict.choices}
        return render(request, "sweeps/backcheck_sheet.html", context)


class SweepBackChecks(ScopedDetail):
    """Agreement by field over all finished checks in reach, and every check in official order. No rank, no figure of a branch."""

    queryset = Sweep.objects.all()
    permission = Permission.VIEW

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        found = backcheck.summary(self.object, self.actor)
        where = crumbs(self.object, own_organisation(self.object, self.actor), self.actor, "抽查汇总")
        context = {"sweep": self.object, "crumbs": where, **vars(found), "finished": found.finished}
        return render(request, "sweeps/backchecks.html", context)
