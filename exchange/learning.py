"""What the portal has learned about an organisation's files, for reading; writing is in ``exchange.actions.learned``."""

from __future__ import annotations

import re
from typing import Any

from branches.models import Organisation
from core.columns import plain_heading
from core.domain.cells import clean_text
from core.paths import ancestors
from exchange.models import LearnedMapping, LearnedValue

_NUMBER = re.compile(r"\d{7}")


def plain(text: Any) -> str:
    return clean_text(text)[:120]


def heading(text: Any) -> str:
    return plain_heading(text)[:120]


def is_of_everybody(text: str) -> bool:
    """What holds for later files too: nothing with a person's number in it, which would lie in the clear."""
    return _NUMBER.search(text) is None


def mappings_for(organisation: Organisation | None) -> dict[str, dict[str, str | None]]:
    """Column key (None: leave it) by plain heading by kind, for files of this organisation.

    What was learned nearer to it wins over what was learned above it.
    """
    found: dict[str, dict[str, str | None]] = {}
    if organisation is not None:
        learned = LearnedMapping.objects.unscoped().filter(path__in=ancestors(organisation.path))
        for kind, text, key in learned.order_by("path").values_list("kind", "heading", "key"):
            found.setdefault(kind, {})[text] = key or None
    return found


def taught(path: str, kind: str) -> dict[str, LearnedMapping]:
    """What holds at ``path`` by plain heading, with who taught it: the nearest organisation's word wins."""
    learned = LearnedMapping.objects.unscoped().filter(path__in=ancestors(path), kind=kind)
    return {one.heading: one for one in learned.order_by("path")}


def values_for(organisation: Organisation | None) -> dict[tuple[str, str], str]:
    """Canonical value by (column key, text), likewise."""
    if organisation is None:
        return {}
    learned = LearnedValue.objects.unscoped().filter(path__in=ancestors(organisation.path)).order_by("path")
    return {(key, text): value for key, text, value in learned.values_list("key", "text", "value")}
