"""What a secretary types: the answer about one person, the canvass, and from whom the level above has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from core import clock
from core.domain.codes import INDUSTRY, LEAVING_REASON
from core.domain.dates import parse_date
from core.domain.regions import parse_place
from members.checks import check
from members.enums import Direction
from members.forms.base import column_field
from members.models import Journey, LostContact, Member
from members.words import masked, place_words
from sweeps.actions.answering import Given
from sweeps.blockers import NO_NAME
from sweeps.enums import NEWLY_OUT, Answer, FindingKind, NotReached, Way
from sweeps.models import Item

SAME, NEW, UNKNOWN = "same", "new", "unknown"
WAYS = (Way.PHONE, Way.WECHAT, Way.FAMILY, Way.VISIT)
KEYED_WAYS = (*WAYS, Way.PAPER)
RESULTS = (Answer.RETURNED, Answer.TRANSFERRED, Answer.UNREACHABLE, Answer.DECEASED, Answer.OTHER)
OUTCOMES = ((SAME, "都没变"), *((one.value, one.label) for one in (*RESULTS, *NotReached)))
DATED = (Answer.RETURNED, Answer.TRANSFERRED, Answer.DECEASED)
FINDINGS = tuple(one for one in FindingKind if one != FindingKind.ARRIVED)
NO_WAY = "请选一样，以后的几位就不用再选了。"
TWO_ANSWERS = "有一项选了有变化，又点了没有变化，请再看一下。"


@dataclass(frozen=True)
class Asked:
    """How a field of evidence is asked. ``nothing``: the words for "there is none", where that can be so."""

    label: str
    same: str
    new: str
    inputs: tuple[str, ...]
    nothing: str = ""


ASKED: Mapping[str, Asked] = {
    "phone": Asked("联系电话", "没变", "换号了", ("phone",), "没有电话"),
    "place": Asked("现在的地方", "还在那里", "换地方了", ("where",)),
    "employer": Asked("单位与行业", "没变", "换了", ("employer", "industry"), "没有单位"),
    "reason": Asked("外出原因", "没变", "变了", ("reason",)),
    "address": Asked("家庭住址", "没变", "变了", ("home_address",)),
    "dues": Asked("党费交至", "没变", "又交了", ("dues_paid_to",)),
}
OF_MEMBER = ("phone", "home_address", "dues_paid_to")
LABELS = {"phone": "新号码", "where": "新的地方，从省写起", "home_address": "新的住址", "dues_paid_to": "交到哪年哪月"}


def known(item: Item, field: str) -> str:
    """What the record says of a field now, for the screen; "" for nothing."""
    member, stay = item.member, item.stay
    if field == "phone":
        return masked("phone", member.reveal("phone"))
    if field == "address":
        return str(member.home_address)
    if field == "dues":
        return member.dues_paid_to.chinese() if member.dues_paid_to else ""
    if stay is None:
        return ""
    if field == "place":
        return place_words(stay.region_code, stay.destination_text)
    if field == "reason":
        return LEAVING_REASON.label(stay.reason) or str(stay.reason_text)
    return "，".join(filter(None, (stay.employer, INDUSTRY.label(stay.industry))))


@dataclass(frozen=True)
class Question:
    """One field that has run out, as the page asks it: choices, and the inputs of the last of them."""

    field: str
    asked: Asked
    known: str
    choice: Any
    inputs: list[Any]

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Value and words. Where nothing is registered, nothing can be the same: there is none, or nobody can say."""
        if self.known:
            return [(SAME, self.asked.same), (NEW, self.asked.new)]
        none = [(SAME, self.asked.nothing)] if self.asked.nothing else []
        return [*none, (UNKNOWN, "还不清楚"), (NEW, "补上")]


