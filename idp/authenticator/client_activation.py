"""The phone's side of an activation: what it sends, and the account it makes of the answer."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapter.errors import TallystickError
from adapter.mfa.devices.device import ANY_VERSION, CURRENT_APPS
from idp.authenticator.phonefile import Account, pem
from idp.authenticator.transport import UnexpectedAnswer, server_of


class PhoneError(TallystickError):
    """Raised when a phone cannot do what it was asked to; the code says why."""


def read_code(code_or_url: str, server: str | None) -> tuple[str, str]:
    """Return the activation code and the server's base URL.

    *code_or_url* is ``BASEURL/authenticator/#CODE``, or a code alone if *server* is given. Raises
    :class:`PhoneError` (``no_server``) for a code without a server.
    """
    text = code_or_url.strip()
    if "://" in text:
        return urlsplit(text).fragment, server_of(text)
    if server is None:
        raise PhoneError(
            "A code alone does not say which server it is for",
            "Give the whole address, or --server URL",
            code="no_server",
        )
    return "".join(text.split()), server_of(server)


def activation_body(
    code: str,
    key: ec.EllipticCurvePrivateKey,
    *,
    name: str,
    platform: str,
    app_version: str | None,
    broker: bool = False,
) -> dict[str, Any]:
    """Return the body of the call ``activate``; without *app_version* a current one is named."""
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {
        "code": code,
        "public_key": base64.b64encode(public).decode(),
        "platform": platform,
        "app_version": app_version or CURRENT_APPS.get(platform, ANY_VERSION),
        "name": name,
        **({"broker": True} if broker else {}),
    }


def account_of(
    answer: dict[str, Any], server: str, key: ec.EllipticCurvePrivateKey, ca_file: str | None
) -> Account:
    """Return the account that the server's answer describes.

    Raises :class:`~idp.authenticator.transport.UnexpectedAnswer` if something is missing in it.
    """
    try:
        device = answer["device"]
        return Account(
            server=server,
            user=answer["user"],
            issuer=answer["issuer"],
            device_id=device["id"],
            device_name=device["name"],
            platform=device["platform"],
            app_version=device["app_version"],
            private_key=pem(key),
            seed=answer.get("seed"),
            ca_file=ca_file,
        )
    except (KeyError, TypeError):
        raise UnexpectedAnswer(server) from None
