from members.models.evidence import Evidence, Freshness
from members.models.journey import Journey, JourneyQuerySet
from members.models.lost import LostContact
from members.models.member import Member, MemberQuerySet
from members.models.membership import Membership
from members.models.saved import SavedFilter

__all__ = [
    "Evidence",
    "Freshness",
    "Journey",
    "JourneyQuerySet",
    "LostContact",
    "Member",
    "MemberQuerySet",
    "Membership",
    "SavedFilter",
]
