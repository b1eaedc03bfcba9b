"""Settings that make a trust weaker than the default: every list and each start warn of them."""

from __future__ import annotations

from dataclasses import dataclass

from adapter.sentences import sentence
from idp.saml import uris
from idp.saml.usable_keys import MIN_RSA_BITS, MIN_RSA_BITS_OF_OLD_TRUSTS


@dataclass(frozen=True, slots=True)
class WeakSetting:
    """A setting and its weak value, as JSON has it.

    ``warning`` says what is weak, without a full stop; ``remedy`` says when and how to end it.
    """

    name: str
    value: str | int
    warning: str
    remedy: str


SHA1 = WeakSetting(
    "signature_algorithm",
    uris.RSA_SHA1,
    sentence("messages are signed with SHA-1, which can be forged (signature_algorithm)"),
    "If it does not need SHA-1 any more: tallystick sp set ID signature_algorithm=rsa-sha256",
)
SHORT_KEYS = WeakSetting(
    "min_rsa_bits",
    MIN_RSA_BITS_OF_OLD_TRUSTS,
    sentence(
        "RSA keys of fewer than {bits} bits are used, which can be broken (min_rsa_bits)",
        bits=MIN_RSA_BITS,
    ),
    f"If it has a longer key by now: tallystick sp set ID min_rsa_bits={MIN_RSA_BITS}",
)
WEAK_SETTINGS = (SHA1, SHORT_KEYS)
