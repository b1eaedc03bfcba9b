"""Debian's ocserv, a VPN server that asks RADIUS, and openconnect, its client; both unchanged.

openconnect stops when it is signed in, before there is a tunnel: it prints the cookie for one.
ocserv only runs as root, and here it stays root: another user could not enter the test's folders.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from idp.saml.keys import new_signing_certificate
from support.ports import free_port, listens
from support.radius.programs import Ended, Run, running_server

DICTIONARY = "/etc/radcli/dictionary"
SECONDS_FOR_PUSH = 60

OCSERV = """\
auth = "radius[config={folder}/radiusclient.conf]"
listen-host = 127.0.0.1
tcp-port = {port}
socket-file = {folder}/ocserv.socket
run-as-user = root
run-as-group = root
server-cert = {folder}/certificate.pem
server-key = {folder}/key.pem
isolate-workers = false
max-ban-score = 0
auth-timeout = 240
device = vpns
ipv4-network = 192.0.2.0
ipv4-netmask = 255.255.255.0
"""

RADCLI = """\
nas-identifier ocserv
authserver {server}
acctserver {server}
servers {folder}/servers
dictionary {dictionary}
default_realm
radius_timeout {timeout}
radius_retries 1
bindaddr *
"""


@dataclass(frozen=True)
class Vpn:
    """A running VPN server; ``pin`` is what its certificate is known by."""

    port: int
    pin: str


@contextmanager
def running_ocserv(folder: Path, server: str, secret: str) -> Iterator[Vpn]:
    """Run a VPN server that asks the RADIUS server at *server*, ``host:port``."""
    port = free_port()
    pair = new_signing_certificate("vpn.example.test", datetime.now(UTC))
    (folder / "certificate.pem").write_bytes(pair.certificate)
    (folder / "key.pem").write_bytes(pair.private_key)
    (folder / "servers").write_text(f"{server.partition(':')[0]} {secret}\n")
    (folder / "radiusclient.conf").write_text(
        RADCLI.format(folder=folder, server=server, dictionary=DICTIONARY, timeout=SECONDS_FOR_PUSH)
    )
    file = folder / "ocserv.conf"
    file.write_text(OCSERV.format(folder=folder, port=port))
    command = ("ocserv", "-f", "-d", 1, "-c", file)
    log = folder / "ocserv.log"
    with running_server(*command, log=log, is_ready=lambda _: listens(port)):
        yield Vpn(port, _pin_of(pair.certificate))


def _pin_of(certificate: bytes) -> str:
    key = x509.load_pem_x509_certificate(certificate).public_key()
    octets = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return "pin-sha256:" + b64encode(sha256(octets).digest()).decode()


@dataclass(frozen=True)
class OpenConnect:
    """A user's client of a VPN server; its exit status is 0 if the user is signed in."""

    run: Callable[..., Run]
    vpn: Vpn

    def sign_in(self, user: str, *answers: str) -> Ended:
        """Give these answers to what the server asks: the password, then the code."""
        return self.start(user, *answers).end()

    def start(self, user: str, *answers: str) -> Run:
        """Begin to sign in."""
        typed = "".join(f"{answer}\n" for answer in answers)
        options = ("--authenticate", "--user", user, "--servercert", self.vpn.pin)
        url = f"https://127.0.0.1:{self.vpn.port}"
        return self.run("openconnect", *options, url, typed=typed)
