"""What this app tells the registries when Django has loaded the models."""

from __future__ import annotations

from django.urls import reverse

from accounts import roles
from audit import presenters as audit
from audit.presenters import EventKind
from core import handlers, hooks, ledgers, navigation, rules
from core.handlers import Periodic
from core.navigation import NavItem
from core.scoping import register_people_of_outposts
from stations import following, gathering_registration, presence, scope
from stations.ledgers import StationsLedger
from stations.roles import STATION
from stations.rules import ALL as RULES

EVENT_KINDS = (
    EventKind("station_opened", "新建驿站"),
    EventKind("station_edited", "修改驿站"),
    EventKind("station_closed", "停用驿站", tone="warn"),
    EventKind("station_reopened", "恢复驿站"),
    EventKind("station_point", "驿站服务点"),
    EventKind("station_line", "驿站服务线"),
    EventKind("station_post", "驿站职务"),
    EventKind("station_arrival", "到站报到"),
    EventKind("station_answered", "答复驿站的核对"),
    EventKind("station_guest_placed", "安排外来党员"),
    EventKind("station_guest_declined", "不接收外来党员", tone="warn"),
    EventKind("station_kind", "驿站类型", "setting"),
    EventKind("station_missed", "报到没有对上", "refusal", "warn"),
)
DAY = 24 * 3600


def register() -> None:
    """Roles, rules, hooks, ledgers and words for the log."""
    audit.register(*EVENT_KINDS)
    audit.register_subject("stations.station", lambda public_id: reverse("station-detail", args=[public_id]))
    ledgers.register(StationsLedger())
    navigation.register(NavItem("stations", "红色驿站", "station-list", order=27, group=1))
    roles.register(STATION)
    rules.register(*RULES)
    register_people_of_outposts(scope.people_in)
    hooks.journeys_written.register(following.journeys_written)
    hooks.journeys_redirected.register(following.journeys_written)
    hooks.journeys_removed.register(following.journeys_removed)
    hooks.members_made.register(following.members_made)
    hooks.members_placed.register(following.members_placed)
    hooks.member_restricted.register(following.member_restricted)
    hooks.member_merged.register(following.member_merged)
    hooks.merge_undone.register(following.member_merged)
    hooks.members_bound.register(following.members_bound)
    hooks.closing_blockers.register(following.closing_blockers)
    # A rule that is set for a day to come takes hold with that day.
    handlers.register_periodic(Periodic("stations.presence", DAY, presence.refresh_all))
    gathering_registration.register()
