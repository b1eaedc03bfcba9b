"""Keeps what the federation server of a test received and sent: each web request with its steps.

It takes the recordings of the flight recorder in memory, and reads them when a test asks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from idp.management import timelines
from idp.recorder.store import TimelineQuery
from idp.testing.message_reading import received_in, sent_in
from idp.testing.message_values import HttpRequest, ReceivedRequest, SentResponse

if TYPE_CHECKING:
    from flask import Flask

    from idp.recorder.recording import Recording
    from idp.saml.values import ServiceProvider
    from idp.services import Services
    from idp.web.edge import Edge
    from idp.web.web_request import WebRequest

MAX_KEPT = 10_000
"""Web requests of one test that are kept: the newest ones."""
SECRET_HEADERS = ("cookie", "authorization", "proxy-authorization")


class _Answered(NamedTuple):
    recording: Recording
    activity_id: str
    http: HttpRequest


class MessageCapture:
    """The messages of one federation server, in the order in which they were answered."""

    def __init__(self) -> None:
        self._answered: deque[_Answered] = deque(maxlen=MAX_KEPT)

    def watch(self, app: Flask) -> None:
        """Take the messages of an application from now on."""
        edge: Edge = app.extensions["edge"]
        edge.watchers.append(self._take)

    def clear(self) -> None:
        """Forget all messages so far."""
        self._answered.clear()

    def received(self, services: Services) -> Iterator[ReceivedRequest]:
        """Yield every SAML message that was received."""
        found = timelines.search(services, TimelineQuery(), limit=MAX_KEPT)
        summaries = {each.activity_id: each for each in found}
        for recording, activity_id, http in tuple(self._answered):
            part = recording.part(activity_id)
            message = received_in(part, http, summaries.get(activity_id))
            if message is not None:
                yield message

    def sent(self, services: Services) -> Iterator[SentResponse]:
        """Yield every SAML message that was sent."""
        certificates = services.signing_keys.current().certificates
        trust_at = _finder(services)
        for recording, activity_id, _http in tuple(self._answered):
            yield from sent_in(recording.part(activity_id), certificates, trust_at)

    def _take(self, request: WebRequest) -> None:
        recording = request.activity.recording
        if recording:
            self._answered.append(_Answered(recording, request.activity.id, _http(request)))


def _http(request: WebRequest) -> HttpRequest:
    return HttpRequest(
        method=request.method,
        path=request.path,
        query=request.query.decode("ascii", "backslashreplace"),
        headers={
            name: value for name, value in request.headers if name.lower() not in SECRET_HEADERS
        },
        client_ip=request.client_ip,
    )


def _finder(services: Services) -> Callable[[str, str], str]:
    """Return what finds the trust with an address: *usual* if it has it, or nobody does."""
    addresses = {
        trust.entity_id: set(_addresses(trust.service_provider)) for trust in services.trusts.list()
    }

    def trust_at(address: str, usual: str) -> str:
        if address in addresses.get(usual, ()):
            return usual
        return next((each for each, of_it in addresses.items() if address in of_it), usual)

    return trust_at


def _addresses(provider: ServiceProvider) -> Iterator[str]:
    yield from (each.location for each in provider.assertion_consumer_services)
    for service in provider.single_logout_services:
        yield service.location
        yield service.response_location or service.location
