"""Settings of a trust as they are typed: KEY=VALUE, some of them from a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from idp.cli.input_text import decode_text

_RULES_SUFFIX = "_rules"
"""Names of settings with this end take rules, which may be read from a file."""


def pairs_of(changes: Iterable[str]) -> dict[str, str]:
    """Return settings and their texts; ``encryption_certificate=@FILE`` and rules read a file."""
    return dict(_pair(change) for change in changes)


def _pair(change: str) -> tuple[str, str]:
    key, equals, value = change.partition("=")
    if not equals:
        raise click.UsageError(f"{change!r} is not KEY=VALUE")
    if key == "encryption_certificate" and value.startswith("@"):
        return key, _certificate_of(Path(value[1:]))
    if key.endswith(_RULES_SUFFIX) and value.startswith("@"):
        return key, decode_text(Path(value[1:]).read_bytes())
    return key, value


def _certificate_of(path: Path) -> str:
    from idp.saml.certificates import read_certificate
    from idp.saml.usable_keys import MIN_RSA_BITS_OF_OLD_TRUSTS

    # Which keys may be used, the settings of the trust decide.
    return read_certificate(path.read_bytes(), MIN_RSA_BITS_OF_OLD_TRUSTS)
