"""Input of the pages of the papers."""

from __future__ import annotations

from typing import Any

from django import forms

from branches.models import Organisation
from core.actors import Actor
from core.permissions import Permission
from exchange.export.forms import FULL, MASKED, OrganisationChoice, PurposeForm
from reports.enums import PaperKind
from reports.papers.texts import LONGEST
from sweeps.models import Sweep

NOW = "now"  # no quarter: the register as it is
QUARTERS = 12


def sweeps_of(by: Actor) -> list[Sweep]:
    """The quarters to choose from, the newest first."""
    rows = Sweep.objects.visible_to(by).newest_first().select_related("organisation")
    return list(rows[:QUARTERS])


class NumbersForm(PurposeForm):
    """``by`` decides whether whole numbers are offered."""

    numbers = forms.ChoiceField(label="身份证号和电话", widget=forms.RadioSelect, choices=[], initial=MASKED)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = [(MASKED, "遮盖号码：如 199****3093")]
        if by.can(Permission.FULL_NUMBERS):
            numbers.append((FULL, "完整号码：用于上报和存档，请妥善保管"))
        fields: dict[str, Any] = self.fields
        fields["numbers"].choices = numbers

    @property
    def full(self) -> bool:
        return bool(self.cleaned_data["numbers"] == FULL)


class PaperForm(NumbersForm):
    """The quarter, the organisation, and which paper: the button that was pressed says it."""

    sweep = forms.ChoiceField(label="季度", choices=[], required=False)
    organisation = OrganisationChoice(
        label="范围", queryset=Organisation.objects.none(), to_field_name="public_id", empty_label=None,
        help_text="包括下级党组织", error_messages={"invalid_choice": "请选择您管理范围内的党组织。"},
    )  # fmt: skip
    kind = forms.ChoiceField(choices=PaperKind.choices, error_messages={"required": "请点要出的那份材料。"})

    field_order = ("sweep", "organisation", "numbers", "purpose")

    def __init__(self, *args: Any, by: Actor, sweeps: list[Sweep], **kwargs: Any) -> None:
        super().__init__(*args, by=by, **kwargs)
        fields: dict[str, Any] = self.fields
        self.sweeps = {one.public_id: one for one in sweeps}
        labels = [(one.public_id, f"{one.period.label}（{one.get_state_display()}）") for one in sweeps]
        fields["sweep"].choices = labels or [(NOW, "还没有排查，按现在的登记")]
        fields["organisation"].queryset = Organisation.objects.open().within(by, Permission.EXPORT).official()

    def clean(self) -> dict[str, Any]:
        """A sweep has its own scope; an organisation outside it has no papers of it."""
        given = super().clean() or {}
        given["sweep"] = self.sweeps.get(given.get("sweep") or "")
        organisation = given.get("organisation")
        if given["sweep"] and organisation and not organisation.path.startswith(given["sweep"].path):
            self.add_error("sweep", "这个季度的排查不包括所选的党组织，请换一个季度。")
        return given


class TextForm(forms.Form):
    """The words of a paper; ``version``: of the organisation's own text that was looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    body = forms.CharField(
        label="文字", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 24}),
        help_text="一行一段。第一行是标题，第二行是称呼。", error_messages={"required": "文字不能空着。要用原来的，请点“恢复原来的文字”。"},
    )  # fmt: skip
