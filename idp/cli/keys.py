"""``tallystick keys``: the token-signing keys and their roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from idp.cli.context import Invocation, Noun
from idp.cli.output import json_option, print_json, print_table

if TYPE_CHECKING:
    from idp.federation.keyring import Ring, StoredKey
    from idp.federation.rollover import SigningKeys

_thumbprint = click.argument("thumbprint", required=False)


@click.group(cls=Noun)
def keys() -> None:
    """The token-signing keys: the primary signs, the secondary is published beside it.

    A server that runs sees a change at once. Unless keys.automatic_rollover is off, it makes the
    next key 20 days before the primary ends and promotes it 5 days later by itself.
    """


@keys.command("list", example="tallystick keys list --json")
@json_option
def list_keys(as_json: bool) -> None:
    """List the keys in metadata, the primary first."""
    ring = _keys().current()
    if as_json:
        print_json(_all(ring))
        return
    print_table(
        ("role", "kind", "thumbprint", "valid from", "valid until", "file"),
        [tuple(values[name] for name in _SHOWN) for values in _all(ring)],
        empty="There is no key.",
    )


@keys.command("roll", example="tallystick keys roll --kind ecdsa")
@click.option(
    "--kind", type=click.Choice(["rsa", "ecdsa"]),
    help="RSA of 2048 bits or ECDSA on P-256 (default: as the primary).",
)  # fmt: skip
@click.option("--urgent", is_flag=True, help="Let it sign at once, before anybody can know it.")
@json_option
def roll(kind: Any, urgent: bool, as_json: bool) -> None:
    """Make the next key and publish it as secondary.

    Service providers should have read the metadata before it is promoted.
    """
    ring = _keys().roll(_now(), kind=kind, urgent=urgent)
    made = ring.primary if urgent else ring.keys[-1]
    _say(ring, f"{_short(made)} is the new {'primary' if urgent else 'secondary'}.", as_json)


@keys.command("promote", example="tallystick keys promote")
@_thumbprint
@json_option
def promote(thumbprint: str | None, as_json: bool) -> None:
    """Let the secondary sign; the primary stays published as secondary.

    THUMBPRINT may be the beginning of it, and left out: there is one secondary at most.
    """
    ring = _keys().promote(thumbprint)
    _say(ring, f"{_short(ring.primary)} signs from now on.", as_json)


@keys.command("retire", example="tallystick keys retire")
@_thumbprint
@json_option
def retire(thumbprint: str | None, as_json: bool) -> None:
    """Publish the secondary no longer. Its files stay where they are."""
    ring = _keys().retire(thumbprint)
    _say(ring, f"{_short(ring.primary)} is the only key now.", as_json)


_SHOWN = ("role", "kind", "short", "valid_from", "valid_until", "file")


def _keys() -> SigningKeys:
    """Return the keys of the configuration; the database is not needed for them."""
    from idp.signing_keys import signing_keys_of

    return signing_keys_of(click.get_current_context().ensure_object(Invocation).config)


def _now() -> Any:
    from idp.session.clock import SystemClock

    return SystemClock().now()


def _say(ring: Ring, sentence: str, as_json: bool) -> None:
    if as_json:
        print_json(_all(ring))
    else:
        click.echo(sentence)


def _all(ring: Ring) -> list[dict[str, str]]:
    return [
        {
            "role": role,
            "kind": key.facts.kind,
            "short": _short(key),
            "thumbprint": key.facts.thumbprint,
            "serial": key.facts.serial,
            "common_name": key.facts.common_name,
            "valid_from": f"{key.facts.not_before:%Y-%m-%d %H:%M}",
            "valid_until": f"{key.facts.not_after:%Y-%m-%d %H:%M}",
            "file": str(key.key_path),
        }
        for role, key in zip(("primary", "secondary"), ring.keys, strict=False)
    ]


def _short(key: StoredKey) -> str:
    return key.facts.thumbprint[:16]
