"""The set-up code: who can read the server's own output may make the first accounts, nobody else.

It is derived from the keys, so it is kept nowhere and the same at each start; it is of use once, because set-up is
closed as soon as there is a county.
"""

from __future__ import annotations

from django.conf import settings
from django.utils.crypto import constant_time_compare

from accounts.actions.slips import ALPHABET
from accounts.names import tidy
from branches.models import Organisation
from core import crypto

LENGTH = 8


def set_up_code() -> str:
    """``XXXX-XXXX`` in letters and digits that nobody takes for one another."""
    digest = crypto.mac(b"set-up:" + settings.SECRET_KEY.encode())
    letters = "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:LENGTH])
    return f"{letters[:4]}-{letters[4:]}"


def is_right(typed: str) -> bool:
    """Capitals, blanks, dashes and full width make no difference."""
    plain = "".join(letter for letter in tidy(typed).upper() if letter.isascii() and letter.isalnum())
    return constant_time_compare(plain, set_up_code().replace("-", ""))


def is_set_up() -> bool:
    """Whether there is a county."""
    return Organisation.objects.filter(parent__isnull=True).exists()
