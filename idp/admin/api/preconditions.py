"""``ETag``, ``If-Match`` and ``If-None-Match`` (RFC 9110 section 13) of the REST API.

The ETag of an address is a digest of what a GET answers there. An address that cannot be read has
that of the nearest address above it: ``/keys`` for ``/keys/THUMBPRINT``. A change with a condition
compares the ETag in the transaction that makes the change, so that of two changes that name the
same ETag only one is made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from flask import Response, request

from adapter.errors import TallystickError
from idp.audit.errors import ChangeConflict
from idp.web.http_status import status_of

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

Answer = Callable[[], Response]

MAX_TRIES = 5
"""How often a change is tried whose transaction another one keeps from being committed."""


class Together(Protocol):
    """Makes one transaction (:meth:`~idp.audit.changes.ChangeStore.together`)."""

    def __call__(self, *, exclusive: bool) -> AbstractContextManager[None]:
        """Begin it."""


class PreconditionFailed(TallystickError):
    """Raised for a change whose condition does not hold: nothing is changed."""

    code = "precondition_failed"


def tagged(answer: Response) -> Response:
    """Return the answer of a GET with its ETag, or 304 if the client has it already."""
    if answer.status_code != 200 or not answer.is_json:
        return answer
    etag = _etag_of(answer)
    if request.if_none_match.contains_weak(etag):
        answer = Response(status=304)
    answer.set_etag(etag)
    return answer


def has_condition() -> bool:
    """Say whether this change is made only on a condition."""
    return "If-Match" in request.headers or "If-None-Match" in request.headers


def change_if(current: Answer | None, change: Answer, together: Together) -> Response:
    """Make a change if the conditions of the request hold, in one transaction.

    *current* answers a GET. Raises :class:`PreconditionFailed`.
    """
    for tries_left in reversed(range(MAX_TRIES)):
        try:
            with together(exclusive=True):
                _must_hold(_current_etag(current) if current else None)
                return change()
        except ChangeConflict:
            if not tries_left:
                raise
    raise AssertionError("the last try returns or raises")


def _must_hold(etag: str | None) -> None:
    """Check the conditions; *etag* is None if there is nothing at the address."""
    if "If-Match" in request.headers and not (etag and request.if_match.contains(etag)):
        raise PreconditionFailed(
            "What is there now is not what If-Match names", "Read it again, then repeat the change"
        )
    if etag and request.if_none_match.contains_weak(etag):
        raise PreconditionFailed(
            "There is something at this address already", "Leave If-None-Match out to change it"
        )


def _current_etag(current: Answer) -> str | None:
    try:
        return _etag_of(current())
    except TallystickError as error:
        if status_of(error) == 404:
            return None
        raise


def _etag_of(answer: Response) -> str:
    return hashlib.sha256(answer.get_data()).hexdigest()[:32]
