"""The password rule of a county: length, classes, nothing personal, none of the last ones."""

from __future__ import annotations

import string
from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from accounts import policy
from accounts.models import PasswordUsed, User
from accounts.names import tidy
from core.domain.names import initials

CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits)


class PolicyValidator:
    """Rules ``password_length``, ``password_classes``, ``password_history`` of the person's own unit."""

    def validate(self, password: str, user: Any = None) -> None:
        person = user if isinstance(user, User) else None
        found = sum(any(letter in group for letter in password) for group in CLASSES)
        found += any(not letter.isalnum() for letter in password)
        length, classes = _demands(person)
        if len(password) < length or found < classes:
            raise ValidationError(_demand_text(length, classes), code="password_too_simple")
        if person is not None and person.pk:
            _refuse_personal(password, person)
            _refuse_used(password, person)

    def get_help_text(self) -> str:
        return help_text(None)


def help_text(user: User | None) -> str:
    return _demand_text(*_demands(user))


def _demands(user: User | None) -> tuple[int, int]:
    place = user.organisation if user else None
    return policy.value("password_length", place), policy.value("password_classes", place)


def _demand_text(length: int, classes: int) -> str:
    names = "大写字母、小写字母、数字、符号"
    return f"密码至少 {length} 位，{names}中至少{'一两三四'[classes - 1]}种。不要用姓名、手机号和用过的密码。"


def _refuse_personal(password: str, user: User) -> None:
    typed = tidy(password)
    personal = [user.reveal("phone") or user.username, user.name]
    letters = initials(user.name)
    # Two letters are in many words; three or more are somebody's name.
    personal += [letters] if len(letters) >= 3 else []
    if any(word and word.lower() in typed for word in personal):
        raise ValidationError("密码里不能有您的用户名、手机号、姓名或姓名的拼音首字母。", code="password_personal")


def _refuse_used(password: str, user: User) -> None:
    """Current one included: a changed password is a new one."""
    kept = policy.value("password_history", user.organisation)
    used = list(user.passwords_used.order_by("-at", "-pk").values_list("password", flat=True)[:kept])
    if any(check_password(password, one) for one in [user.password, *used]):
        raise ValidationError(f"这个密码最近用过，请换一个（不能与最近 {kept} 次的相同）。", code="password_used")


def remember(user: User, now: Any) -> None:
    """Keep the hash being replaced; only as many as the rule compares with."""
    if user.has_usable_password() and user.password:
        PasswordUsed.objects.create(user=user, password=user.password, at=now)
    kept = policy.value("password_history", user.organisation)
    stale = user.passwords_used.order_by("-at", "-pk").values_list("pk", flat=True)[kept:]
    PasswordUsed.objects.filter(pk__in=list(stale)).delete()
