"""Values of rules: the nearest organisation upwards that set one, else the default of the regulation.

Among settings of one organisation a set kind wins over none and a later day over an earlier one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import Case, Q, Value, When

from audit import actions as audit
from branches.models import Organisation, RuleSetting
from core import clock, rules
from core.actors import Actor
from core.compiled import Compiled
from core.errors import NotAllowed, UserError
from core.paths import ancestors, subtree
from core.permissions import Permission
from core.rules import Rule
from core.scoping import in_ranges

LONGEST_TEXT = 200

# Within read_once(): nothing before the first question, then one list of all settings.
_read: ContextVar[list[list[RuleSetting]] | None] = ContextVar("rules_read", default=None)
_ALL: Compiled[RuleSetting] = Compiled(lambda: RuleSetting.objects.select_related("organisation"))

# What the register of organisations itself watches; each app declares its own next to the code that reads it.
OWN_RULES = (
    Rule(
        "committee_term_years", "乡镇党委每届任期", 5, "《中国共产党基层组织选举工作条例》：乡镇党委每届任期五年",
        unit="年", low=1, high=10,
    ),
    Rule(
        "village_term_years", "村、社区党组织每届任期", 5, "《中国共产党支部工作条例（试行）》：村和社区党支部每届任期五年",
        unit="年", low=1, high=10,
    ),
    Rule(
        "branch_term_years", "其他党支部每届任期", 3, "《中国共产党支部工作条例（试行）》：其他党支部每届任期三年",
        unit="年", low=1, high=10,
    ),
    Rule("term_warn_months", "换届提前多久提醒", 6, "本系统默认", unit="个月", low=0, high=24),
)  # fmt: skip


@dataclass(frozen=True)
class RuleValue:
    """``setting``: the row it comes from; None for the default."""

    rule: Rule
    value: Any
    setting: RuleSetting | None = None

    @property
    def source(self) -> str:
        if self.setting is None:
            return self.rule.source
        return f"{self.setting.organisation.short_name}设置，{self.setting.starts_on:%Y-%m-%d} 起"

    def is_own(self, organisation: Organisation) -> bool:
        return self.setting is not None and self.setting.organisation_id == organisation.pk


def value(key: str, organisation: Organisation | None, on: dt.date) -> Any:
    """The value in force at ``organisation`` on a day; None: the county has no say. Raises KeyError."""
    return explain(key, organisation, on).value


def explain(key: str, organisation: Organisation | None, on: dt.date) -> RuleValue:
    """The value with where it comes from."""
    rule = rules.rule(key)
    if organisation is None:
        return RuleValue(rule, rule.default)
    return _nearest(rule, organisation, _in_force(on, keys=(key,), paths=ancestors(organisation.path)))


def values_at(keys: Collection[str], organisations: Iterable[Organisation], on: dt.date) -> dict[int, dict[str, Any]]:
    """Several rules at each of many organisations: id -> key -> value, with one query."""
    settings: dict[str, list[RuleSetting]] = {key: [] for key in keys}
    for one in _in_force(on, keys=keys):
        settings[one.key].append(one)
    return {
        organisation.pk: {key: _nearest(rules.rule(key), organisation, found).value for key, found in settings.items()}
        for organisation in organisations
    }


class AtMany:
    """One rule on a day, at whichever organisation is asked for: what was set for it is read once."""

    def __init__(self, key: str, on: dt.date) -> None:
        self._rule = rules.rule(key)
        self._settings = _in_force(on, keys=(key,))
        self._known: dict[int, Any] = {}

    def at(self, organisation: Organisation) -> Any:
        if organisation.pk not in self._known:
            self._known[organisation.pk] = _nearest(self._rule, organisation, self._settings).value
        return self._known[organisation.pk]


def in_force(key: str, on: dt.date) -> list[list[Any]]:
    """All that was set for a rule and holds on a day, as [path, kind, day, value]: while it is equal, so are the values."""
    settings = _in_force(on, keys=(key,))
    found = [[one.organisation.path, one.organisation_kind, one.starts_on.isoformat(), one.value] for one in settings]
    return sorted(found, key=lambda one: one[:3])


def explain_all(organisation: Organisation, on: dt.date) -> list[RuleValue]:
    """Every declared rule as it stands at ``organisation``."""
    above = _in_force(on, paths=ancestors(organisation.path))
    return [_nearest(rule, organisation, [one for one in above if one.key == rule.key]) for rule in rules.rules()]


def history(key: str, organisation: Organisation) -> list[RuleSetting]:
    """What this organisation itself set, the latest day first; days to come included."""
    return list(RuleSetting.objects.filter(key=key, organisation=organisation).order_by("-starts_on", "-pk"))


def set_rule(
    *,
    organisation: Organisation,
    key: str,
    value: Any,
    by: Actor,
    kind: str = "",
    starts_on: dt.date | None = None,
    now: dt.datetime | None = None,
) -> RuleSetting:
    """Give ``organisation`` and all below it a value from a day on; the same day again replaces it.

    Raises NotAllowed, UserError; KeyError for a rule nobody declared.
    """
    now = now or clock.now()
    if not any(by.reaches(organisation.path, permission) for permission in (Permission.SETTINGS, Permission.SYSTEM)):
        raise NotAllowed
    rule = rules.rule(key)
    settled = checked(rule, value)
    starts_on = starts_on or clock.today()
    with transaction.atomic():
        place: Mapping[str, Any] = {
            "organisation": organisation, "key": key, "organisation_kind": kind, "starts_on": starts_on,
        }  # fmt: skip
        before = RuleSetting.objects.select_for_update(of=("self",)).filter(**place).first()
        setting = before or RuleSetting(**place)
        old = before.value if before else None
        setting.value, setting.set_by, setting.set_at = settled, by.ref, now
        setting.save()
        audit.record(
            "rule_set", f"规则“{rule.title}”设为 {shown(rule, settled)}，{starts_on:%Y-%m-%d} 起", by=by, subject=setting,
            organisation_id=organisation.pk, data={"key": key, "kind": kind, "before": old, "after": settled}, now=now,
        )  # fmt: skip
    return setting


def shown(rule: Rule, value: Any) -> str:
    """A value in the words of a screen."""
    if rule.kind == "flag":
        return "是" if value else "否"
    return f"{dict(rule.choices).get(value, value)}{' ' if rule.unit else ''}{rule.unit}"


@contextmanager
def read_once() -> Iterator[None]:
    """Inside, all that is set is read at most once, by the first that asks. For what only reads: a page asks for the same dozen
    of rules again and again, and a setting made inside would not be seen."""
    token = _read.set([])
    try:
        yield
    finally:
        _read.reset(token)


def _in_force(
    on: dt.date, *, keys: Collection[str] | None = None, paths: Collection[str] | None = None
) -> list[RuleSetting]:
    """What was set up to a day: for some rules, at some organisations."""
    read = _read.get()
    if read is None:
        wanted = Q(starts_on__lte=on)
        wanted &= Q() if keys is None else Q(key__in=keys)
        wanted &= Q() if paths is None else Q(organisation__path__in=paths)
        return list(RuleSetting.objects.filter(wanted).select_related("organisation"))
    if not read:
        read.append(_ALL())
    return [
        one
        for one in read[0]
        if one.starts_on <= on
        and (keys is None or one.key in keys)
        and (paths is None or one.organisation.path in paths)
    ]


def _nearest(rule: Rule, organisation: Organisation, settings: Iterable[RuleSetting]) -> RuleValue:
    fitting = [
        one
        for one in settings
        if organisation.path.startswith(one.organisation.path) and one.organisation_kind in ("", organisation.kind)
    ]
    if not fitting:
        return RuleValue(rule, rule.default)
    best = max(fitting, key=lambda one: (len(one.organisation.path), bool(one.organisation_kind), one.starts_on))
    return RuleValue(rule, best.value, best)


def checked(rule: Rule, value: Any) -> Any:
    """The value as it is kept. Raises UserError with the sentence that the form shows."""
    if rule.kind == "integer":
        try:
            number = int(str(value).strip())
        except ValueError as error:
            raise UserError("请填写一个整数。", "rule_value") from error
        if not rule.low <= number <= rule.high:
            raise UserError(f"请填写 {rule.low} 到 {rule.high} 之间的整数。", "rule_value")
        return number
    if rule.kind == "flag":
        if value not in (True, False, "1", "0", "true", "false"):
            raise UserError("请选择“是”或“否”。", "rule_value")
        return value in (True, "1", "true")
    text = str(value).strip()
    if rule.kind == "choice" and text not in dict(rule.choices):
        raise UserError("请从列出的几项里选一项。", "rule_value")
    if len(text) > LONGEST_TEXT:
        raise UserError(f"最多 {LONGEST_TEXT} 个字。", "rule_value")
    return text


def expression(
    key: str, on: dt.date, *, path: str, kind: str, value: Callable[[Any], Any] = lambda given: given,
    output_field: models.Field[Any, Any],
) -> Case:  # fmt: skip
    """The value in force for each row of a query, as SQL: by the row's ``path`` column and, where a setting speaks of one
    kind of organisation only, by its ``kind`` column. ``value`` turns a setting into what the SQL gives."""
    rule = rules.rule(key)
    nearest_first = sorted(
        _in_force(on, keys=(key,)),
        key=lambda one: (len(one.organisation.path), bool(one.organisation_kind), one.starts_on),
        reverse=True,
    )
    whens = []
    for one in nearest_first:
        holds = in_ranges([path], [subtree(one.organisation.path)])
        if one.organisation_kind:
            holds &= Q(**{kind: one.organisation_kind})
        whens.append(When(holds, then=Value(value(one.value), output_field=output_field)))
    return Case(*whens, default=Value(value(rule.default), output_field=output_field), output_field=output_field)
