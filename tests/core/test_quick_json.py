"""The quick way gives what the standard library gives, and takes what that takes."""

import datetime as dt
import json

import pytest

from core import quick_json
from core.ledgers import Outcome


@pytest.mark.parametrize(
    "value",
    [
        {"姓名": ["张\t三", None, True, 1, 1.5, -0.0, "\x00\x1f\x7f\u2028"], "": {}},
        [Outcome.NEW, (1, ("a",)), 10**14],
        {1: "a key that is a number"},
        [[], {}, ""],
    ],
)
def test_it_says_the_same(value):
    said = json.dumps(value, ensure_ascii=False)
    assert json.loads(quick_json.dumps(value)) == json.loads(said)
    assert quick_json.loads(said) == json.loads(said)


def test_a_number_of_more_than_64_bits_is_written():
    assert quick_json.dumps([10**30]) == b"[1" + b"0" * 30 + b"]"


def test_half_a_character_becomes_a_question_mark():
    assert quick_json.dumps(["a\ud800b", "中"]) == '["a?b","中"]'.encode()


def test_what_json_does_not_know_is_asked_for():
    def words(value):
        return {"d": value.isoformat()}

    for text in ("", "\ud800"):
        assert quick_json.loads(quick_json.dumps([dt.date(2026, 9, 1), text], words))[0] == {"d": "2026-09-01"}
    with pytest.raises(TypeError):
        quick_json.dumps(dt.date(2026, 9, 1))


def test_numbers_that_the_standard_library_has_written_are_read():
    assert quick_json.loads(b'[Infinity, "\\ud800"]') == [float("inf"), "\ud800"]
