"""Forms of persons: their facts, their branch, their status in the Party."""

from __future__ import annotations

from typing import Any

from django import forms

from core import clock
from core.actors import Actor
from core.domain.codes import PARTY_STATUS
from core.domain.dates import parse_date
from members.actions import people
from members.forms.base import ActForm, RecordForm, branch_choices
from members.models import Member


class PersonForm(RecordForm):
    """The facts of a person (edit)."""

    model = Member
    columns = people.EDITABLE
    required = ("name",)
    proofs = ("facts", "phone", "address", "dues")
    wide = (*RecordForm.wide, "reason")
    names = {"identity": "更正公民身份号码", "phone": "联系电话", "kind": "人员类别"}

    clear_phone = forms.BooleanField(label="电话已停用，清空联系电话", required=False)
    reason = forms.CharField(
        label="更正号码的原因",
        required=False,
        max_length=100,
        help_text="只在更正公民身份号码时填，如“原来录错一位，已核对身份证”",
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not people.may_restrict(actor, self.record.path):
            del self.fields["restricted"]
        order = [*self.columns, "confirmed"]
        order.insert(order.index("identity") + 1, "reason")
        order.insert(order.index("phone") + 1, "clear_phone")
        self.order_fields(order)

    def typed(self) -> dict[str, Any]:
        given = super().typed()
        if self.cleaned_data.get("clear_phone"):
            given["phone"] = ""
        return given


class NewPersonForm(RecordForm):
    """A new record: ours, or a guest's."""

    model = Member
    columns = (
        "name", "identity", "phone", "other_phones", "nation", "education", "kind", "joined_on", "confirmed_on",
        "home_address", "dues_paid_to", "note",
    )  # fmt: skip
    required = ("name", "identity")
    hints = {"identity": "性别和出生日期从号码读出，不用另填", "other_phones": "几个号码用逗号隔开"}
    HOME, GUEST = "home", "guest"

    belongs = forms.ChoiceField(
        label="组织关系",
        choices=[(HOME, "组织关系在下面的支部"), (GUEST, "组织关系在外地，由下面的支部纳入管理（流入）")],
        initial=HOME,
        widget=forms.RadioSelect,
    )
    branch = forms.ChoiceField(label="党支部")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].choices = branch_choices(actor)
        self.order_fields(["name", "identity", "belongs", "branch"])


class MoveForm(ActForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    branch = forms.ChoiceField(label="调整到")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].choices = branch_choices(actor)


class StatusForm(ActForm):
    wide = ("document",)
    version = forms.IntegerField(widget=forms.HiddenInput)
    status = forms.ChoiceField(
        label="党籍状态", choices=[one for one in PARTY_STATUS.choices() if one[0] != people.MOVED]
    )
    on = forms.CharField(label="决定日期", max_length=30, help_text="要写到日，如 2024-07-05 或 2024年7月5日")
    document = forms.CharField(
        label="决定文件", required=False, max_length=120, help_text="文号，或会议名称和日期；停止、恢复党籍和除名必须填"
    )

    def clean_on(self) -> Any:
        parsed = parse_date(self.cleaned_data["on"], today=clock.today())
        if parsed.problem or parsed.value is None:
            raise forms.ValidationError(parsed.problem.text if parsed.problem else "请填写决定日期。")
        return parsed.value
