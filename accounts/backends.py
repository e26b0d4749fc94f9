"""Who is signed in, at every request: the account and what it may do today, with one query.

Every page needs both, and an account without a single grant is rare.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.backends import ModelBackend

from accounts.models import Grant, User
from core import clock
from core.compiled import Compiled

HELD: Compiled[Grant] = Compiled(
    lambda user, today: Grant.objects.filter(user=user).in_force(today).select_related("user", "organisation"),
    -1949,
    dt.date(1949, 10, 1),
)


class WithGrants(ModelBackend):
    def get_user(self, user_id: Any) -> User | None:
        today = clock.today()
        grants = HELD(User._meta.pk.to_python(user_id), today)
        if not grants:
            return super().get_user(user_id)
        user = grants[0].user
        user.held = (today, grants)
        return user if self.user_can_authenticate(user) else None
