"""Input of the export pages."""

from __future__ import annotations

from typing import Any

from django import forms

from branches.models import Organisation
from core.actors import Actor
from core.permissions import Permission
from exchange.export.actions import SHORTEST_PURPOSE
from exchange.models import Export

MASKED, FULL = "masked", "full"


class OrganisationChoice(forms.ModelChoiceField):
    """Organisations in the official order, set in as deep as they stand in the tree."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{'　' * (obj.depth - 1)}{obj.short_name}"


class PurposeForm(forms.Form):
    purpose = forms.CharField(
        label="用途",
        max_length=200,
        min_length=SHORTEST_PURPOSE,
        help_text="写清报给谁、做什么用，会记入日志，正式台账还印在页脚。例如：报市委组织部三季度台账",
        error_messages={
            "required": "请写明导出的用途。",
            "min_length": f"用途至少写 {SHORTEST_PURPOSE} 个字，说清报给谁、做什么用。",
        },
    )
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)


class ExportForm(PurposeForm):
    """``by`` decides which organisations are offered and whether whole numbers are."""

    organisation = OrganisationChoice(
        label="范围", queryset=Organisation.objects.none(), to_field_name="public_id", empty_label=None,
        help_text="包括下级党组织", error_messages={"invalid_choice": "请选择您管理范围内的党组织。"},
    )  # fmt: skip
    form = forms.ChoiceField(label="样式", widget=forms.RadioSelect, choices=[], initial=Export.Form.OFFICIAL)
    format = forms.ChoiceField(label="格式", widget=forms.RadioSelect, choices=Export.Format.choices, initial="xlsx")
    numbers = forms.ChoiceField(label="身份证号和电话", widget=forms.RadioSelect, choices=[], initial=MASKED)
    filter = forms.CharField(widget=forms.HiddenInput, required=False, max_length=1000)

    field_order = ("organisation", "form", "format", "numbers", "purpose")

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["organisation"].queryset = Organisation.objects.open().within(by, Permission.EXPORT).official()
        fields["form"].choices = [
            (Export.Form.OFFICIAL, "正式台账：标题、填报单位、两行表头、签字栏，可直接打印上报"),
            (Export.Form.LIST, "名单：只有表头和人员，按名单上选的栏目"),
        ]
        numbers = [(MASKED, "遮盖号码：如 199****3093，用于核对和张贴")]
        if by.can(Permission.FULL_NUMBERS):
            numbers.append((FULL, "完整号码：用于上报和再导入，请妥善保管"))
        fields["numbers"].choices = numbers
