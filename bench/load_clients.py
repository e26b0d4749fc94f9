"""The thirty who ask the portal: secretaries with their cards, towns and county with their lists, two programs.

Each answer is looked at: whose members its links lead to, whether the page is the one that was asked for, whether a write
came back as written. What was written is counted here and compared with the database afterwards.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlencode

MEMBER = re.compile(r"/members/([b-z]{24})/")
CSRF = "c" * 32
PATIENCE = 2.0  # what is so late that it falls beyond the end is not sent any more: the rate says so
FORM = "application/x-www-form-urlencoded"


class WrongAnswer(AssertionError):
    """An answer that is not what was asked for."""


class Inputs(HTMLParser):
    """Name and value of the inputs of the forms of a page, as a browser would send them untouched."""

    def __init__(self) -> None:
        super().__init__()
        self.values: list[tuple[str, str]] = []
        self.name, self.text, self.select = "", "", ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("name"):
            if given.get("type") not in ("checkbox", "radio", "submit") or "checked" in given:
                self.values.append((given["name"], given.get("value") or ""))
        elif tag == "textarea":
            self.name, self.text = given.get("name", ""), ""
        elif tag == "select":
            self.select = given.get("name", "")
        elif tag == "option" and "selected" in given and self.select:
            self.values.append((self.select, given.get("value") or ""))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.values.append((self.name, self.text.lstrip("\n")))
        elif tag == "select":
            self.select = ""


def inputs(page: str) -> dict[str, str]:
    reader = Inputs()
    reader.feed(page)
    return dict(reader.values)


@dataclass
class World:
    """What every client may know: members by id (path, name), returns by path, the sweep that is open."""

    sweep: str
    returns: dict[str, str]
    members: list[tuple[str, str, str]]
    paths: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.paths = {public_id: path for public_id, path, _name in self.members}


@dataclass
class Done:
    """``took``: (what, seconds, status) of each request; the rest is compared with the database."""

    took: list[tuple[str, float]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)  # member -> the note written last
    edits: int = 0
    answered: set[str] = field(default_factory=set)
    people_seen: int = 0


class Client:
    def __init__(self, who: dict[str, Any], world: World, port: int, seed: int) -> None:
        self.who, self.world, self.port = who, world, port
        self.random = random.Random(seed)
        self.done = Done()
        self.own = [one for one in world.members if one[1].startswith(who["path"])]
        self.scheduled = 0.0
        self.connection: http.client.HTTPConnection | None = None
        self.cookie = f"session={who.get('session', '')}; csrf={CSRF}"

    # -- one request ------------------------------------------------------------------------------

    def ask(
        self, what: str, method: str, address: str, body: str = "", *, want: int = 200, **headers: str
    ) -> tuple[str, Any]:
        """The text and the headers of the answer. Counted from when it was due: waiting for the one before is waiting too."""
        if "token" in self.who:
            headers |= {"Authorization": f"Bearer {self.who['token']}"}
        else:
            headers |= {"Cookie": self.cookie, "X-CSRFToken": CSRF}
        begun = self.scheduled or time.perf_counter()
        self.scheduled = 0.0  # of several requests of one deed the next is due when the one before is answered
        response, text = self._send(method, address, body, headers)
        self.done.took.append((what, time.perf_counter() - begun))
        if response.status != want:
            raise WrongAnswer(f"{what} {address.partition('?')[0]}: {response.status}, not {want}: {text[:200]}")
        strangers = {
            one for one in MEMBER.findall(text) if not self.world.paths.get(one, "").startswith(self.who["path"])
        }
        self.done.people_seen += len(set(MEMBER.findall(text)))
        if strangers:
            raise WrongAnswer(f"{what}: leads to {len(strangers)} people of others")
        return text, response.headers

    def _send(self, method: str, address: str, body: str, headers: dict[str, str]) -> Any:
        for again in (True, False):
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                self.connection.request(method, address, body.encode() or None, headers)
                response = self.connection.getresponse()
                return response, response.read().decode()
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.connection.close()  # the server closes idle connections, and those of a worker that is renewed
                self.connection = None
                if not again or method != "GET":
                    raise
        raise AssertionError

    def expect(self, what: str, text: str, *parts: str) -> None:
        for part in parts:
            if part not in text:
                raise WrongAnswer(f"{what}: without {part[:40]!r}")

    def somebody(self) -> tuple[str, str, str]:
        return self.random.choice(self.own)

    # -- what people do ---------------------------------------------------------------------------

    def home(self) -> None:
        self.expect("home", self.ask("home", "GET", "/")[0], "</html>", "工作台")

    def members(self) -> None:
        query = self.random.choice(["", "?sort=name", "?sort=updated", "?kind=1", "?away=out", "?gap=any&size=50"])
        text, _ = self.ask("list", "GET", f"/members/{query}")
        self.expect("list", text, "</html>", "党员")

    def outflow(self) -> None:
        query = self.random.choice(["", "?mobility=province", "?sort=left_on", "?term=mobile"])
        self.expect("outflow", self.ask("outflow list", "GET", f"/journeys/out/{query}")[0], "</html>", "流出")

    def person(self) -> None:
        public_id, _path, name = self.somebody()
        self.expect("person", self.ask("person file", "GET", f"/members/{public_id}/")[0], "</html>", name, public_id)

    def search(self) -> None:
        _public_id, _path, name = self.somebody()
        text, _ = self.ask("search", "GET", f"/members/search/?q={quote(name)}")
        self.expect("search", text, "</html>", name)

    def edit(self) -> None:
        public_id, _path, _name = self.somebody()
        page, _ = self.ask("edit form", "GET", f"/members/{public_id}/edit/")
        given = inputs(page)
        note = f"备注{self.random.randrange(100000)}"
        given["note"] = note
        self.ask(
            "save edit", "POST", f"/members/{public_id}/edit/", urlencode(given), want=302, **{"Content-Type": FORM}
        )
        self.done.notes[public_id] = note
        self.done.edits += 1

    def card(self) -> None:
        """The next card, everything as it was: answered, and the page leads on."""
        queue = f"/returns/{self.world.returns[self.who['path']]}/queue/"
        page, _ = self.ask("next card", "GET", queue)
        found = re.search(rf"/sweeps/{self.world.sweep}/people/([b-z]{{24}})/", page)
        if found is None:
            raise WrongAnswer("next card: nobody is left")
        given = inputs(page) | {"do": "same", "way": "phone"}
        self.ask("answer card", "POST", found[0], urlencode(given), want=302, **{"Content-Type": FORM})
        if found[1] in self.done.answered:
            raise WrongAnswer("the same card twice")
        self.done.answered.add(found[1])

    def own_return(self) -> None:
        self.expect(
            "return", self.ask("return", "GET", f"/returns/{self.world.returns[self.who['path']]}/")[0], "</html>"
        )

    def sweep(self) -> None:
        self.expect("sweep", self.ask("sweep progress", "GET", f"/sweeps/{self.world.sweep}/")[0], "</html>", "排查")

    def overview(self) -> None:
        self.expect("overview", self.ask("overview", "GET", "/overview/")[0], "</html>")

    # -- what programs do -------------------------------------------------------------------------

    def api_list(self) -> None:
        side = self.random.choice(["members/?", "members/?away=out&", "journeys/?"])
        answer = json.loads(self.ask("api list", "GET", f"/api/v1/{side}size=50")[0])
        if len(answer["results"]) != 50 or not answer["next"]:
            raise WrongAnswer("api list: not a whole page")

    def api_edit(self) -> None:
        public_id, _path, name = self.somebody()
        address = f"/api/v1/members/{public_id}/"
        text, headers = self.ask("api member", "GET", address)
        self.expect("api member", text, name)
        note = f"接口{self.random.randrange(100000)}"
        sent = {"If-Match": headers["ETag"], "Content-Type": "application/json"}
        text, _ = self.ask("api edit", "PATCH", address, json.dumps({"note": note}), **sent)
        if json.loads(text)["note"] != note:
            raise WrongAnswer("api edit: another note came back")
        self.done.notes[public_id] = note
        self.done.edits += 1


MIXES: dict[str, dict[Callable[[Client], None], int]] = {
    "secretary": {Client.home: 10, Client.members: 12, Client.outflow: 8, Client.person: 20, Client.search: 10,
                  Client.card: 20, Client.edit: 8, Client.own_return: 12},
    "committee": {Client.home: 10, Client.members: 20, Client.outflow: 15, Client.person: 20, Client.search: 10, Client.edit: 10,
             Client.sweep: 15},
    "county": {Client.home: 10, Client.members: 25, Client.outflow: 20, Client.person: 15, Client.search: 10, Client.sweep: 20},
    "program": {Client.api_list: 60, Client.api_edit: 40},
}  # fmt: skip


def work(client: Client, until: float, pace: float, extra: dict[str, int]) -> None:
    """Deeds of the client's mix until ``until``. ``pace``: seconds from request to request on the average, 0 for none to wait."""
    mix = {deed.__name__: weight for deed, weight in MIXES[client.who["kind"]].items()}
    if client.who["kind"] in ("committee", "county"):
        mix |= extra
    due = time.perf_counter() + client.random.random() * pace
    while due < until and time.perf_counter() < until + PATIENCE:
        if pace:
            time.sleep(max(0.0, due - time.perf_counter()))
            client.scheduled = due
        before = len(client.done.took)
        (deed,) = client.random.choices(list(mix), list(mix.values()))
        try:
            getattr(client, deed)()
        except WrongAnswer as wrong:
            client.done.wrong.append(str(wrong))
        sent = max(1, len(client.done.took) - before)
        now = time.perf_counter()
        due = due + pace * sent * client.random.uniform(0.7, 1.3) if pace else now
