"""What the flight recorder costs: its part of a request while it is off, and other levels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from flask import Flask
from werkzeug.datastructures import Headers

from bench.harness import Row
from bench.server import Client
from idp.app import create_app
from idp.audit.refusal_quota import RefusalQuota
from idp.federation.request_context import RequestContext
from idp.recorder.recorder import Level, Recorder
from idp.services import Services
from idp.signin import recorded, recorded_messages
from idp.web.answer import Answer
from idp.web.web_request import NO_FIELDS, Activity, WebRequest

WHOLE = "a signed-in user's whole request"
BUDGET = 0.03
CALLS = 10
"""More than a signed-in user's request makes: each asks first whether anything is recorded."""


def rows(
    services: Services,
    cookies: dict[str, str],
    queries: Callable[[int], Iterable[object]],
    run: Callable[[Client, object], None],
) -> Iterator[Row]:
    """Return the rows, each beside :data:`WHOLE`, whose server records what is refused."""
    yield Row("  the recorder's part while it is off", BUDGET, _while_off, beside=WHOLE)
    for level in ("off", "all"):
        client = Client(_app(services, level), dict(cookies))
        yield Row(
            f"  with the recorder at {level}",
            None,
            lambda query, client=client: run(client, query),
            queries,
            beside=WHOLE,
        )


def _app(services: Services, level: Level) -> Flask:
    recorder = Recorder(services.recordings, services.clock.now, level, RefusalQuota())
    return create_app(services.config, services=replace(services, recorder=recorder))


def _while_off(_: object) -> None:
    for _call in range(CALLS):
        recorded_messages.message_in(_REQUEST)
        recorded.answered(_REQUEST, _ANSWER)


_REQUEST = WebRequest(
    "GET",
    "/adfs/ls/",
    b"SAMLRequest=x",
    NO_FIELDS,
    {},
    Headers(),
    RequestContext("127.0.0.1"),
    Activity(),
)
_ANSWER = Answer()
