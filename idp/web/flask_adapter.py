"""Flask at the edge: its request becomes a value, and an answer becomes its response."""

from __future__ import annotations

from flask import Response, request
from werkzeug.datastructures import MultiDict

from idp.web.activity import activity, request_context
from idp.web.answer import Answer
from idp.web.cookies import own_cookies
from idp.web.web_request import NO_FIELDS, WebRequest


def read_request() -> WebRequest:
    """Return the request that Flask is answering, with its form if it is a POST.

    Raises Werkzeug's ``HTTPException`` for a form that is too large.
    """
    return _request_with(request.form if request.method == "POST" else NO_FIELDS)


def read_request_head() -> WebRequest:
    """Return the request without its form, which may not have arrived or be too large."""
    return _request_with(NO_FIELDS)


def as_response(answer: Answer) -> Response:
    """Return the answer as Flask sends it."""
    return Response(answer.body, answer.status, list(answer.headers))


def _request_with(form: MultiDict[str, str]) -> WebRequest:
    return WebRequest(
        method=request.method,
        path=request.path,
        query=request.query_string,
        form=form,
        cookies=own_cookies(request.cookies),
        headers=request.headers,
        request_context=request_context(),
        activity=activity(),
    )
