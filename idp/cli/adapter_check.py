"""Runs the conformance kit on an adapter, with an MFA service and a phone just for that."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapter.conformance import Finding, check
from adapter.mfa.service import MfaService
from idp.federation.providers import load
from idp.session.seal import SECRET_BYTES, Sealer
from idp.store.engine import Database
from idp.store.mfa.stores import mfa_stores
from idp.store.upgrade import upgrade
from idp.system_clock import SystemClock


def check_adapter(
    type_name: str, *, config: bytes | None, user: str, for_real: bool
) -> list[Finding]:
    """Return the findings of the conformance kit for the class ``MODULE:CLASS``.

    The adapter rehearses, if it can, unless *for_real*.
    Raises :class:`~idp.federation.providers.BadProvider` if there is no such class.
    """
    adapter = load(type_name)
    with _mfa_service(user) as service:
        return check(adapter, config=config, user=user, mfa_service=service, for_real=for_real)


@contextmanager
def _mfa_service(user: str) -> Iterator[MfaService]:
    """Give an MFA service on a temporary database; *user* has a current phone with codes."""
    with TemporaryDirectory(prefix="tallystick-") as folder:
        database = Database(f"sqlite:///{Path(folder) / 'check.db'}")
        try:
            upgrade(database)
            sealer = Sealer(secrets.token_bytes(SECRET_BYTES))
            stores = mfa_stores(database, sealer.purpose("totp-seed"))
            service = MfaService(stores, SystemClock(), number_key=sealer.key("number"))
            _give_phone(service, user)
            yield service
        finally:
            database.dispose()


def _give_phone(service: MfaService, user: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    service.activations.activate(
        service.activations.create(user, totp=True).link,
        public_key=key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        platform="web",
        app_version="1.0",
        name="Conformance kit",
    )
