"""``Idempotency-Key``: a POST that is sent twice happens once, and both get the same answer.

The key is taken in a transaction of its own before anything is done, so that a second request finds it while the first
one runs; the answer is kept in the transaction of the deed, so that there is never one without the other. A refusal gives the
key back: nothing was done, and the mended request may use it again.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.problems import Refusal
from core.crypto import blind, seal, unseal
from core.models import ApiAnswer

HEADER = "Idempotency-Key"
KEY = r"^[A-Za-z0-9_-]{8,64}$"
KEPT = dt.timedelta(days=2)
GIVEN_UP = dt.timedelta(seconds=90)  # longer than the web server lets a request run: whoever held the key is gone
HEADERS = ("ETag", "Location")


def once(request: Request, client: str, act: Callable[[], Response]) -> Response:
    """The answer of ``act``, or the one that the same request got before. Raises Refusal."""
    key = request.headers.get(HEADER, "")
    if not re.fullmatch(KEY, key):
        text = "POST 请求要带请求头 Idempotency-Key：每件事一个，8 至 64 位字母、数字、- 或 _。重发同一件事时用同一个。"
        raise Refusal(400, "idempotency_key", text)
    django = request._request
    mark = blind("\n".join((str(django.method), django.path, django.body.decode("utf-8", "replace"))), "api-answer")
    now = clock.now()
    if (before := _taken(client, key, mark, now)) is not None:
        return before
    mine = ApiAnswer.objects.filter(client=client, key=key, at=now)
    try:
        with transaction.atomic():
            answer = act()
            if not mine.update(answer=seal(_packed(answer), _context(client, key))):
                raise Refusal(409, "in_progress", "这个请求等得太久，已由重发的那一个接着办理。")
    except BaseException:
        mine.filter(answer="").delete()
        raise
    return answer


def _taken(client: str, key: str, mark: str, now: dt.datetime) -> Response | None:
    """None: the key is ours now. Otherwise what was answered before. Raises Refusal."""
    try:
        with transaction.atomic():
            ApiAnswer.objects.create(client=client, key=key, mark=mark, at=now)
            return None
    except IntegrityError:
        found = ApiAnswer.objects.filter(client=client, key=key).first()
    if found is not None and found.mark != mark:
        text = "这个 Idempotency-Key 已经用于另一个请求。不同的事请用不同的键。"
        raise Refusal(422, "idempotency_key_used", text)
    if found is not None and found.answer:
        return _unpacked(unseal(found.answer, _context(client, key)))
    if ApiAnswer.objects.filter(client=client, key=key, answer="", at__lt=now - GIVEN_UP).update(at=now):
        return None
    raise Refusal(409, "in_progress", "同一个请求正在办理，请稍等几秒再用同一个键重发。")


def _context(client: str, key: str) -> str:
    return f"api-answer:{client}:{key}"


def _packed(answer: Response) -> str:
    headers = {name: answer[name] for name in HEADERS if name in answer}
    return json.dumps([answer.status_code, headers, answer.data], ensure_ascii=False)


def _unpacked(text: str) -> Response:
    status, headers, data = json.loads(text)
    return Response(data, status=status, headers={**headers, "Idempotency-Replayed": "true"})


def forget(now: dt.datetime) -> None:
    """Answers that nobody will ask for again."""
    ApiAnswer.objects.filter(at__lt=now - KEPT).delete()


def client_of(request: Request) -> str:
    """Whose keys they are: a token's own, otherwise the signed-in person's."""
    token: Any = request._request.api_token  # type: ignore[attr-defined] # the middleware's
    user: Any = request.user
    return str((token or user).public_id)
