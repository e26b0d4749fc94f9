"""Forms of transfers of membership, of mobile branches, of a guest who becomes one of ours, and of the duty lists."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from branches.models import Organisation
from core import clock
from core.actors import Actor
from core.domain.dates import parse_date
from core.permissions import Permission
from members.forms.base import ActForm, branch_choices

DAY_HINT = "要写到日，如 2026-07-05 或 2026年7月5日"


class DayField(forms.CharField):
    """A full day, typed in any of the usual ways."""

    def clean(self, value: Any) -> dt.date | None:
        text = super().clean(value)
        parsed = parse_date(text, today=clock.today())
        if parsed.problem:
            raise forms.ValidationError(parsed.problem.text)
        return parsed.value


class TransferForm(ActForm):
    """组织关系转接: where to, and the letter."""

    wide = ("reason",)
    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    to = forms.ChoiceField(
        label="转到本县的党支部", required=False, help_text="包括流动党员党支部；转到外县的不选，填下一格"
    )
    to_text = forms.CharField(
        label="转到外地的党组织",
        required=False,
        max_length=160,
        help_text="写全称，如“中共昆山市玉山镇某某社区支部委员会”",
    )
    letter_on = DayField(label="介绍信日期", max_length=30, help_text=DAY_HINT)
    letter_no = forms.CharField(label="介绍信编号", required=False, max_length=40)
    reason = forms.CharField(label="转接原因", required=False, max_length=200)

    def __init__(self, *args: Any, home: Organisation | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Organisation.objects.branches().open().official().select_related("parent")
        groups: dict[str, list[tuple[str, str]]] = {}
        for one in found.exclude(pk=home.pk if home else None):
            mobile = "mobile" in one.marks
            groups.setdefault("流动党员党支部" if mobile else str(one.parent or ""), []).append(
                (one.public_id, one.short_name)
            )
        ordered = sorted(groups.items(), key=lambda group: group[0] != "流动党员党支部")
        self.fields["to"].choices = [("", "不在本县"), *ordered]
        self.initial.setdefault("letter_on", clock.today().isoformat())


class ReceiveForm(ActForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    on = DayField(label="接收日期", max_length=30, help_text=DAY_HINT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("on", clock.today().isoformat())


class MobileForm(ActForm):
    """Which mobile branch takes a member in beside the own one."""

    branch = forms.ChoiceField(label="编入")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        within = Organisation.objects.within(actor, Permission.EDIT).open().official()
        found = [(one.public_id, one.short_name) for one in within if "mobile" in one.marks]
        self.fields["branch"].choices = [("", "请选择"), *found]


class AdmitForm(ActForm):
    """The branch that the membership of a guest comes to."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    branch = forms.ChoiceField(label="转入")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].choices = branch_choices(actor)


class DutiesForm(ActForm):
    """One duty a line."""

    wide = ("text",)
    version = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(label="内容", widget=forms.Textarea(attrs={"rows": 12}))
