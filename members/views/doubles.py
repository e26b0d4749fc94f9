"""Possible doubles side by side, and merging two records."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core.components import Link
from core.errors import UserError
from core.http import PortalRequest
from core.permissions import Permission
from core.views.bases import ScopedDetail, ScopedList
from members import presenters, side_by_side
from members.actions import merging
from members.doubles import PAIRS, possible_doubles
from members.models import Member

PEOPLE = Member.objects.current().select_related("home", "care")


class Doubles(ScopedList):
    """The list of pairs that may be one person."""

    queryset = PEOPLE
    permission = Permission.EDIT

    def get(self, request: PortalRequest) -> HttpResponse:
        pairs = [side_by_side.double(pair) for pair in possible_doubles(self.actor)]
        crumbs = [*presenters.crumbs(None, self.actor), Link("可能重复的档案")]
        return render(request, "members/doubles.html", {"pairs": pairs, "most": PAIRS, "crumbs": crumbs})


class MergeForm(forms.Form):
    """One radio a field that differs; and which open journey goes on."""

    def __init__(self, data: Any, kept: Member, gone: Member, lines: list[side_by_side.MergeLine], twice: bool) -> None:
        super().__init__(data)
        sides = [(merging.KEPT, ""), (merging.GONE, "")]
        for line in lines:
            if line.differs:
                self.fields[line.name] = forms.ChoiceField(label=line.label, choices=sides, required=False)
        if twice:
            self.fields["open_journey"] = forms.ChoiceField(
                label="保留哪一段流动经历",
                choices=sides,
                error_messages={"required": "请选择保留哪一段没有结束的流动经历。"},
            )


class Merge(ScopedDetail):
    """``public_id`` is kept, ``other_id`` goes into it. GET shows both, POST merges."""

    queryset = PEOPLE
    permission = Permission.EDIT

    def prepare(self) -> None:
        super().prepare()
        self.gone = self.get_object(self.kwargs["other_id"])
        if self.gone.pk == self.object.pk:
            raise Http404

    def get(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        return self.page(None)

    def post(self, request: PortalRequest, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if form.is_valid():
            given = dict(form.cleaned_data)
            goes_on = given.pop("open_journey", "")
            try:
                kept = merging.merge(
                    kept=self.object, gone=self.gone, by=self.actor, choose={k: v for k, v in given.items() if v},
                    open_journey=goes_on,
                )  # fmt: skip
            except UserError as refused:
                form.add_error(None, refused.text)
            else:
                messages.success(
                    request, "两份档案已合并。两份历史都在，原来的网址会转到这里；合并以后没有新改动之前可以撤销。"
                )
                return redirect(kept.get_absolute_url())
        return self.page(form)

    def form(self, data: Any) -> MergeForm:
        self.pairs = merging.open_twice(self.object, self.gone)
        self.lines = side_by_side.merge_lines(self.object, self.gone, data)
        return MergeForm(data, self.object, self.gone, self.lines, bool(self.pairs))

    def page(self, form: MergeForm | None) -> HttpResponse:
        form = form or self.form(None)
        context = {
            "form": form,
            "kept": side_by_side.side(self.object),
            "gone": side_by_side.side(self.gone),
            "lines": self.lines,
            "journeys": [(presenters.stay(mine), presenters.stay(theirs)) for mine, theirs in self.pairs],
            "chosen_journey": form.data.get("open_journey", "") if form.is_bound else "",
            "blockers": merging.merge_blockers(self.object, self.gone),
            "swap_url": reverse("member-merge", args=[self.gone.public_id, self.object.public_id]),
            "crumbs": [
                *presenters.crumbs(None, self.actor), Link("可能重复的档案", reverse("double-list")), Link("合并两份档案"),
            ],
        }  # fmt: skip
        return render(self.request, "members/merge.html", context)
