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
evidence_recorded = Hook("evidence_recorded", "member_ids, fields, source, on, by")
batch_applied = Hook("batch_applied", "an import was applied: batch, by")
batch_undone = Hook("batch_undone", "an import was taken back: batch, by")
access_refused = Hook("access_refused", "a right was missing: by, method, path (no query)")
closing_blockers = Hook("closing_blockers", "why this organisation cannot be closed: organisation -> list of sentences")
merge_blockers = Hook("merge_blockers", "why two records cannot be merged: kept, gone -> list of sentences")