class BehalfForm(forms.Form):
    """代录: from whom, and how. Without ``keyed`` it asks nothing."""

    on_behalf = forms.CharField(label="谁提供的情况", max_length=60, help_text="如：何建国（支部书记）")
    way = forms.ChoiceField(
        label="怎样提供的", widget=forms.RadioSelect, choices=[(one.value, one.label) for one in KEYED_WAYS]
    )

    def __init__(self, *args: Any, keyed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not keyed:
            self.fields.clear()


class AnswerForm(forms.Form):
    """One person. ``do`` is the button pressed on the card, ``result`` what is chosen: nothing changed ("same"), what else
    became of the person, or why nobody was reached; neither: the fields speak. Nothing is chosen beforehand.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    do = forms.ChoiceField(required=False, choices=[("", ""), *OUTCOMES])
    way = forms.ChoiceField(label="怎样问到的", required=False)
    result = forms.ChoiceField(label="别的情况", required=False, choices=[("", "没有"), *OUTCOMES])
    on = forms.CharField(
        label="哪一天", required=False, max_length=30, widget=forms.TextInput({"placeholder": "如 2026-10-08"})
    )
    note = forms.CharField(label="说明", required=False, max_length=200)
    on_behalf = forms.CharField(label="谁提供的情况", required=False, max_length=60)

    def __init__(
        self, *args: Any, item: Item, keyed: bool = False, way: str = "", on_behalf: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.item, self.keyed = item, keyed
        self.initial = {"version": item.version, "way": way, "on_behalf": on_behalf}
        self.ways = KEYED_WAYS if keyed else WAYS
        self.fields["way"].choices = [("", ""), *((one.value, one.label) for one in self.ways)]
        if not keyed:
            del self.fields["on_behalf"]
        for name in item.fields_to_ask:
            self.fields[f"ask_{name}"] = forms.ChoiceField(
                label=ASKED[name].label, required=False, choices=[(one, "") for one in (SAME, UNKNOWN, NEW)]
            )
            for one in ASKED[name].inputs:
                self.fields[one] = _input(one)

    def questions(self) -> list[Question]:
        return [
            Question(
                name,
                ASKED[name],
                known(self.item, name),
                self[f"ask_{name}"],
                [self[one] for one in ASKED[name].inputs],
            )
            for name in self.item.fields_to_ask
        ]

    @property
    def same_label(self) -> str:
        """The button that answers all at once. Of what is not registered nobody can say that it has not changed."""
        questions = self.questions()
        several = len(questions) > 1
        if questions and not any(one.known for one in questions):
            return "都还不清楚" if several else "还不清楚"
        return "这几样都没变" if several else "没有变化"

    # -- what was said

    @property
    def said(self) -> str:
        """One of :data:`OUTCOMES`, or "" where the fields speak."""
        return str(self.cleaned_data.get("do") or self.cleaned_data.get("result") or "")

    @property
    def not_reached(self) -> str:
        """The reason, when the person was not reached."""
        return self.said if self.said in NotReached.values else ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing at all was said of this person: a row of the table that was passed over."""
        names = ("do", "result", *(f"ask_{name}" for name in self.item.fields_to_ask))
        return not any(self.data.get(self.add_prefix(name)) for name in names)

    def given(self) -> Given:
        cleaned = self.cleaned_data
        result = Answer(self.said) if self.said in Answer.values else None
        fields = self.item.fields_to_ask
        return Given(
            answer=result, way=Way(cleaned["way"]), values=self.values,
            confirmed=[name for name in fields if self._choice(name) == SAME],
            unknown=[name for name in fields if self._choice(name) == UNKNOWN],
            on=cleaned["on"] if result in DATED else "", since=cleaned["on"] if result == Answer.UNREACHABLE else "",
            note=cleaned["note"], on_behalf=cleaned.get("on_behalf", ""),
        )  # fmt: skip

    # -- checking

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.values: dict[str, Any] = {}
        if self.keyed and not cleaned.get("on_behalf", "").strip():
            self.add_error("on_behalf", NO_NAME)
        if not self.not_reached:
            self._clean_answer(cleaned)
        return cleaned

    def _clean_answer(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("way"):
            self.add_error("way", NO_WAY)
        said, result = self.said, cleaned.get("result")
        chosen = {name: self._choice(name) for name in self.item.fields_to_ask}
        if said == SAME and (result not in ("", SAME) or NEW in chosen.values()):
            self.add_error(None, TWO_ANSWERS)
            return
        if not said:
            for name, choice in chosen.items():
                if not choice:
                    self.add_error(f"ask_{name}", "请选一样。")
        for name, choice in chosen.items():
            if choice == NEW:
                self._clean_new(name, cleaned)
        if said in DATED and not cleaned.get("on"):
            self.add_error("on", "请填写是哪一天，只知道年月也可以。")
        elif said == Answer.DECEASED:
            cleaned["on"] = day(self, "on")

    def _choice(self, name: str) -> str:
        """What was chosen for a field; "nothing changed" leaves open what was not known before."""
        unsaid = (SAME if known(self.item, name) else UNKNOWN) if self.said == SAME else ""
        return str(self.cleaned_data.get(f"ask_{name}") or unsaid)

    def _clean_new(self, name: str, cleaned: dict[str, Any]) -> None:
        """The typed values of one field as columns."""
        typed = {one: cleaned.get(one, "") for one in ASKED[name].inputs}
        if not any(typed.values()):
            first = ASKED[name].inputs[0]
            if not self.errors.get(first):
                self.add_error(first, "选了有变化，请填写现在的情况。")
            return
        if name == "place":  # a guest lives in this county: no region to read
            is_guest = self.item.direction == Direction.IN
            typed = {"destination_text": typed["where"]} if is_guest else placed(self, "where")
        checked = check(Member if name in ("phone", "address", "dues") else Journey, typed)
        for column, sentence in checked.problems.items():
            self.add_error("where" if name == "place" else column, sentence)
        self.values |= {column: value for column, value in checked.values.items() if value or name == "employer"}


class FindingForm(forms.Form):
    """Somebody of whom the canvass knows more than "at home". Bound with the member's public id as prefix."""

    kind = forms.ChoiceField(label="什么情况", choices=[(one.value, one.label) for one in FINDINGS])
    on = forms.CharField(label="什么时候", required=False, max_length=30)
    where = forms.CharField(label="去了哪里，从省写起", required=False, max_length=240)
    back_on = forms.CharField(label="打算什么时候回来", required=False, max_length=30)
    note = forms.CharField(label="说明", required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.values: dict[str, Any] = {}
        kind, on = cleaned.get("kind"), cleaned.get("on", "")
        if kind and kind != FindingKind.TRANSFERRED and not on:
            self.add_error("on", "请填写什么时候，只知道年月也可以。")
        elif kind in NEWLY_OUT:
            typed = {"left_on": on, "expected_return_on": cleaned.get("back_on", ""), **placed(self, "where")}
            self._take(Journey, typed, {"left_on": "on", "expected_return_on": "back_on"})
        elif kind == FindingKind.UNREACHABLE:
            self._take(LostContact, {"since": on}, {"since": "on"})
        elif kind == FindingKind.DECEASED:
            self.values = {"on": day(self, "on")}
        return cleaned

    def _take(self, model: type[Any], typed: Mapping[str, Any], inputs: Mapping[str, str]) -> None:
        checked = check(model, typed)
        for column, sentence in checked.problems.items():
            self.add_error(inputs.get(column, "where"), sentence)
        self.values = {column: value for column, value in checked.values.items() if value}


def placed(form: forms.Form, name: str) -> dict[str, Any]:
    """An address as typed, as columns of a journey; a place that cannot be read is an error of the form."""
    place = parse_place(form.cleaned_data.get(name, ""))
    if place.problem:
        form.add_error(name, place.problem.text)
    return {"region_code": place.value.code, "destination_text": place.value.rest} if place.value else {}


def day(form: forms.Form, name: str) -> str:
    """A whole day as ISO text; anything else is an error of the form."""
    parsed = parse_date(form.cleaned_data.get(name, ""), today=clock.today())
    if parsed.problem or parsed.value is None:
        form.add_error(name, parsed.problem.text if parsed.problem else "请填写日期。")
        return ""
    return parsed.value.isoformat()


def _input(name: str) -> forms.Field:
    """The input for a new value."""
    if name == "where":
        return forms.CharField(label=LABELS[name], required=False, max_length=240)
    column = (Member if name in OF_MEMBER else Journey)._meta.get_field(name)
    return column_field(column, label=LABELS.get(name, ""))
