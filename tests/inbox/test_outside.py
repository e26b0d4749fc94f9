"""Channels that leave the machine: only where the settings say so, only titles, and nobody waits for them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from core import channels
from core.channels import Note
from inbox import actions, outside
from inbox.outside import Mail, Webhook

pytestmark = pytest.mark.django_db


@pytest.fixture
def gateway() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server somewhere else: its address, and what it was sent."""
    heard: list[dict[str, Any]] = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", heard
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def registered(settings: Any, monkeypatch: Any) -> Any:
    def names(**given: Any) -> list[str]:
        monkeypatch.setattr(channels, "_channels", {})
        for name, value in given.items():
            setattr(settings, name, value)
        outside.register()
        return list(channels._channels)

    return names


def test_nothing_leaves_unless_the_settings_name_where_to(registered: Any) -> None:
    assert registered() == []
    assert registered(NOTICE_WEBHOOK="https://gateway.example/x", NOTICE_MAIL=["zzb@example.gov.cn"]) == [
        "webhook",
        "mail",
    ]
    with pytest.raises(ValueError, match="https"):
        registered(NOTICE_WEBHOOK="file:///etc/passwd")


def test_the_webhook_gets_the_title_and_whom_it_is_for(
    gateway: Any, monkeypatch: Any, town: Any, town_user: Any, django_capture_on_commit_callbacks: Any
) -> None:
    url, heard = gateway
    webhook = Webhook(url)
    monkeypatch.setattr(channels, "_channels", {"webhook": webhook})
    with django_capture_on_commit_callbacks(execute=True):
        actions.tell(town, "请报送零报告", "里面写着是谁")
        actions.tell(town_user, "已退回")
    webhook._waiting.join()
    assert heard == [
        {"to": "", "unit": town.short_name, "text": "请报送零报告"},
        {"to": town_user.public_id, "unit": "", "text": "已退回"},
    ]


def test_a_server_that_is_away_is_logged_and_the_next_note_goes_out(
    gateway: Any, monkeypatch: Any, caplog: Any
) -> None:
    url, heard = gateway
    webhook = Webhook("http://127.0.0.1:9/")
    webhook.send(Note("someone", "", "没送到"))
    webhook._waiting.join()
    assert "channel webhook: not sent" in caplog.text
    assert "没送到" not in caplog.text
    webhook._url = url
    webhook.send(Note("someone", "", "送到了"))
    webhook._waiting.join()
    assert [one["text"] for one in heard] == ["送到了"]


def test_an_office_is_mailed_what_its_unit_is_told(town: Any, mailoutbox: Any) -> None:
    mail = Mail(["zzb@example.gov.cn"])
    mail.send(Note("", town.path, "请报送零报告"))
    mail.send(Note("someone", "", "只给一个人的"))
    mail._waiting.join()
    (sent,) = mailoutbox
    assert sent.subject == f"{town.short_name}：请报送零报告"
    assert sent.to == ["zzb@example.gov.cn"]
