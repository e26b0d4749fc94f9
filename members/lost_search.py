"""The search for somebody in one text, as a ledger's cell has it: what a ledger told, then each step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from members.models import LostContact, LostStep

LONGEST = LostContact._meta.get_field("steps").max_length or 0


def told(text: str, steps: Sequence[LostStep]) -> str:
    """``text``: of the ledger. 电话停机；2026-11-03 问家属：对方也不知道，其兄说没有回来"""
    lines = [
        f"{step.on:%Y-%m-%d} {step.get_way_display()}：{step.get_result_display()}{f'，{step.text}' if step.text else ''}"
        for step in steps
    ]
    return "；".join([text, *lines] if text else lines)[:LONGEST]


def steps_by_spell(steps: Any) -> dict[str, list[LostStep]]:
    """Public id of the spell -> its steps in order, for a query of steps that is scoped already."""
    found: dict[str, list[LostStep]] = defaultdict(list)
    for step in steps.select_related("lost").order_by("on", "pk"):
        found[step.lost.public_id].append(step)
    return found
