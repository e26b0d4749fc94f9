"""What a post does not allow is refused, and the refusal is in the log, where the person's own unit is looked after."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from audit.models import Event


@pytest.mark.django_db
def test_a_refused_page_is_an_event(client_for: Any, auditor_user: Any, branch: Any, make_member: Any) -> None:
    member = make_member(branch)
    address = reverse("member-edit", args=[member.public_id])
    assert client_for(auditor_user).get(address).status_code == 403
    event = Event.objects.get(kind="access_refused")
    assert event.text == f"没有权限：GET {address}"
    assert event.actor.id == auditor_user.public_id
    assert event.organisation_id == auditor_user.organisation_id
