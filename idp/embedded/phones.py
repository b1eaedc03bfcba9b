"""Phones of sample users: files with keys, activated without a network between phone and server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapter.mfa.devices.device import CURRENT_APPS
from idp.authenticator.phonefile import Account, PhoneFile, new_key, pem

if TYPE_CHECKING:
    from idp.services import Services

PLATFORM = "android"


class PhoneKind(NamedTuple):
    """What kind of device a phone is: its platform and the version of the Authenticator app."""

    platform: str
    app_version: str


PHONE_KINDS = {
    # device           platform    app version
    "phone-current":   PhoneKind(PLATFORM, CURRENT_APPS[PLATFORM]),
    "phone-old":       PhoneKind(PLATFORM, "6.2006.4197"),  # cannot match numbers yet
    "wearable":        PhoneKind("wear-os", "1.0"),           # can never match numbers
}  # fmt: skip
"""The kinds by the names that ``adapter.decide`` has for devices."""


def give_phone(
    services: Services,
    user: str,
    file: Path,
    *,
    app: PhoneKind = PHONE_KINDS["phone-current"],
    broker: bool = False,
    ca_file: str | None = None,
) -> None:
    """Create *file*, with mode 0600: a phone with *app*, activated as *user*'s Authenticator.

    Does what phone and server do in an activation, but in this process, so that the server need
    not be reachable. *ca_file* is the certificate that the phone will trust for TLS.
    """
    key = new_key()
    code = services.mfa.activations.create(user, totp=False).link
    activated = services.mfa.activations.activate(
        code,
        public_key=key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        platform=app.platform,
        app_version=app.app_version,
        broker=broker,
        name="Terminal",
    )
    device = activated.device
    server = services.config.server.base_url
    account = Account(
        server=server,
        user=user,
        issuer=urlsplit(server).netloc,
        device_id=device.id,
        device_name=device.name,
        platform=device.platform,
        app_version=device.app_version,
        private_key=pem(key),
        ca_file=ca_file,
    )
    PhoneFile(file).add(account)
