"""Who may open a view at all. Rights inside the portal are the actor's; this is only about signing in."""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Mark a view that needs nobody signed in (`accounts.middleware.ActingUser` asks for the mark)."""
    view.public = True  # type: ignore[attr-defined] # a mark on a function
    return view
