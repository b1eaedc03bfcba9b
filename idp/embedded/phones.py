"""Phones in files, activated for sample users without a network between phone and server."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapter.mfa.devices.device import NUMBER_MATCHING_SINCE
from idp.authenticator.phonefile import Account, PhoneFile, new_key, pem

if TYPE_CHECKING:
    from idp.services import Services

PLATFORM = "android"
CURRENT = ".".join(map(str, NUMBER_MATCHING_SINCE[PLATFORM]))
OLD = "6.2110.7701"
"""A version of the app from before it could match numbers."""


def give_phone(
    services: Services,
    user: str,
    file: Path,
    *,
    name: str = "Terminal",
    platform: str = PLATFORM,
    app_version: str = CURRENT,
    ca_file: str | None = None,
) -> None:
    """Make the file of a phone that is *user*'s Authenticator; *file* has mode 0600.

    It does what a phone and the server do at an activation, in one process: the address of the
    server need not be reachable from here.
    """
    key = new_key()
    code = services.mfa.activations.create(user, totp=False)
    activated = services.mfa.activations.activate(
        code,
        public_key=key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        platform=platform,
        app_version=app_version,
        name=name,
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


def move_phone(file: Path, server: str, ca_file: str | None) -> None:
    """Tell the phone in *file* that its server is now at *server*."""
    accounts = PhoneFile(file).accounts()
    issuer = urlsplit(server).netloc
    moved = tuple(
        replace(account, server=server, issuer=issuer, ca_file=ca_file) for account in accounts
    )
    if moved == accounts:
        return
    new = PhoneFile(file.with_suffix(".new"))
    for account in moved:
        new.add(account)
    os.replace(new.path, file)
