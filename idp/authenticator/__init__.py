"""The phone: a web app, its signed API, and the client that terminals and tests use.

:mod:`~idp.authenticator.request_signing` says what a phone signs and is shared by both ends;
``host`` is the server's end, ``client`` the phone's. Only ``host`` needs Flask, and loads it
when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Blueprint

    from idp.services import Services


def blueprint(services: Services, *, threads: int) -> Blueprint:
    """Return the host of ``/authenticator/``; phones wait in at most ¾ of *threads*."""
    from idp.authenticator.host import make_blueprint

    return make_blueprint(services, threads=threads)
