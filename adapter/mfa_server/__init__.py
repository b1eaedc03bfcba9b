"""The adapter ``AzureMfaServerAuthentication``: MFA Server's, whose posts hang until the answer.

The product has ended; the adapter is for rehearsing what its users see, and is off unless an
administrator enables it. It never shows a number: MFA Server has no number matching, whatever the
build of the node (scenario ``mfa_server`` of :func:`adapter.decide`).

``adapter.py`` implements the contract, read it first; ``state.py`` is what it keeps between two
posts, ``page.py`` renders its page (docs/pages.md), ``configuration.py`` reads its configuration
file, ``static/`` has its style sheet and script. A post takes a waiting place of the host
(``adapter.contract.UsesWaitingPlaces``), sends the request, and hangs.
"""

from adapter.mfa_server.adapter import AzureMfaServerAuthentication

__all__ = ["AzureMfaServerAuthentication"]
