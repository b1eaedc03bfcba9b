"""Flask at the edge: its request becomes a value, and an answer becomes its response."""

from __future__ import annotations

from flask import Response

from idp.web.activity import current_exchange
from idp.web.answer import Answer
from idp.web.web_request import WebRequest


def read_request() -> WebRequest:
    """Return the request that Flask is answering, with its form if it is a POST.

    Raises Werkzeug's ``HTTPException`` for a form that is too large.
    """
    return current_exchange().request()


def read_request_head() -> WebRequest:
    """Return the request without its form, which may not have arrived or be too large."""
    return current_exchange().head()


def as_response(answer: Answer) -> Response:
    """Return the answer as Flask sends it."""
    return Response(answer.body, answer.status, list(answer.headers))
