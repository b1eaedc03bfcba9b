"""Opens the token-signing keys that a configuration names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idp.counters import NO_COUNTERS, Counters, log_and_count
from idp.federation.token_signing.private_files import read_private_file
from idp.federation.token_signing.ring import KeyFiles
from idp.federation.token_signing.rollover import SigningKeys

if TYPE_CHECKING:
    from adapter.errors import TallystickError
    from idp.config.schema import Config, KeysSection


def open_signing_keys(config: Config, counters: Counters = NO_COUNTERS) -> SigningKeys:
    """Return the configured keys. Raises :class:`TallystickError` if they cannot be read.

    Errors after that are logged and counted in *counters*, and the server continues with the keys
    that it has read.
    """

    def log(error: TallystickError) -> None:
        log_and_count(
            counters, "signing_keys", level="error", code=error.code, problem=error.problem
        )

    keys = config.keys
    files = KeyFiles(keys.signing_key, keys.signing_certificate, read_passphrase(keys))
    return SigningKeys(files, automatic=keys.automatic_rollover, on_fault=log)


def read_passphrase(keys: KeysSection) -> bytes | None:
    """Return the passphrase from the variable, else from the file; None if neither is set."""
    if keys.passphrase is not None:
        return keys.passphrase.get_secret_value().encode()
    if keys.passphrase_file is None:
        return None
    return read_private_file(keys.passphrase_file).rstrip(b"\r\n")
