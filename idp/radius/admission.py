"""Which packets are answered at all: the rest is dropped without a word, as RFC 2865 §3 asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idp.radius import attributes
from idp.radius.authenticity import message_authenticator_verdict
from idp.radius.credentials import credentials_of
from idp.radius.packet import Code, MalformedPacket, decode
from idp.radius.request import RadiusRequest, text_of

if TYPE_CHECKING:
    from idp.nps.clients import NpsClient
    from idp.nps.hosts import NpsHost


class Dropped(Exception):
    """Raised for a packet that gets no answer; *code* is a row of ``docs/errors.md``."""

    def __init__(self, *, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_request(
    data: bytes, host: NpsHost, client: NpsClient, address: str, request_id: str
) -> RadiusRequest:
    """Return the request in a datagram of *client*, after the checks that need no database.

    A Message-Authenticator has to be right if there is one, and there if the client's row says so
    (CVE-2024-3596): without it, somebody between the two could change the answer. Raises
    :class:`Dropped`.
    """
    try:
        packet = decode(data)
        if packet.code != Code.ACCESS_REQUEST:
            raise Dropped(code="radius_not_a_request")
        verdict = message_authenticator_verdict(data, packet, client.secret.encode())
        if verdict is False:
            raise Dropped(code="radius_wrong_authenticator")
        if verdict is None and client.needs_message_authenticator:
            raise Dropped(code="radius_no_authenticator")
        return RadiusRequest(
            id=request_id,
            host=host,
            client=client,
            address=address,
            packet=packet,
            credentials=credentials_of(packet),
            user_name=text_of(packet.first(attributes.USER_NAME)),
        )
    except MalformedPacket as error:
        raise Dropped(code=error.code) from None
