"""Papers of organisations that move say where these are now."""

from __future__ import annotations

from typing import Any

from members.moves import carry
from reports.models import Paper


def subtree_moved(*, old_path: str, new_path: str, **_: Any) -> None:
    carry(((Paper, "path"),), old_path, new_path)
