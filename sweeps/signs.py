"""Quiet signs of empty ticking: pure functions over answers. A sign is a question to ask oneself, never a score.

Only what a person said one by one counts: bulk confirmations, ledgers, paper lists and the member's own link do not.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sweeps.enums import Way

ASKED_ONE_BY_ONE = frozenset({Way.PHONE, Way.WECHAT, Way.FAMILY, Way.VISIT})


@dataclass(frozen=True)
class Said:
    """One answer: when, by whom (id), how, and the note."""

    at: dt.datetime
    by: str
    way: str
    note: str = ""


@dataclass(frozen=True)
class Limits:
    """``number``: how many alike make a sign; ``seconds``: between two answers; ``hours``: before the due date is over."""

    number: int
    seconds: int
    hours: int


@dataclass(frozen=True)
class Sign:
    """``own``: for the branch itself, before it submits; ``above``: for the level above, a hint whom to ask again."""

    kind: str
    own: str
    above: str


def signs(answers: Iterable[Said], *, due: dt.datetime, limits: Limits) -> list[Sign]:
    """``due``: the moment at which the time is over."""
    said = sorted((one for one in answers if one.way in ASKED_ONE_BY_ONE), key=lambda one: one.at)
    found = (_too_fast(said, limits), _same_text(said, limits), _last_hours(said, due, limits))
    return [one for one in found if one is not None]


def longest_run(answers: Sequence[Said], seconds: int) -> int:
    """The most answers in a row from one hand, each within ``seconds`` of the one before."""
    longest = 0
    for hand in {one.by for one in answers}:
        run, before = 0, None
        for one in answers:
            if one.by != hand:
                continue
            run = run + 1 if before is not None and (one.at - before).total_seconds() <= seconds else 1
            longest, before = max(longest, run), one.at
    return longest


def _too_fast(said: Sequence[Said], limits: Limits) -> Sign | None:
    number = longest_run(said, limits.seconds)
    if number < limits.number:
        return None
    fact = f"有 {number} 人是连着登记的，每人不到 {limits.seconds} 秒"
    return Sign("fast", f"{fact}。要是有哪位还没来得及问，可以先撤回，问过再报。", f"{fact}，可以抽几位打个电话问问。")


def _same_text(said: Sequence[Said], limits: Limits) -> Sign | None:
    texts = Counter(one.note.strip() for one in said if one.note.strip())
    text, number = texts.most_common(1)[0] if texts else ("", 0)
    if number < limits.number:
        return None
    fact = f"有 {number} 人的说明一字不差：“{text[:20]}”"
    return Sign("same_text", f"{fact}。各人情况不同的话，可以再补一句。", f"{fact}，可以抽几位问问具体情况。")


def _last_hours(said: Sequence[Said], due: dt.datetime, limits: Limits) -> Sign | None:
    if len(said) < limits.number or said[0].at < due - dt.timedelta(hours=limits.hours):
        return None
    fact = f"{len(said)} 人都是在期限前最后 {limits.hours} 小时里登记的"
    return Sign("last_hours", f"{fact}。时间紧容易漏，上报前可以再看一遍。", f"{fact}，可以抽几位问问。")
