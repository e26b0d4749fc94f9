"""What this app tells the registries when Django has loaded the models."""

from __future__ import annotations

from django.urls import reverse

from audit import presenters as audit
from audit.presenters import EventKind
from core import handlers, hooks, navigation, offers
from core.navigation import NavItem
from core.offers import PEOPLE_LIST, PERSON, Offer
from core.permissions import Permission
from reports import handlers as own
from reports import moves

EVENT_KINDS = (EventKind("paper.made", "出季度材料", "export", "info"), EventKind("paper.text", "修改材料文字"))


def register() -> None:
    """Event kinds, handlers, hooks and the navigation."""
    audit.register(*EVENT_KINDS)
    audit.register_subject("reports.paper", lambda public_id: reverse("paper-detail", args=[public_id]))
    handlers.register(own.PAPER)
    offers.register(Offer(PERSON, "一人一档 PDF", "paper-person", Permission.EXPORT))
    offers.register(Offer(PEOPLE_LIST, "一人一档 PDF", "paper-people", Permission.EXPORT))
    hooks.subtree_moved.register(moves.subtree_moved)
    navigation.register(NavItem("overview", "概况", "overview", order=28, group=1, permission=Permission.VIEW))
    navigation.register(NavItem("papers", "季度材料", "paper-list", order=40, group=1, permission=Permission.EXPORT))
