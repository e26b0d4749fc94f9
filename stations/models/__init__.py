from stations.models.agreement import Agreement, ExchangeNote
from stations.models.arrival import CheckIn, Presence
from stations.models.founding import Founding, FoundingMember, ProposalAside
from stations.models.guest import WaitingGuest
from stations.models.kind import StationKind
from stations.models.point import ServiceLine, ServicePoint
from stations.models.post import StationPost
from stations.models.station import Station

__all__ = [
    "Agreement",
    "CheckIn",
    "ExchangeNote",
    "Founding",
    "FoundingMember",
    "Presence",
    "ProposalAside",
    "ServiceLine",
    "ServicePoint",
    "Station",
    "StationKind",
    "StationPost",
    "WaitingGuest",
]  # fmt: skip
