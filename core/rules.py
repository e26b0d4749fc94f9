"""Declarations of rules: thresholds that a county sets, with the default that the regulation gives.

Values live in ``branches`` (by organisation and kind, inherited, dated); what can be set is declared here,
next to the code that reads it, by each app.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Rule:
    """``kind``: integer | choice | flag | text. ``source``: regulation, standard or form the default comes from."""

    key: str
    title: str
    default: Any
    source: str
    kind: str = "integer"
    unit: str = ""
    low: int = 0
    high: int = 1000
    choices: tuple[tuple[str, str], ...] = ()


_rules: dict[str, Rule] = {}


def register(*rules: Rule) -> None:
    for rule in rules:
        _rules[rule.key] = rule


def rule(key: str) -> Rule:
    """Raises KeyError: a rule must be declared before it is read."""
    return _rules[key]


def rules() -> list[Rule]:
    return sorted(_rules.values(), key=lambda one: one.key)
