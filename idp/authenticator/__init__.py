"""The host of ``/authenticator/``: the phone as a web app, its signed API, and a client for both.

==============================  ===================================================================
``GET /authenticator/``         the phone's web app (``templates/``, ``static/``)
``GET …/manifest.webmanifest``  what makes it an app that can be installed
``GET …/sw.js``                 its service worker: it opens and shows codes without a connection
``POST …/api/activate``         make the calling phone the user's Authenticator
``GET …/api/account``           whose Authenticator the calling device is
``GET …/api/pending``           the requests it can answer, and its notices; ``wait`` and ``seen``
                                hold the call
``POST …/api/answer``           approve or deny one request
``POST …/api/dismiss``          remove one of the device's notices
==============================  ===================================================================

``installable.py`` is what makes the page an app; ``phone_texts.py`` has the texts of its scripts,
which ``static/texts.js`` reads out of the page in the user's language.

Read ``api.py`` first. ``request_signing.py`` says what a phone signs, for both ends.

* The server's end: ``host.py`` (the API as a host: methods, statuses, refusals),
  ``authentication.py`` (which device calls), ``bodies.py`` (reading what it sends),
  ``replies.py`` (what it is sent).
  ``idp.web.entry`` answers calls without a framework, and leaves everything else to Flask
  (``views.py``).
* The phone's end, which needs no Flask: ``client.py``, ``client_values.py``,
  ``client_activation.py``, ``transport.py``, ``phonefile.py``; ``tallystick phone``, the
  demo and the pytest plugin use it.

It works with ``adapter/mfa/`` (devices, requests, activations) and waits by ``idp/mfa/``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Blueprint

    from idp.authenticator.host import ApiHost
    from idp.services import Services


def build_host(services: Services) -> ApiHost:
    """Return the signed API; loaded only now, so that the phone's end does without it."""
    from idp.authenticator.host import build_host

    return build_host(services)


def blueprint(api: ApiHost, services: Services) -> Blueprint:
    """Return Flask's views of all addresses of this host, those of *api* among them."""
    from idp.authenticator.views import make_blueprint

    return make_blueprint(api, services)
