"""A VPN server's part: sends Access-Requests as pyrad makes them, and checks replies with it."""

from __future__ import annotations

import secrets
import socket
import time
from dataclasses import dataclass

from pyrad import packet as pyrad
from radius_eap_mschapv2.MSCHAPv2 import MSCHAPv2Crypto

from support.nets import NET_SECONDS

USER_NAME, USER_PASSWORD, NAS_IP_ADDRESS, REPLY_MESSAGE, STATE = 1, 2, 4, 18, 24
VENDOR_SPECIFIC = 26
CALLING_STATION_ID, NAS_IDENTIFIER, PROXY_STATE = 31, 32, 33

MICROSOFT = 311
MS_CHAP_ERROR, MS_CHAP_CHALLENGE = (MICROSOFT, 2), (MICROSOFT, 11)
MS_CHAP2_RESPONSE, MS_CHAP2_SUCCESS = (MICROSOFT, 25), (MICROSOFT, 26)
MPPE_SEND_KEY, MPPE_RECV_KEY = (MICROSOFT, 16), (MICROSOFT, 17)

ACCEPT, REJECT, CHALLENGE = pyrad.AccessAccept, pyrad.AccessReject, pyrad.AccessChallenge


@dataclass
class Reply:
    """A verified reply; ``data`` are its bytes."""

    code: int
    packet: pyrad.Packet
    data: bytes

    @property
    def state(self) -> bytes:
        (state,) = self.packet[STATE]
        return state

    @property
    def message(self) -> str:
        (message,) = self.packet[REPLY_MESSAGE]
        return message.decode()

    def of_vendor(self, kind: tuple[int, int]) -> bytes:
        """Return the one value of a vendor's attribute; *kind* is vendor and type."""
        vendor, number = kind
        head = vendor.to_bytes(4) + bytes((number,))
        (value,) = [each for each in self.packet[VENDOR_SPECIFIC] if each.startswith(head)]
        assert value[5] == len(value) - 4, "The attribute is not alone in its Vendor-Specific"
        return value[6:]


class RadiusClient:
    """One socket of a RADIUS client, bound to *address* of this machine."""

    def __init__(self, server: tuple[str, int], secret: str, address: str = "127.0.0.1") -> None:
        self.server = server
        self.secret = secret.encode()
        self.nas = b"\xc0\x00\x02\x01"  # 192.0.2.1
        family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        self._socket.settimeout(NET_SECONDS)

    def close(self) -> None:
        self._socket.close()

    def pap(
        self,
        user: str,
        password: str,
        *,
        state: bytes | None = None,
        signed: bool = True,
        more: dict[int, list[bytes]] | None = None,
    ) -> pyrad.AuthPacket:
        """Return a request with a password or a code, ready to be sent."""
        request = self.request(user, more)
        request[USER_PASSWORD] = [request.PwCrypt(password)]
        if state is not None:
            request[STATE] = [state]
        if signed:
            request.add_message_authenticator()
        return request

    def ms_chap(self, user: str, password: str) -> pyrad.AuthPacket:
        """Return a request by MS-CHAPv2, ready to be sent."""
        challenge, peer_challenge = secrets.token_bytes(16), secrets.token_bytes(16)
        name = user.rpartition("\\")[2].encode()
        made = MSCHAPv2Crypto(0, challenge, peer_challenge, name, password).challenge_response()
        request = self.request(user)
        request[MS_CHAP_CHALLENGE] = [challenge]
        request[MS_CHAP2_RESPONSE] = [bytes((7, 0)) + peer_challenge + bytes(8) + made]
        request.add_message_authenticator()
        return request

    def request(self, user: str, more: dict[int, list[bytes]] | None = None) -> pyrad.AuthPacket:
        """Return a request without credentials, which is not signed yet."""
        request = pyrad.AuthPacket(
            code=pyrad.AccessRequest,
            id=secrets.randbelow(256),
            secret=self.secret,
            authenticator=secrets.token_bytes(16),
        )
        request[USER_NAME] = [user.encode()]
        if self.nas:
            request[NAS_IP_ADDRESS] = [self.nas]
        for kind, values in (more or {}).items():
            request[kind] = values
        return request

    def send(self, request: pyrad.AuthPacket | bytes, to: tuple[str, int] | None = None) -> None:
        """Send a request, or any bytes."""
        data = request if isinstance(request, bytes) else request.RequestPacket()
        self._socket.sendto(data, to or self.server)

    def receive(self, request: pyrad.AuthPacket) -> Reply:
        """Wait for the reply to a request, and verify both of its signatures."""
        data = self._socket.recv(65_535)
        reply = request.CreateReply(packet=data)
        assert request.VerifyReply(reply, data, enforce_ma=True), "The reply is not signed right"
        return Reply(reply.code, reply, data)

    def ask(self, request: pyrad.AuthPacket) -> Reply:
        """Send a request and wait for its reply."""
        self.send(request)
        return self.receive(request)

    def ask_patiently(self, request: pyrad.AuthPacket) -> Reply:
        """Send a request and repeat it each second, as VPN servers do, until it is answered."""
        data = request.RequestPacket()
        self._socket.settimeout(1)
        for _ in range(NET_SECONDS):
            self.send(data)
            try:
                return self.receive(request)
            except TimeoutError:
                continue
            except ConnectionRefusedError:  # nobody listens there yet
                time.sleep(0.1)
        raise AssertionError("No answer")

    def has_none(self) -> bool:
        """Say whether no reply has come so far."""
        self._socket.setblocking(False)
        try:
            self._socket.recv(65_535)
        except BlockingIOError:
            return True
        finally:
            self._socket.settimeout(NET_SECONDS)
        return False

    def receive_either(self, *requests: pyrad.AuthPacket) -> Reply:
        """Wait for the reply to one of several requests, whichever comes first."""
        data = self._socket.recv(65_535)
        for request in requests:
            reply = request.CreateReply(packet=data)
            if request.VerifyReply(reply, data, enforce_ma=True):
                return Reply(reply.code, reply, data)
        raise AssertionError("The reply answers none of the requests")
