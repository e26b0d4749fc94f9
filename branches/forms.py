"""Input of the pages on organisations. What a value may be is checked by the actions; a form says it beside the field."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from branches.enums import MARKS
from branches.models import Organisation, Post
from core import rules
from core.domain.codes import ORGANISATION_KIND
from core.domain.dates import PartialDate, parse_partial_date
from core.rules import Rule


class PartialDateFormField(forms.CharField):
    """A date known to the year, the month or the day, as people write it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "只知道年月也可以，如 2024-07")
        super().__init__(max_length=20, required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.iso() if isinstance(value, PartialDate) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        parsed = parse_partial_date(text, today=dt.date.max)
        if parsed.value is None:
            raise forms.ValidationError(
                parsed.problem.text if parsed.problem else "看不懂这个日期。", code="date_invalid"
            )
        return parsed.value


class DayField(forms.DateField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class OrganisationForm(forms.Form):
    """Used for new and for changed organisations; a blank short name follows the full one."""

    name = forms.CharField(label="全称", max_length=120, help_text="与印章一致，如 中共云湖县马店镇何寨村支部委员会")
    short_name = forms.CharField(label="简称", max_length=60, required=False, help_text="不填时按全称生成")
    kind = forms.ChoiceField(label="组织类别", choices=[("", "请选择"), *ORGANISATION_KIND.choices()])
    code = forms.CharField(label="代码", max_length=30, required=False, help_text="全国系统里的代码，没有可以不填")
    marks = forms.MultipleChoiceField(
        label="标记", choices=list(MARKS.items()), required=False, widget=forms.CheckboxSelectMultiple
    )
    place = forms.CharField(label="所在地", max_length=120, required=False)
    founded_on = PartialDateFormField(label="成立日期")
    elected_on = PartialDateFormField(label="本届当选日期")
    ends_on = DayField(label="撤销期限", help_text="临时党组织到这一天撤销")
    note = forms.CharField(label="备注", max_length=300, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    @staticmethod
    def values_of(organisation: Organisation) -> dict[str, Any]:
        names = [name for name in OrganisationForm.base_fields if name != "version"]
        return {**{name: getattr(organisation, name) for name in names}, "version": organisation.version}


class MoveForm(forms.Form):
    to = forms.ChoiceField(label="移到哪个上级下面")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, targets: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.targets = {one.public_id: one for one in targets}
        self.fields["to"].choices = [
            ("", "请选择"), *((one.public_id, "　" * (one.depth - 1) + one.short_name) for one in targets),
        ]  # fmt: skip


class CloseForm(forms.Form):
    on = DayField(label="撤销日期", help_text="不填就是今天")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class PostForm(forms.Form):
    title = forms.ChoiceField(label="职务", choices=Post.Title.choices)
    holder_name = forms.CharField(label="姓名", max_length=40)
    phone = forms.CharField(label="联系电话", max_length=40, required=False)
    starts_on = DayField(label="任职日期")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class EndPostForm(forms.Form):
    on = DayField(label="卸任日期", help_text="不填就是今天")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class RuleForm(forms.Form):
    """One rule; its value's field is made after the rule's kind."""

    kind = forms.ChoiceField(
        label="只对一类党组织", choices=[("", "全部"), *ORGANISATION_KIND.choices()], required=False
    )
    starts_on = DayField(label="从哪天起", help_text="不填就是今天")

    def __init__(self, *args: Any, rule: Rule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"value": _value_field(rule), **self.fields}


def _value_field(rule: Rule) -> forms.Field:
    label = f"{rule.title}（{rule.unit}）" if rule.unit else rule.title
    if rule.kind == "integer":
        return forms.IntegerField(label=label, min_value=rule.low, max_value=rule.high)
    if rule.kind == "flag":
        return forms.ChoiceField(label=label, choices=[("1", "是"), ("0", "否")])
    if rule.kind == "choice":
        return forms.ChoiceField(label=label, choices=list(rule.choices))
    return forms.CharField(label=label, max_length=200, required=False)


def known_rule(key: str) -> Rule | None:
    try:
        return rules.rule(key)
    except KeyError:
        return None
