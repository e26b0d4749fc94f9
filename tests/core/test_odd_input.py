"""What no person types: numbers that are none, and NUL characters."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from core.domain.numbers import whole


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("12", 12), ("999999999", 999_999_999), ("1000000000", None), ("²", None), ("٣", None), ("-1", None),
     ("1.0", None), ("", None), (" 1", None), ("9" * 5000, None)],
)  # fmt: skip
def test_a_whole_number_is_a_few_digits(text: str, number: int | None) -> None:
    assert whole(text) == number


@pytest.mark.django_db
@pytest.mark.parametrize(
    "send",
    [
        lambda client: client.get("/sign-in/?next=%00"),
        lambda client: client.get("/sign-in/?%00=a"),
        lambda client: client.post("/sign-in/", {"username": "何\0"}),
        lambda client: client.get("/accounts/a%00b/"),
    ],
)
def test_a_nul_character_is_refused_with_a_page(send: Any) -> None:
    response = send(Client())
    assert response.status_code == 400
    assert "这次提交没有看懂" in response.content.decode()
