"""``Idempotency-Key``: a POST that makes something can be sent again without making two.

The key is stored in a transaction of its own before the change, and the answer in the transaction
of the change: who repeats the request within a day gets the same answer. Keys belong to the actor.
Of the request there is a digest, keyed with the farm's secret because bodies hold passwords; the
answer, which may show a new token, is sealed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import Response, request

from adapter.errors import TallystickError, Unavailable
from idp.admin.api.json_body import bytes_of_body
from idp.audit.errors import ChangeConflict
from idp.web.http_status import RETRY_SOON

if TYPE_CHECKING:
    from idp.services import Services

HEADER = "Idempotency-Key"
REPEATED = "Idempotency-Replayed"
"""The header of an answer that was given before."""
LIFETIME = timedelta(days=1)
KEPT_HEADERS = ("Content-Type", "Location")
MAX_KEPT = 256 * 1024
"""Bytes of an answer that can be given again."""

_KEY = re.compile(r"[!-~]{1,255}")


class BadKey(TallystickError):
    """Raised for a key that cannot be one."""

    code = "bad_idempotency_key"


class KeyReused(TallystickError):
    """Raised for a key that was sent with another request."""

    code = "idempotency_key_reused"


class KeyInUse(TallystickError):
    """Raised while the first request with this key is under way."""

    code = "idempotency_key_in_use"
    headers = (RETRY_SOON,)


class Idempotency:
    """Answers requests that name a key."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._store = services.repeated_requests
        self._seal = services.sealer.purpose("idempotent answer")
        self._secret = services.sealer.key("idempotent request")

    def answer(self, make: Callable[[], Response]) -> Response:
        """Return what *make* answers, or what it answered before with the key of this request."""
        key, wanted = self._key(), self._digest(request.method, request.full_path, bytes_of_body())
        now = self._services.clock.now()
        known = self._store.claim(key, wanted, now, now + LIFETIME)
        if known is None:
            return self._first(key, now, make)
        if known.request != wanted:
            raise KeyReused(
                f"This {HEADER} was sent with another request", "Send a new key for each request"
            )
        if known.answer is None:
            raise KeyInUse("The first request with this key is under way", "Try again in a second")
        return self._read(known.answer, key)

    def _first(self, key: str, claimed_at: datetime, make: Callable[[], Response]) -> Response:
        try:
            with self._services.changes.store.together():
                answer = make()
                if not self._store.keep(key, claimed_at, self._sealed(answer, key)):
                    raise ChangeConflict("The request took too long", "Send it again")
        except BaseException:
            with suppress(Unavailable):
                self._store.forget(key, claimed_at)
            raise
        return answer

    def _key(self) -> str:
        """Return what is stored of the key of this request."""
        text = request.headers[HEADER]
        if _KEY.fullmatch(text) is None:
            raise BadKey(f"{HEADER} is not a key", "Send at most 255 characters, such as a UUID")
        actor = self._services.changes.actor
        return self._digest(actor.role, actor.name, text.encode())

    def _digest(self, first: str, second: str, content: bytes) -> str:
        parts = (first.encode(errors="replace"), second.encode(errors="replace"), content)
        spelt = b"".join(b"%d:%b" % (len(part), part) for part in parts)
        return hmac.new(self._secret, spelt, hashlib.sha256).hexdigest()

    def _sealed(self, answer: Response, key: str) -> str:
        headers = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
        kept: dict[str, Any] = {
            "status": answer.status_code,
            "headers": headers,
            "body": answer.get_data(True),
        }
        if len(answer.get_data()) > MAX_KEPT:
            kept = {"too_long": True}
        return self._seal.seal(kept, bound_to=key)

    def _read(self, sealed: str, key: str) -> Response:
        kept = self._seal.open(sealed, bound_to=key)
        if "too_long" in kept:
            raise KeyInUse("The first request was carried out", "Read what it has made")
        answer = Response(kept["body"], kept["status"], kept["headers"])
        answer.headers[REPEATED] = "true"
        return answer
