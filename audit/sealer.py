"""The hash chain over the log: events get their place and hash within a minute, one sealer at a time.

Events are written in the transaction of what they tell of and wait for nobody; only the sealer needs an order.
A hash covers the one before it and the row's MAC, so a row that was changed, removed or slipped in later
shows. Whoever also removes the end of the chain is found by the head that was written down elsewhere
(``verify_audit`` prints it).
"""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction

from audit.actions import canonical
from audit.models import Event, Seal
from core import clock, crypto
from core.bulk import lock

GENESIS = bytes(32)
LOOK_BACK = 100_000  # ids below the highest sealed one that a long transaction may still bring
MOST_AT_ONCE = 50_000
_CHUNK = 2_000
UNSEALED_AFTER = dt.timedelta(minutes=15)


@dataclass(frozen=True)
class Finding:
    """``kind``: changed | removed | inserted | unsealed; ``number``: place in the chain, 0 where there is none."""

    kind: str
    number: int
    text: str


@dataclass
class Verdict:
    """``head``: number and hash of the last seal; keep them outside the database."""

    checked: int = 0
    head: tuple[int, str] = (0, "")
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.findings


def seal_new_events() -> int:
    """Give every event that has none its place in the chain; the number sealed. Safe to call at any time."""
    with transaction.atomic():
        lock("audit.sealer")
        last = Seal.objects.order_by("-number").first()
        number, previous = (last.number, bytes(last.hash)) if last else (0, GENESIS)
        highest = Seal.objects.order_by("-event_id").values_list("event_id", flat=True).first() or 0
        waiting = (
            Event.objects.unscoped()
            .filter(pk__gt=highest - LOOK_BACK, seal__isnull=True)
            .order_by("pk")
            .values_list("pk", "mac")[:MOST_AT_ONCE]
        )
        seals = []
        for pk, mac in waiting:
            number += 1
            previous = link(previous, bytes(mac))
            seals.append(Seal(number=number, event_id=pk, hash=previous))
        Seal.objects.bulk_create(seals, batch_size=_CHUNK)
    return len(seals)


def link(previous: bytes, mac: bytes) -> bytes:
    return crypto.sm3(previous + mac)


def verify_chain(*, expected_head: tuple[int, str] | None = None, now: dt.datetime | None = None) -> Verdict:
    """Walk the whole chain. ``expected_head``: one that was printed earlier; the chain must still hold it."""
    verdict = Verdict()
    previous, number = GENESIS, 0
    for seal in _seals():
        if seal.number != number + 1:
            missing = f"第 {number + 1} 条" if seal.number == number + 2 else f"第 {number + 1} 至 {seal.number - 1} 条"
            verdict.findings.append(Finding("removed", number + 1, f"链上缺少{missing}记录。"))
        elif link(previous, bytes(seal.event.mac)) != bytes(seal.hash):
            verdict.findings.append(
                Finding("inserted", seal.number, f"第 {seal.number} 条与前一条接不上，可能被替换或插入。")
            )
        if not is_genuine(seal.event):
            verdict.findings.append(
                Finding("changed", seal.number, f"第 {seal.number} 条的内容与校验值不符，被改动过。")
            )
        number, previous = seal.number, bytes(seal.hash)
        if expected_head and number == expected_head[0] and previous.hex() != expected_head[1]:
            verdict.findings.append(Finding("changed", number, f"第 {number} 条与以前记下的链值不同。"))
        verdict.checked += 1
    verdict.head = (number, previous.hex()) if number else (0, "")
    if expected_head and number < expected_head[0]:
        text = f"链止于第 {number} 条，以前记下的是第 {expected_head[0]} 条，末尾的记录被去掉了。"
        verdict.findings.append(Finding("removed", number + 1, text))
    verdict.findings += _unsealed(now or clock.now())
    return verdict


def is_genuine(event: Event) -> bool:
    """Whether the row is as the portal wrote it: the MAC needs the key, which is not in the database."""
    return hmac.compare_digest(crypto.mac(canonical(event)), bytes(event.mac))


def _seals() -> Iterator[Seal]:
    return Seal.objects.select_related("event").order_by("number").iterator(chunk_size=_CHUNK)


def _unsealed(now: dt.datetime) -> list[Finding]:
    """Events that wait: forged ones at once, genuine ones when the sealer should long have come by."""
    found = []
    for event in Event.objects.unscoped().filter(seal__isnull=True).order_by("pk").iterator(chunk_size=_CHUNK):
        if not is_genuine(event):
            found.append(Finding("inserted", 0, f"{event.at:%Y-%m-%d %H:%M} 的一条记录不是本系统写入的。"))
        elif event.at < now - UNSEALED_AFTER:
            found.append(Finding("unsealed", 0, f"{event.at:%Y-%m-%d %H:%M} 的一条记录一直没有封存，请检查定时任务。"))
    return found
