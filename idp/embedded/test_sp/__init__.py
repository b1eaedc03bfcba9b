"""A service provider to test with: it sends every kind of AuthnRequest and shows what it receives.

The demo and the pytest plugin run it. pysaml2 writes its requests and checks the responses, with
the cryptography done in this process; what the pages show is read from the XML again, without
pysaml2. It also signs users out, and takes part when another application does.

Pages: ``/`` (start), ``/login`` (send a request), ``/acs`` and ``/slo`` (its SAML endpoints),
``/assertion``, ``/logout``, ``/forget``, ``/metadata``.

Read first: ``service_provider`` (what it is without pages), then ``sp_pages``. ``authn_request`` is
what it can ask for, ``received_response`` what it receives (by ``xml_reading``), ``response_table``
how that is shown; ``logout_exchange`` has its log-out messages, and ``recent_values`` what it
remembers. Only ``pysaml2_client`` and ``pysaml2_crypto`` know pysaml2. Neighbours: :mod:`idp.saml`
for keys, bindings and log-out messages; :mod:`idp.web` for headers and cookies.
"""

from idp.embedded.test_sp.received_response import ReceivedResponse, read_response
from idp.embedded.test_sp.service_provider import ENTITY_ID, SimulatedServiceProvider
from idp.embedded.test_sp.sp_pages import create_app

__all__ = [
    "ENTITY_ID",
    "ReceivedResponse",
    "SimulatedServiceProvider",
    "create_app",
    "read_response",
]
