"""Forms of lost contact: short ones, each for one thing, on a phone too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms

from core import clock
from core.domain.dates import parse_date
from core.ids import new_id
from members.enums import SearchResult, SearchWay
from members.forms.base import DATE_HINT, ActForm, RecordForm
from members.lost_clocks import Sign
from members.lost_procedure import Act
from members.models import LostContact

DAY_HINT = "要写到日，如 2024-07-05 或 2024年7月5日"


class DayField(forms.CharField):
    """A full day, as people write it; today at the latest."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 30, "help_text": DAY_HINT, **kwargs})

    def clean(self, value: Any) -> dt.date | None:
        text = super().clean(value)
        parsed = parse_date(text, today=clock.today())
        if parsed.problem:
            raise forms.ValidationError(parsed.problem.text)
        return parsed.value


class LostForm(RecordForm):
    """A spell's facts. What a ledger told of the search is shown for correction only; new steps are rows of their own.

    ``signs``: what is known of the person, from which a new spell's beginning is proposed.
    """

    model = LostContact
    columns = ("since", "reason", "category", "note")
    required = ("since",)
    names = {"steps": "台账记载的查找经过"}

    def __init__(self, *args: Any, signs: Sequence[Sign] = (), **kwargs: Any) -> None:
        if (record := kwargs.get("record")) is not None and record.steps:
            self.columns = (*self.columns, "steps")
        super().__init__(*args, **kwargs)
        if signs:
            known = "；".join(f"{sign.words} {sign.on.chinese()}" for sign in signs)
            self.initial["since"] = signs[0].on.iso()
            self.fields["since"].help_text = f"按最后知道的时间推算：{known}。不对请改。{DATE_HINT}"
        elif self.record is None:
            self.fields["since"].help_text = f"最后一次参加组织生活或交党费的时间。{DATE_HINT}"


class StepForm(ActForm):
    """One try to reach somebody."""

    wide = ("way", "result", "text")
    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    on = DayField(label="哪天找的")
    way = forms.ChoiceField(label="怎么找的", choices=SearchWay.choices, widget=forms.RadioSelect)
    result = forms.ChoiceField(label="结果", choices=SearchResult.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label="说明", required=False, max_length=200, help_text="问了谁、怎么说的。电话和身份证号码不要写在这里"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"key": new_id(), "on": clock.today().isoformat(), **self.initial}


class DecisionForm(ActForm):
    """When, in which meeting, by which document something was decided."""

    wide = ("meeting", "document")
    version = forms.IntegerField(widget=forms.HiddenInput)
    on = DayField(label="会议日期")
    meeting = forms.CharField(label="会议", max_length=120, help_text="如“马店镇党委会议”“何寨村党支部党员大会”")
    document = forms.CharField(label="决定文件", max_length=120, help_text="文号，没有文号的写会议记录名称")

    def __init__(self, *args: Any, act: Act, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not act.papers:
            self.fields["on"].label = "日期"
            del self.fields["meeting"], self.fields["document"]


class FoundForm(ActForm):
    wide = ("note",)
    version = forms.IntegerField(widget=forms.HiddenInput)
    on = forms.CharField(label="取得联系日期", max_length=30, help_text=DATE_HINT)
    note = forms.CharField(label="备注", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
