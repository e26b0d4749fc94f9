"""Quiet signs: what makes one, what does not, at the edge."""

from __future__ import annotations

import datetime as dt

import pytest

from sweeps.signs import Limits, Said, longest_run, signs

DUE = dt.datetime(2026, 11, 27, tzinfo=dt.timezone(dt.timedelta(hours=8)))
NOON = DUE - dt.timedelta(days=9, hours=12)
LIMITS = Limits(number=3, seconds=5, hours=6)


def said(*seconds: float, by: str = "a", way: str = "phone", note: str = "", since: dt.datetime = NOON) -> list[Said]:
    return [Said(since + dt.timedelta(seconds=one), by, way, note) for one in seconds]


def kinds(answers: list[Said]) -> list[str]:
    return [one.kind for one in signs(answers, due=DUE, limits=LIMITS)]


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ([], []),
        (said(0, 5, 10), ["fast"]),
        (said(0, 5), []),  # two are no row
        (said(0, 6, 11), []),  # a second too long between the first two
        (said(0, 5, 100, 105), []),  # two rows of two
        (said(10, 0, 5), ["fast"]),  # in whatever order they come
        (said(0, 10) + said(5, 15, by="b"), []),  # two hands, each at its own pace
        (said(0, 1, 2, way="record"), []),  # confirmed in bulk, and said so
        (said(0, 1, 2, way="paper"), []),  # keyed in from a list
        (said(0, 1, 2, way="ledger"), []),
    ],
)
def test_too_fast(answers: list[Said], found: list[str]) -> None:
    assert kinds(answers) == found


@pytest.mark.parametrize(
    ("notes", "found"),
    [
        (["都好", "都好", "都好"], ["same_text"]),
        (["都好", " 都好 ", "都好"], ["same_text"]),
        (["都好", "都好", "在家养病"], []),
        (["", "", ""], []),
    ],
)
def test_the_same_text(notes: list[str], found: list[str]) -> None:
    answers = [one for place, note in enumerate(notes) for one in said(place * 100, note=note)]
    assert kinds(answers) == found


@pytest.mark.parametrize(
    ("hours", "found"),
    [((6, 5, 1), ["last_hours"]), ((6.01, 5, 1), []), ((5, 1), [])],
)
def test_everything_in_the_last_hours(hours: tuple[float, ...], found: list[str]) -> None:
    answers = [one for number in hours for one in said(0, since=DUE - dt.timedelta(hours=number))]
    assert kinds(answers) == found


def test_the_sentences_ask_and_never_blame() -> None:
    (one,) = signs(said(0, 1, 2), due=DUE, limits=LIMITS)
    assert one.own == "有 3 人是连着登记的，每人不到 5 秒。要是有哪位还没来得及问，可以先撤回，问过再报。"
    assert one.above == "有 3 人是连着登记的，每人不到 5 秒，可以抽几位打个电话问问。"


def test_a_row_is_one_hand_without_a_pause() -> None:
    assert longest_run(said(0, 1, 2, 50, 51, 52, 53), 5) == 4
