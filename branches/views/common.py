"""What the pages on organisations share: finding, who may, and saving a form through an action."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.forms import Form
from django.shortcuts import get_object_or_404

from branches.models import Organisation
from core.errors import Blocked, NotAllowed, StaleVersion, UserError
from core.http import PortalRequest
from core.permissions import Permission

T = TypeVar("T")


def listed(public_id: str) -> Organisation:
    """Any organisation: everybody who is signed in may read the directory."""
    return get_object_or_404(Organisation.objects.select_related("parent"), public_id=public_id)


def changeable(request: PortalRequest, public_id: str) -> Organisation:
    """404 outside the scope, 403 inside it without the right."""
    actor = request.actor
    seen = Organisation.objects.within(actor).select_related("parent")
    organisation: Organisation = get_object_or_404(seen, public_id=public_id)
    if not actor.reaches(organisation.path, Permission.ORGANISE):
        raise NotAllowed
    return organisation


def saved(form: Form, action: Callable[[], T]) -> T | None:
    """What the action gives; None where it refused, and the form says why.

    After a stale version the form carries the new one: saving again is then a decision.
    """
    try:
        return action()
    except StaleVersion as stale:
        form.add_error(None, stale.text)
        for conflict in stale.conflicts:
            form.add_error(
                None, f"{conflict.label}：现在是“{conflict.theirs or '空'}”，您填的是“{conflict.yours or '空'}”"
            )
    except Blocked as blocked:
        for blocker in blocked.blockers:
            form.add_error(None, blocker)
    except UserError as error:
        form.add_error(None, error.text)
    return None


def with_version(form: Form, version: int) -> Form:
    """The bound form as it was typed, starting from the version that is stored now."""
    data: Any = form.data.copy()
    data["version"] = str(version)
    form.data = data
    return form
