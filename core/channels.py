"""Ways on which the portal tells people something. Nothing leaves the machine unless somebody registers such a way.

A channel gets a :class:`Note`: a sentence without names, numbers or addresses of members, because a channel may show
it on a locked phone.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Protocol

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Note:
    """``to``: public id of an account, or "" for the staff of the organisation at ``organisation_path``."""

    to: str
    organisation_path: str
    text: str


class Channel(Protocol):
    """``send`` is called after the commit, must be quick, and may fail without any harm to what was told in-app."""

    name: str

    def send(self, note: Note) -> None: ...


class Console:
    """Writes that something was told (not what) to the log: for operators, and as the pattern of a channel."""

    name = "console"

    def send(self, note: Note) -> None:
        logger.debug("told %s", note.to or f"the staff at {note.organisation_path}")


_channels: dict[str, Channel] = {}


def register(channel: Channel) -> None:
    _channels[channel.name] = channel


def send(note: Note) -> None:
    """Offer the note to every registered channel; one that fails is logged and stops nobody."""
    for channel in _channels.values():
        try:
            channel.send(note)
        except Exception:
            logger.exception("channel %s failed", channel.name)


register(Console())
