"""Calls upwards, made inside the transaction, in the order of registration.

A lower app announces, an upper app registers a function in its ``AppConfig.ready``. Unlike
Django's signals: explicit names, keyword arguments, errors propagate, nothing is optional.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class Hook:
    def __init__(self, name: str, meaning: str) -> None:
        self.name = name
        self.meaning = meaning
        self._functions: list[Callable[..., Any]] = []

    def register(self, function: F) -> F:
        if function not in self._functions:
            self._functions.append(function)
        return function

    def call(self, **kwargs: Any) -> list[Any]:
        return [function(**kwargs) for function in self._functions]


subtree_moved = Hook("subtree_moved", "organisations moved: old_path, new_path; update every copy, one UPDATE a table")
member_moved = Hook("member_moved", "one member's home or care path changed: member, by")
member_merged = Hook("member_merged", "kept, gone, by: repoint what hangs on the record that goes")
merge_undone = Hook("merge_undone", "kept, gone, by: a merge was taken back; what was repointed goes back too")
evidence_recorded = Hook(
    "evidence_recorded",
    "members: id -> fields of evidence; changed: ids whose facts are now others; source, on, by, now",
)
journeys_written = Hook("journeys_written", "journeys began, ended, or have other dates: ids, source, by, now")
journeys_redirected = Hook("journeys_redirected", "journeys lead to another place: ids")
journeys_removed = Hook(
    "journeys_removed", "journeys made by an act that is taken back are gone: members (ids), by, now"
)
members_made = Hook("members_made", "records of persons were made: ids")
members_placed = Hook("members_placed", "members got another home or mobile branch, by whatever act: ids")
evidence_withdrawn = Hook("evidence_withdrawn", "an act was taken back, with what it had proved: members (ids), now")
members_bound = Hook("members_bound", "which of these persons must stay, for something hangs on them: ids -> ids")
members_removed = Hook("members_removed", "persons made by an act that is taken back are about to go: ids")
member_restricted = Hook("member_restricted", "限制知悉 was set or lifted: member")
batch_applied = Hook("batch_applied", "an import was applied: batch, by")
batch_undone = Hook("batch_undone", "an import was taken back: batch, by")
access_refused = Hook("access_refused", "a right was missing: by, method, path (no query)")
account_wanted = Hook(
    "account_wanted", "a user name asked for belongs to an account out of the asker's reach: organisation, user, by"
)
access_opened = Hook("access_opened", "who sees no personal data printed a slip for an account that does: user, by")
closing_blockers = Hook("closing_blockers", "why this organisation cannot be closed: organisation -> list of sentences")
merge_blockers = Hook("merge_blockers", "why two records cannot be merged: kept, gone -> list of sentences")
