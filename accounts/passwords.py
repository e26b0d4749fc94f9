"""The password rule of a county: length, classes, nothing personal."""

from __future__ import annotations

import string
from typing import Any

from django.core.exceptions import ValidationError

CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits)


class PolicyValidator:
    """At least ten characters of three of the four classes, without the user name (GB/T 22239-2019, 8.1.4.1)."""

    minimum = 10

    def validate(self, password: str, user: Any = None) -> None:
        found = sum(any(letter in group for letter in password) for group in CLASSES)
        found += any(not letter.isalnum() for letter in password)
        if len(password) < self.minimum or found < 3:
            raise ValidationError(self.get_help_text(), code="password_too_simple")
        username = getattr(user, "username", "")
        if username and username.lower() in password.lower():
            raise ValidationError("密码里不能有您的用户名。", code="password_has_username")

    def get_help_text(self) -> str:
        return f"密码至少 {self.minimum} 位，大写字母、小写字母、数字、符号中至少三种。"
