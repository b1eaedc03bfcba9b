"""Flask before the sign-in: each view reads the request, asks the host, and answers."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response
from flask import request as flask_request

from adapter.errors import TallystickError
from idp.signin.host import GET, NAME, Endpoint, SignInHost, routes, take_untyped_body_for_form
from idp.web.flask_adapter import as_response, read_request, read_request_head


def blueprint(host: SignInHost, *, front_page: bool = True) -> Blueprint:
    """Return the sign-in as a Flask blueprint without a prefix.

    With *front_page* it answers ``/`` too, which the demo does itself.
    """
    made = Blueprint(NAME, __name__)
    if front_page:
        made.add_url_rule("/", "home", _view(host, host.endpoints.home), methods=GET)
    for path, name, endpoint, methods in routes(host.endpoints):
        made.add_url_rule(path, name, _view(host, endpoint), methods=methods)
    made.register_error_handler(TallystickError, _error_view(host))
    made.before_request(lambda: host.begin(read_request_head()))
    made.after_request(_end_view(host))
    return made


def _view(host: SignInHost, endpoint: Endpoint) -> Callable[..., Response]:
    """Return the view of one address."""

    def answer_request(**path_values: str) -> Response:
        take_untyped_body_for_form(flask_request)
        request = read_request()

        answer = host.answer(request, endpoint, **path_values)

        return as_response(answer)

    return answer_request


def _error_view(host: SignInHost) -> Callable[[TallystickError], Response]:
    """Return the view of whatever an endpoint refuses, or cannot do."""

    def answer_error(error: TallystickError) -> Response:
        request = read_request_head()

        answer = host.answer_error(error, request)

        return as_response(answer)

    return answer_error


def _end_view(host: SignInHost) -> Callable[[Response], Response]:
    """Return what is called with each response before it is sent."""

    def end_request(response: Response) -> Response:
        request, location = read_request_head(), response.headers.get("Location", "")

        host.end(request, status=response.status_code, location=location)

        return response

    return end_request
