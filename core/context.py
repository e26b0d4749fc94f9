"""What every page knows: navigation, who is signed in, text size, the time the figures were read."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from core import navigation
from core.actors import ANONYMOUS
from core.permissions import Permission
from core.views.text_size import text_size


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Navigation is lazy: a fragment that does not show it pays for no counts."""
    actor = getattr(request, "actor", None)
    if actor is ANONYMOUS:
        actor = None
    return {
        "navigation": SimpleLazyObject(lambda: navigation.for_reader(actor, request.path)),
        "actor_name": getattr(actor, "name", "") or "",
        "actor_unit": getattr(actor, "unit", "") or "",
        "may_search": actor is not None and actor.holds(Permission.VIEW),
        "text_size": text_size(request),
        "as_of": timezone.localtime(),
    }
