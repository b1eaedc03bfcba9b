"""The token-signing keys that a configuration names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idp.counters import NO_COUNTERS, Counters, log_and_count
from idp.federation.token_signing.key_files import read_private_file
from idp.federation.token_signing.ring import KeyFiles
from idp.federation.token_signing.rollover import SigningKeys

if TYPE_CHECKING:
    from adapter.errors import TallystickError
    from idp.config.schema import Config, KeysSection


def signing_keys_of(config: Config, counters: Counters = NO_COUNTERS) -> SigningKeys:
    """Return the keys; raises :class:`TallystickError` when there are none that can sign.

    What goes wrong with them later is logged, and counted by *counters*; the server goes on with
    the keys it has.
    """

    def log(error: TallystickError) -> None:
        log_and_count(
            counters, "signing_keys", level="error", code=error.code, problem=error.problem
        )

    keys = config.keys
    files = KeyFiles(keys.signing_key, keys.signing_certificate, passphrase_of(keys))
    return SigningKeys(files, automatic=keys.automatic_rollover, on_fault=log)


def passphrase_of(keys: KeysSection) -> bytes | None:
    """Return the passphrase of the variable, else of the file, None where there is neither."""
    if keys.passphrase is not None:
        return keys.passphrase.get_secret_value().encode()
    if keys.passphrase_file is None:
        return None
    return read_private_file(keys.passphrase_file).rstrip(b"\r\n")
