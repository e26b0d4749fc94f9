"""Free text of a sweep, and from whom the level above has what it keys in (代录)."""

from __future__ import annotations

import datetime as dt

from core import clock
from core.actors import Actor
from core.domain.freetext import without_numbers
from core.errors import UserError
from sweeps.blockers import NO_NAME, is_above
from sweeps.models import Return


def plain(text: str, most: int = 200) -> str:
    """Free text without numbers of persons: it lies in the clear."""
    return without_numbers(text.strip())[:most]


def words(text: str, missing: str, most: int = 200) -> str:
    """As :func:`plain`. Raises UserError with the sentence ``missing`` where nothing is left."""
    found = plain(text, most)
    if not found:
        raise UserError(missing, "missing")
    return found


def told_by(of: Return, on_behalf: str, by: Actor, missing: str = NO_NAME) -> str:
    """Who provided it, as it is kept. Raises UserError where the level above does not say."""
    name = plain(on_behalf, 60)
    if not name and is_above(of, by):
        raise UserError(missing, "on_behalf_missing")
    return name


def day_in(text: str) -> dt.date:
    """Raises UserError where it is no date."""
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError as error:
        raise UserError(f"请填写日期，如 {clock.today():%Y-%m-%d}。", "date_missing") from error
