"""What a printed return says, in one canonical shape: digested, kept as printed, compared with what holds now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from core.actors import SYSTEM, Actor
from core.paths import ancestors, subtree
from core.scoping import in_ranges
from members.models import Member
from sweeps import balance
from sweeps.enums import PrintKind, Term
from sweeps.models import Finding, Item, Printing, Return

Content = dict[str, Any]
ALWAYS = (Term.OPENING, Term.CLOSING)
HIDDEN = "（限制知悉）"
FLAGS = (("canvassed", "在家党员摸排", ("还没有确认", "已确认")), ("nil", "零报告", ("不是", "是")))


def content(of: Return) -> Content:
    """The return as its organisation itself may see it, whoever prints it: plain JSON.

    ``figures`` [label, number]; ``people`` and ``findings`` [public id, name, words] of a branch; ``below`` [public id,
    name, opening, closing] of a committee; ``canvassed``, ``nil``.
    """
    reader = SYSTEM.confined(of.path)
    names = balance.names(of.sweep, of.path, reader)
    by_path = balance.figures_by_path(names)
    totals = {term: sum(figures[str(term)] for figures in by_path.values()) for term in Term}
    found: Content = {
        "figures": [[term.label, totals[term]] for term in Term if totals[term] or term in ALWAYS],
        "people": [], "findings": [], "below": [],
    }  # fmt: skip
    if of.is_branch:
        found |= {"people": _people(of, reader), "findings": _findings(of, reader)}
        found |= {"canvassed": of.canvassed_at is not None, "nil": of.is_nil}
    else:
        found["below"] = _below(of, by_path, reader)
    return found


def digest(found: Content) -> str:
    """SHA-256 over the canonical content, as hex."""
    text = json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def latest(of: Return, actor: Actor) -> Printing | None:
    """What a seal would be on: the last scanned printing, else the last one."""
    printed = Printing.objects.visible_to(actor).of_return(of, PrintKind.RETURN).select_related("of")
    return printed.scanned().first() or printed.first()


def differences(printed: Content, now: Content) -> list[str]:
    """Each thing that the paper says otherwise, as a sentence."""
    found = [
        f"{label}：打印时 {was}，现在 {is_}"
        for label, was, is_ in _pairs(dict(printed["figures"]), dict(now["figures"]), 0)
    ]
    for part in ("people", "findings"):
        found += _named(printed[part], now[part])
    found += _branches(printed["below"], now["below"])
    for key, label, words in FLAGS:
        was, is_ = printed.get(key, False), now.get(key, False)
        if was != is_:
            found.append(f"{label}：打印时{words[was]}，现在{words[is_]}")
    return found


def differences_for(printed: Printing, actor: Actor) -> list[str]:
    """The same for a reader: who may not be named today is not."""
    return differences(shown(printed.content, actor), shown(content(printed.of), actor))


def shown(printed: Content, actor: Actor) -> Content:
    """A kept content as ``actor`` may read it today: who was restricted since is named no more."""
    ids = [row[0] for part in ("people", "findings") for row in printed[part]]
    restricted = Member.objects.visible_to(SYSTEM).filter(public_id__in=ids, restricted=True)
    hidden = set(restricted.values_list("public_id", flat=True))
    if hidden:
        hidden -= set(Member.objects.visible_to(actor).filter(public_id__in=hidden).values_list("public_id", flat=True))
    veiled = {
        part: [[row[0], HIDDEN, *row[2:]] if row[0] in hidden else row for row in printed[part]]
        for part in ("people", "findings")
    }
    return {**printed, **veiled}


def _people(of: Return, reader: Actor) -> list[list[str]]:
    items = Item.objects.visible_to(reader).filter(sweep=of.sweep, path=of.path).select_related("member")
    items = items.order_by("member__initials", "member__name", "pk")
    return [[one.member.public_id, one.member.name, _said(one)] for one in items]


def _said(item: Item) -> str:
    if not item.is_answered or item.answered_at is None:
        return item.get_state_display()
    return f"{item.get_answer_display()}（{timezone.localdate(item.answered_at):%m-%d}）"


def _findings(of: Return, reader: Actor) -> list[list[str]]:
    found = Finding.objects.visible_to(reader).filter(of=of).select_related("member").order_by("pk")
    return [[one.member.public_id, one.member.name, one.get_kind_display()] for one in found]


def _below(of: Return, by_path: Mapping[str, Mapping[str, int]], reader: Actor) -> list[list[Any]]:
    """The organisations that report right below, each with its whole subtree."""
    inside = Return.objects.visible_to(reader).filter(in_ranges(["path"], [subtree(of.path)]), sweep=of.sweep)
    returns = list(inside.exclude(pk=of.pk).official().select_related("organisation"))
    reporting = {one.path for one in returns}
    found = []
    for one in returns:
        if reporting & set(ancestors(one.path)[:-1]):
            continue  # part of another that reports
        figures = [figures for path, figures in by_path.items() if path.startswith(one.path)]
        opening, closing = (sum(each.get(str(term), 0) for each in figures) for term in ALWAYS)
        found.append([one.organisation.public_id, one.organisation.short_name, opening, closing])
    return found


def _pairs(was: Mapping[str, Any], is_: Mapping[str, Any], nothing: Any) -> list[tuple[str, Any, Any]]:
    both = [(key, was.get(key, nothing), is_.get(key, nothing)) for key in dict.fromkeys([*was, *is_])]
    return [one for one in both if one[1] != one[2]]


def _named(was: list[list[str]], is_: list[list[str]]) -> list[str]:
    names = {row[0]: row[1] for row in [*was, *is_]}
    pairs = _pairs({row[0]: row[2] for row in was}, {row[0]: row[2] for row in is_}, "")
    return [f"{names[key]}：打印时{_word(before)}，现在{_word(after)}" for key, before, after in pairs]


def _branches(was: list[list[Any]], is_: list[list[Any]]) -> list[str]:
    names = {row[0]: row[1] for row in [*was, *is_]}
    pairs = _pairs({row[0]: row[3] for row in was}, {row[0]: row[3] for row in is_}, "")
    return [f"{names[key]}本期末：打印时{_word(before)}，现在{_word(after)}" for key, before, after in pairs]


def _word(said: Any) -> str:
    return "没有" if said == "" else f"“{said}”"
