"""Channels that leave the machine: a webhook (an SMS or chat gateway of the county's) and mail to an office.

Neither is there unless the settings name where to. What goes out is the title of a message, which names no member; the rest is
read in the portal. Sent from a thread of its own, so that no page waits for somebody else's server; a note that cannot be
sent is logged and dropped: the message itself stands in the portal.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage

from branches.models import Organisation
from core import channels
from core.channels import Note

logger = logging.getLogger(__name__)
SECONDS = 5
MOST_WAITING = 10_000


class Outside(ABC):
    """``carry`` one note after the other, in the order in which they were told."""

    name = ""

    def __init__(self) -> None:
        self._waiting: queue.Queue[tuple[Note, str]] = queue.Queue(MOST_WAITING)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    @abstractmethod
    def carry(self, note: Note, unit: str) -> None:
        """Send it; ``unit``: the short name of the organisation told, "" for one account. May raise OSError."""

    def send(self, note: Note) -> None:
        unit = ""
        if note.organisation_path:
            unit = Organisation.objects.only("short_name").get(path=note.organisation_path).short_name
        self._waiting.put_nowait((note, unit))
        with self._starting:  # a server forks before it serves: the thread begins with the first note
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name=f"channel-{self.name}", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            note, unit = self._waiting.get()
            try:
                self.carry(note, unit)
            except OSError as error:
                logger.warning("channel %s: not sent (%s)", self.name, type(error).__name__)
            finally:
                self._waiting.task_done()


class Webhook(Outside):
    """POST {"to": public id of an account or "", "unit": "...", "text": "..."} as JSON."""

    name = "webhook"

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def carry(self, note: Note, unit: str) -> None:
        body = json.dumps({"to": note.to, "unit": unit, "text": note.text}, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        request = urllib.request.Request(self._url, body, headers, method="POST")  # noqa: S310 register() lets http only
        with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310 the same
            pass


class Mail(Outside):
    """To the addresses of an office; what is told to one account alone is not mailed."""

    name = "mail"

    def __init__(self, to: Sequence[str]) -> None:
        super().__init__()
        self._to = list(to)

    def carry(self, note: Note, unit: str) -> None:
        if unit:
            EmailMessage(f"{unit}：{note.text}", "请登录流动党员管理平台查看。", to=self._to).send()


def register() -> None:
    """Whatever the settings name. Raises ValueError for a webhook that is no address."""
    if settings.NOTICE_WEBHOOK:
        if not settings.NOTICE_WEBHOOK.startswith(("https://", "http://")):
            raise ValueError("NOTICE_WEBHOOK 要以 https:// 开头")
        channels.register(Webhook(settings.NOTICE_WEBHOOK))
    if settings.NOTICE_MAIL:
        channels.register(Mail(settings.NOTICE_MAIL))
