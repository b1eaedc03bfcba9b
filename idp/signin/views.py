"""Flask's views of ``/adfs/``: each reads the request, asks what to answer, and answers."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response
from flask import request as flask_request

from adapter.errors import TallystickError
from idp.audit.verbose import VerboseAudit
from idp.recorder.recorder import Recorder
from idp.signin import paths, recorded
from idp.signin.error_handlers import ErrorHandler
from idp.web.answer import Answer
from idp.web.flask_adapter import as_response, read_request, read_request_head

FORM = "application/x-www-form-urlencoded"

Endpoint = Callable[..., Answer]
"""Takes a :class:`~idp.web.web_request.WebRequest`, and the variable parts of its path."""


def view(endpoint: Endpoint) -> Callable[..., Response]:
    """Return the view of one address."""

    def answer_request(**path_values: str) -> Response:
        _take_untyped_body_for_form()
        request = read_request()

        answer = endpoint(request, **path_values)

        recorded.answered(request, answer)
        return as_response(answer)

    return answer_request


def _take_untyped_body_for_form() -> None:
    """Read a body without ``Content-Type`` as a form: Amazon's Python driver sends none.

    A browser can be made to send such a body by another site, with ``Origin`` like any other form.
    """
    if flask_request.path.startswith(paths.LS) and not flask_request.content_type:
        flask_request.environ["CONTENT_TYPE"] = FORM


def error_view(errors: ErrorHandler) -> Callable[[TallystickError], Response]:
    """Return the view of whatever an endpoint refuses, or cannot do."""

    def answer_error(error: TallystickError) -> Response:
        request = read_request_head()

        answer = errors.answer(error, request)

        recorded.answered(request, answer)
        return as_response(answer)

    return answer_error


def audit_view(verbose: VerboseAudit) -> Callable[[Response], Response]:
    """Return what is called with each response before it is sent."""

    def audit_response(response: Response) -> Response:
        request, location = read_request_head(), response.headers.get("Location", "")

        verbose.request_answered(request, status=response.status_code, location=location)

        return response

    return audit_response


def begin_recording(recorder: Recorder) -> Callable[[], None]:
    """Return what is called before each request: its steps are recorded."""

    def record_request() -> None:
        request = read_request_head()

        activity = request.activity
        activity.recording = recorder.begin(activity.id, request.client_ip)

    return record_request


def end_recording(recorder: Recorder) -> Callable[[Response], Response]:
    """Return what is called with each response before it is sent: its steps are stored."""

    def store_steps(response: Response) -> Response:
        activity = read_request_head().activity

        if activity.recording is not None:
            recorder.finish(activity.id, activity.recording)

        return response

    return store_steps
