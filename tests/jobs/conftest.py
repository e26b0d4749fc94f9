from collections.abc import Callable, Iterator

import pytest

from core import handlers
from core.handlers import Handler


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Handler]]:
    """``handle("kind", function, ...)``: a handler registered for this test only."""
    monkeypatch.setattr(handlers, "_handlers", dict(handlers._handlers))

    def register(kind, run, **more):
        handler = Handler(kind, more.pop("title", "试一试"), run, **more)
        handlers.register(handler)
        return handler

    return register
