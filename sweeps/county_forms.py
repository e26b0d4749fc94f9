"""Input of the county's and the towns' pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from branches.models import Organisation
from core.domain.dates import Quarter, quarter_of
from members.enums import Direction
from sweeps.actions.explaining import NOTHING_FROM_HERE
from sweeps.actions.opening import Due
from sweeps.enums import CAME, WENT, Term
from sweeps.models.sweep import quarter_key


class ScopeForm(forms.Form):
    """Which quarter, and over whom: what a dry run needs to know."""

    quarter = forms.ChoiceField(label="季度")
    organisation = forms.ChoiceField(label="范围")

    def __init__(self, data: Any, *, organisations: list[Organisation], today: dt.date) -> None:
        now = quarter_of(today)
        self.quarters = {quarter_key(one): one for one in (now, now.previous())}
        self.organisations = {one.public_id: one for one in organisations}
        first = {"quarter": quarter_key(now), "organisation": organisations[0].public_id}
        super().__init__({key: data.get(key) or first[key] for key in first})
        quarters: Any = self.fields["quarter"]
        quarters.choices = [(key, one.label) for key, one in self.quarters.items()]
        scopes: Any = self.fields["organisation"]
        scopes.choices = [(key, one.short_name) for key, one in self.organisations.items()]

    @property
    def quarter_of(self) -> Quarter:
        return self.quarters[self.cleaned_data["quarter"]]

    @property
    def scope(self) -> Organisation:
        return self.organisations[self.cleaned_data["organisation"]]


class DueForm(forms.Form):
    """Until when each level is done."""

    branch = forms.DateField(label="支部上报期限", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    town = forms.DateField(label="乡镇上报期限", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    county = forms.DateField(label="关闭期限", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))

    @property
    def due(self) -> Due:
        return Due(**self.cleaned_data)


class SendBackForm(forms.Form):
    """The reason is read by whoever has to mend it."""

    comment = forms.CharField(
        label="为什么退回，要改什么",
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        help_text="支部会看到这段话，请写清楚要改哪几项。",
    )


class OpeningForm(forms.Form):
    """The figure reported last, and the paper it stands in."""

    figure = forms.IntegerField(label="上期上报数", min_value=0, max_value=1_000_000)
    source = forms.CharField(label="从哪里来的", max_length=120, help_text="如“2026年三季度汇总表”。")


class MoreForm(forms.Form):
    """历史差异 +1: somebody with whom the register begins, whom the last report did not count."""

    member = forms.ChoiceField(label="多出来的是谁")
    note = forms.CharField(label="为什么上期没有报", max_length=200)

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["member"]
        chosen.choices = [("", "请选择"), *people]


class FewerForm(forms.Form):
    """历史差异 -1: somebody in the report with whom the register does not begin."""

    name = forms.CharField(label="少了的是谁", max_length=60)
    note = forms.CharField(label="为什么现在没有", max_length=200)


class ErratumForm(forms.Form):
    """What a closed quarter learns by hand."""

    term = forms.ChoiceField(label="记在哪一项")
    direction = forms.ChoiceField(label="流出还是流入", choices=Direction.choices)
    text = forms.CharField(label="谁、什么情况", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["term"]
        terms = [(one.value, one.label) for one in (*CAME, *WENT) if one != Term.UNEXPLAINED]
        chosen.choices = [("", "请选择"), *terms, (NOTHING_FROM_HERE.value, "只作说明，不改人数")]
