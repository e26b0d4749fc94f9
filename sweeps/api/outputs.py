"""What a sweep, a return and a person in a sweep look like to a program."""

from __future__ import annotations

from rest_framework import serializers

from core.api.outputs import DayOut, Output, text
from members.enums import EVIDENCE
from sweeps import queries
from sweeps.blockers import blockers_to_submit
from sweeps.enums import Answer, ItemState, NotReached, ReturnState, Route, SweepState, Way
from sweeps.models import Item, Return

BLANK = [("", "")]


class SweepOut(Output):
    id = text("public_id")
    quarter = text()
    organisation = text("organisation.public_id")
    state = serializers.ChoiceField(choices=SweepState.choices, read_only=True)
    on = DayOut(help_text="核实情况截至")
    branch_due_on = DayOut()
    town_due_on = DayOut()
    county_due_on = DayOut()
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class ReturnOut(Output):
    id = text("public_id")
    sweep = text("sweep.public_id")
    organisation = text("organisation.public_id")
    organisation_name = text("organisation.name")
    is_branch = serializers.BooleanField()
    state = serializers.ChoiceField(choices=ReturnState.choices, read_only=True)
    is_nil = serializers.BooleanField()
    canvassed_at = serializers.DateTimeField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    accepted_at = serializers.DateTimeField(allow_null=True)
    sent_back_at = serializers.DateTimeField(allow_null=True)
    comment = text()
    version = serializers.IntegerField()


class CountsOut(Output):
    asked = serializers.IntegerField()
    open = serializers.IntegerField()
    trying = serializers.IntegerField()
    answered = serializers.IntegerField()


class WholeReturnOut(ReturnOut):
    """With what takes adding up: too much for each line of a list."""

    people = serializers.SerializerMethodField(help_text="人数：要核实的、还没核实的、没联系上的、已核实的")
    blockers = serializers.SerializerMethodField(help_text="现在为什么还不能上报")

    def get_people(self, of: Return) -> CountsOut:
        return queries.counts(of, self.context["actor"])

    def get_blockers(self, of: Return) -> list[str]:
        return [str(one) for one in blockers_to_submit(of)]


class ItemOut(Output):
    sweep = text("sweep.public_id")
    member = text("member.public_id")
    member_name = text("member.name")
    route = serializers.ChoiceField(choices=Route.choices, read_only=True)
    ask = serializers.ListField(
        source="fields_to_ask", child=serializers.ChoiceField(choices=list(EVIDENCE)), help_text="还要核实的项目"
    )
    state = serializers.ChoiceField(choices=ItemState.choices, read_only=True)
    answer = serializers.ChoiceField(choices=BLANK + Answer.choices, read_only=True)
    way = serializers.ChoiceField(choices=BLANK + Way.choices, read_only=True)
    not_reached = serializers.ChoiceField(choices=BLANK + NotReached.choices, read_only=True)
    tries = serializers.IntegerField()
    next_on = DayOut()
    note = text()
    on_behalf = text()
    answered_at = serializers.DateTimeField(allow_null=True)
    answered_by = serializers.SerializerMethodField()
    version = serializers.IntegerField()

    def get_answered_by(self, item: Item) -> str:
        return str(item.answered_by or "")
