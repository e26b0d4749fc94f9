"""Keying in a check list that came back on paper: one page, the rows of the paper, one post."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from core.errors import Blocked, UserError
from core.http import PortalRequest
from core.permissions import Permission
from core.views.bases import ScopedDetail
from sweeps import keying, paper
from sweeps.actions import answering, canvassing
from sweeps.blockers import blockers_to_submit, is_above
from sweeps.enums import NEWLY_OUT, Mark, Way
from sweeps.views.common import crumbs
from sweeps.views.paper import RETURNS


class ReturnKey(ScopedDetail):
    """Good rows are saved, each for itself; a row with a mistake stays with its sentence, and nothing is typed twice."""

    queryset = RETURNS
    permission = Permission.EDIT

    def prepare(self) -> None:
        super().prepare()
        self.errors: list[str] = []
        self.on_behalf = self.request.POST.get("on_behalf", "").strip()[:60]
        self.is_above = is_above(self.object, self.actor)

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        if not self.object.is_branch:
            return redirect("return-paper", public_id=self.object.public_id)
        return self.page(self.rows_of_list(), self.empty_lines())

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        rows, found = self.rows_of_list(), self.empty_lines()
        for one in (*rows, *found):
            one.read(request.POST)
        if self.is_above and not self.on_behalf:
            self.errors.append("请先写明是谁提供的，如“何建国（支部书记）”。下面填的都还在，没有保存。")
            return self.page(rows, found)
        saved = sum(self.save_row(row) for row in rows if row.mark)
        self.save_found([one for one in found if not one.is_empty])
        if not any(one.error for one in (*rows, *found)):
            self.finish(request)
        wrong = sum(1 for one in (*rows, *found) if one.error)
        if self.errors or wrong:
            if wrong:
                self.errors.insert(0, f"已保存 {saved} 人；还有 {wrong} 行没有保存，原因写在那一行。")
            return self.page(self.again(rows), [one for one in found if one.error] or self.empty_lines())
        messages.success(request, f"已保存 {saved} 人。")
        return redirect("return-key", public_id=self.object.public_id)

    # -- saving

    def save_row(self, row: keying.Row) -> bool:
        try:
            answering.answer(
                sweep=self.object.sweep, member=row.line.member, given=row.given(self.on_behalf), by=self.actor,
                version=row.version,
            )  # fmt: skip
        except UserError as refused:
            row.error = refused.text
            return False
        return True

    def save_found(self, found: list[keying.FoundRow]) -> None:
        """Somebody newly left. A line sent twice finds the first one's finding."""
        if not found:
            return
        names = keying.names_at_home([*canvassing.at_home(self.object, self.actor), *self.found_already()])
        for one in found:
            try:
                member = keying.found_member(one.typed["name"], names)
                canvassing.note_finding(
                    of=self.object,
                    member=member,
                    kind=one.typed["kind"],
                    values=one.values(),
                    by=self.actor,
                    on_behalf=self.on_behalf,
                )
            except UserError as refused:
                one.error = refused.text

    def found_already(self) -> list[Any]:
        return [one.member for one in self.object.findings.all().visible_to(self.actor).select_related("member")]

    def finish(self, request: PortalRequest) -> None:
        """The two boxes at the foot of the paper."""
        try:
            if request.POST.get("nil"):
                canvassing.nil_return(of=self.object, by=self.actor, on_behalf=self.on_behalf, way=Way.PAPER)
            elif request.POST.get("canvassed"):
                canvassing.confirm_canvass(of=self.object, by=self.actor, on_behalf=self.on_behalf)
        except Blocked as refused:
            self.errors += refused.blockers

    # -- showing

    def rows_of_list(self) -> list[keying.Row]:
        of = self.object
        return [keying.Row(line) for line in paper.lines_of([of], self.actor)[of.pk]]

    def empty_lines(self) -> list[keying.FoundRow]:
        return [keying.FoundRow(number) for number in range(1, keying.BLANK_LINES + 1)]

    def again(self, rows: list[keying.Row]) -> list[keying.Row]:
        """As they are now; what could not be saved keeps what was typed."""
        typed = {row.key: row for row in rows if row.error}
        fresh = self.rows_of_list()
        for row in fresh:
            if (before := typed.get(row.key)) is not None:
                row.mark, row.typed, row.error = before.mark, before.typed, before.error
        return fresh

    def page(self, rows: list[keying.Row], found: list[keying.FoundRow]) -> HttpResponse:
        of = self.object
        of.refresh_from_db()
        at_home = list(canvassing.at_home(of, self.actor)) if of.is_editable else []
        context = {
            "of": of,
            "crumbs": crumbs(of.sweep, of.organisation, self.actor, "录入核对表"),
            "rows": rows,
            "waiting": sum(1 for row in rows if not row.line.item.is_answered),
            "found": found,
            "kinds": [(one.value, one.label) for one in NEWLY_OUT],
            "names": list(keying.names_at_home(at_home)),
            "marks": [(one.value, one.label) for one in Mark],
            "errors": self.errors,
            "on_behalf": self.on_behalf,
            "is_above": self.is_above,
            "blockers": [] if of.is_editable else blockers_to_submit(of),
            "nil_blockers": canvassing.blockers_to_nil(of),
        }
        return render(self.request, "sweeps/key.html", context)
