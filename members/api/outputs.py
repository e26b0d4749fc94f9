"""What a member and a journey look like to a program. Codes as in the ledgers, dates as exact as they are known."""

from __future__ import annotations

from rest_framework import serializers

from core.api.outputs import DayOut, Output, text
from core.crypto import CannotOpen
from core.domain.phones import mask_phone
from members import rows
from members.enums import CONFIRMED_LOST_STATES, Direction, JourneyState, StepKind
from members.models import Journey, Member


class MemberOut(Output):
    id = text("public_id")
    name = text()
    sex = text()
    nation = text()
    birth_date = DayOut()
    education = text()
    member_kind = text("kind")
    joined_on = DayOut()
    confirmed_on = DayOut()
    party_status = text()
    id_number = serializers.SerializerMethodField(help_text="遮盖的公民身份号码")
    phone = serializers.SerializerMethodField(help_text="遮盖的联系电话")
    home_address = text()
    dues_paid_to = DayOut()
    organisation = text("home.public_id", null=True)
    organisation_name = text("home.name", null=True)
    mobile_branch = text("care.public_id", null=True)
    mobile_branch_name = text("care.name", null=True)
    away = serializers.SerializerMethodField(help_text="有一段没有结束的外出")
    unreachable = serializers.SerializerMethodField(help_text="联系不上")
    lost = serializers.SerializerMethodField(help_text="已确认失联")
    note = text()
    version = serializers.IntegerField()
    updated_at = serializers.DateTimeField()

    def get_id_number(self, member: Member) -> str:
        return rows.masked_identity(member)

    def get_phone(self, member: Member) -> str:
        return rows.phone(member)

    def get_away(self, member: Member) -> bool:
        return hasattr(member, "open_out")

    def get_unreachable(self, member: Member) -> bool:
        """联系不上; before it is confirmed nobody is called 失联."""
        return hasattr(member, "open_lost")

    def get_lost(self, member: Member) -> bool:
        lost = getattr(member, "open_lost", None)
        return lost is not None and lost.state in CONFIRMED_LOST_STATES


class JourneyOut(Output):
    """Both ends see the same: who, where, since when; the person file is the home's alone."""

    id = text("public_id")
    member = text("member.public_id")
    member_name = text("member.name")
    member_phone = serializers.SerializerMethodField(help_text="遮盖的联系电话")
    direction = serializers.ChoiceField(choices=Direction.choices, read_only=True)
    state = serializers.ChoiceField(choices=JourneyState.choices, read_only=True)
    home = text("home.public_id", null=True)
    home_name = serializers.SerializerMethodField(help_text="组织关系所在党组织")
    host = text("host.public_id", null=True)
    host_name = serializers.SerializerMethodField(help_text="流入地党组织")
    left_on = DayOut()
    expected_return_on = DayOut()
    ended_on = DayOut()
    reason = text()
    reason_text = text()
    region_code = text()
    destination_text = text()
    mobility = text()
    employer = text()
    industry = text()
    unit_kind = text()
    former_work = text()
    contact_name = text()
    contact_phone = serializers.SerializerMethodField(help_text="遮盖的联系人电话")
    certificate = serializers.BooleanField(allow_null=True, read_only=True)
    certificate_no = text()
    wish = text()
    wish_text = text()
    refusal = text()
    note = text()
    version = serializers.IntegerField()
    updated_at = serializers.DateTimeField()

    def get_member_phone(self, journey: Journey) -> str:
        return rows.phone(journey.member)

    def get_contact_phone(self, journey: Journey) -> str:
        try:
            return mask_phone(journey.reveal("contact_phone"))
        except CannotOpen:
            return ""

    def get_home_name(self, journey: Journey) -> str:
        return journey.home.name if journey.home else journey.home_text

    def get_host_name(self, journey: Journey) -> str:
        return journey.host.name if journey.host else journey.host_text


class StepOut(Output):
    id = text("public_id")
    kind = serializers.ChoiceField(choices=StepKind.choices, read_only=True)
    on = DayOut()
    text = text()
