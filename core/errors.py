"""Refusals that people read. Everything here carries a Chinese sentence saying what to do."""

from __future__ import annotations

from dataclasses import dataclass


class ActionRefused(Exception):
    """An expected refusal: shown as it is, nothing was written. ``code`` is for programs and tests."""

    def __init__(self, text: str, code: str = "refused") -> None:
        super().__init__(text)
        self.text = text
        self.code = code


class UserError(ActionRefused):
    """What the reader can mend, or wait for: the page shows it where it was asked."""


class NotAllowed(ActionRefused):
    """Inside the scope, but without the right: 403, whatever page it was. Never shown as a mistake on a form."""

    def __init__(self, text: str = "您的岗位没有这项权限。需要时请向上一级党组织说明。") -> None:
        super().__init__(text, "not_allowed")


class Blocked(UserError):
    """An action whose preconditions do not hold; ``blockers`` also explains the disabled button."""

    def __init__(self, blockers: list[str]) -> None:
        super().__init__("；".join(blockers), "blocked")
        self.blockers = blockers


@dataclass(frozen=True)
class Conflict:
    """One field of a stale edit: what is stored now, and what the person typed."""

    field: str
    label: str
    theirs: str
    yours: str


class StaleVersion(UserError):
    """Somebody else saved first. The form shows both values; nothing was lost or written."""

    def __init__(self, changed_by: str, changed_at: str, conflicts: list[Conflict]) -> None:
        super().__init__(f"这份记录已由{changed_by}于{changed_at}修改，请核对后再保存。", "stale")
        self.conflicts = conflicts
