"""Debian's eapol_test, unchanged: wpa_supplicant's EAP, as a wireless network would send it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from support.nets import NET_SECONDS
from support.radius.programs import Ended, Run

NETWORK = """\
network={{
  key_mgmt=WPA-EAP
  eap={kind}
  identity="{user}"
  password="{password}"
  phase2="auth=MSCHAPV2"
}}
"""


@dataclass(frozen=True)
class EapolTest:
    """A client of one server; the last line that it prints is SUCCESS or FAILURE."""

    run: Callable[..., Run]
    folder: Path
    address: str
    port: int
    secret: str

    def sign_in(self, kind: str, user: str, password: str) -> Ended:
        """Sign in by an EAP type: ``MSCHAPV2`` or ``PEAP``."""
        file = self.folder / "network.conf"
        file.write_text(NETWORK.format(kind=kind, user=user, password=password))
        server = ("-a", self.address, "-p", self.port, "-s", self.secret)
        return self.run("eapol_test", "-c", file, *server, "-t", NET_SECONDS).end()
