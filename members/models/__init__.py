from members.models.duty import DutyConfirmation, DutyList
from members.models.evidence import Evidence, Freshness
from members.models.journey import Journey, JourneyQuerySet
from members.models.lost import LostAct, LostContact, LostStep
from members.models.member import Member, MemberQuerySet
from members.models.membership import Membership
from members.models.saved import SavedFilter
from members.models.step import JourneyStep
from members.models.transfer import Transfer

__all__ = [
    "DutyConfirmation",
    "DutyList",
    "Evidence",
    "Freshness",
    "Journey",
    "JourneyQuerySet",
    "JourneyStep",
    "LostAct",
    "LostContact",
    "LostStep",
    "Member",
    "MemberQuerySet",
    "Membership",
    "SavedFilter",
    "Transfer",
]
