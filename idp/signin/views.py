"""Flask before the sign-in: each view asks the host, and answers."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response

from adapter.errors import TallystickError
from idp.signin.host import GET, NAME, Endpoint, SignInHost, addresses
from idp.web.activity import current_exchange
from idp.web.flask_adapter import as_response


def blueprint(host: SignInHost, *, front_page: bool = True) -> Blueprint:
    """Return the sign-in as a Flask blueprint without a prefix.

    With *front_page* it answers ``/`` too, which the demo does itself.
    """
    made = Blueprint(NAME, __name__)
    if front_page:
        made.add_url_rule("/", "home", _view(host, host.endpoints.home), methods=GET)
    for path, name, endpoint, methods in addresses(host.endpoints):
        made.add_url_rule(path, name, _view(host, endpoint), methods=methods)
    made.register_error_handler(TallystickError, _error_view(host))
    made.before_request(lambda: host.begin(current_exchange()))
    made.after_request(_end_view(host))
    return made


def _view(host: SignInHost, endpoint: Endpoint) -> Callable[..., Response]:
    """Return the view of one address."""

    def answer_request(**path_values: str) -> Response:
        return as_response(host.answer(endpoint, current_exchange(), **path_values))

    return answer_request


def _error_view(host: SignInHost) -> Callable[[TallystickError], Response]:
    """Return the view of whatever an endpoint refuses, or cannot do."""

    def answer_error(error: TallystickError) -> Response:
        return as_response(host.answer_error(error, current_exchange()))

    return answer_error


def _end_view(host: SignInHost) -> Callable[[Response], Response]:
    """Return what is called with each response before it is sent."""

    def end_request(response: Response) -> Response:
        location = response.headers.get("Location", "")
        host.end(current_exchange(), status=response.status_code, location=location)
        return response

    return end_request
