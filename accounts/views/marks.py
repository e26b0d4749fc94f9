"""The mark that this app's own pages carry for the middleware."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def before_duties(view: View) -> View:
    """Open while the password must still be changed or the second factor set up."""
    view.before_duties = True
    return view
