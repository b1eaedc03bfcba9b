"""``tallystick sp``: relying party trusts, from SAML metadata."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from idp.cli.context import Noun, Verb, with_services
from idp.cli.output import json_option, print_fields, print_json, print_table, printable

if TYPE_CHECKING:
    from idp.federation.trusts import RelyingPartyTrust
    from idp.services import Services


class VerbWithSettings(Verb):
    """A verb whose help lists the settings of a trust."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the settings, with what they are until they are set, and the example."""
        from idp.federation.settings import settings_help

        with formatter.section("Settings"):
            formatter.write_dl(
                [
                    (each.name, f"{each.description} (default: {each.default or 'not set'})")
                    for each in settings_help()
                ]
            )
        super().format_epilog(ctx, formatter)


@click.group(cls=Noun)
def sp() -> None:
    """Relying party trusts: the service providers that users sign in to.

    ID is the entity id in a service provider's metadata.
    """


@sp.command("add", example="tallystick sp add sp-metadata.xml")
@click.argument("source", metavar="FILE|URL")
@click.option("--entity-id", metavar="ID", help="Which one, where the metadata holds several.")
@json_option
@with_services
def add(services: Services, source: str, entity_id: str | None, as_json: bool) -> None:
    """Add the trust that SAML metadata describes; a known entity id is updated.

    An update keeps the trust's settings. URLs of private networks are refused unless
    trusts.allow_private_addresses says otherwise.
    """
    from idp.admin.trusts import add_from

    trust = add_from(services, source, entity_id=entity_id)
    if as_json:
        print_json(_trust(trust))
    else:
        click.echo(f"{printable(trust.entity_id)} is trusted ({printable(trust.display_name)}).")


@sp.command("list", example="tallystick sp list --json")
@json_option
@with_services
def list_trusts(services: Services, as_json: bool) -> None:
    """List the trusts."""
    trusts = services.trusts.list()
    if as_json:
        print_json([_trust(trust) for trust in trusts])
        return
    print_table(
        ("entity id", "name", "enabled", "second factor", "changed"),
        [_row(trust) for trust in trusts],
        empty="There is no trust yet: tallystick sp add FILE makes one.",
    )


@sp.command("show", example="tallystick sp show https://sp.example.test/metadata")
@click.argument("entity_id", metavar="ID")
@json_option
@with_services
def show(services: Services, entity_id: str, as_json: bool) -> None:
    """Show a trust: its addresses, keys and settings."""
    from idp.admin.trusts import find_trust

    trust = find_trust(services, entity_id)
    if as_json:
        print_json(_trust(trust))
    else:
        print_fields(_fields(_trust(trust)))


@sp.command(
    "set",
    cls=VerbWithSettings,
    example="tallystick sp set https://sp.example.test/metadata second_factor=never\n"
    "tallystick sp set https://sp.example.test/metadata "
    '\'attributes.https://sp.example.test/role=["staff", "{group}"]\'',
)
@click.argument("entity_id", metavar="ID")
@click.argument("changes", nargs=-1, required=True, metavar="KEY=VALUE...")
@json_option
@with_services
def set_(services: Services, entity_id: str, changes: tuple[str, ...], as_json: bool) -> None:
    """Change settings of a trust, all or none of those given."""
    trust = services.trusts.set(entity_id, dict(_pair(change) for change in changes))
    if as_json:
        print_json(_trust(trust))
    else:
        click.echo(f"{printable(trust.entity_id)} is changed.")


@sp.command("remove", example="tallystick sp remove https://sp.example.test/metadata")
@click.argument("entity_id", metavar="ID")
@with_services
def remove(services: Services, entity_id: str) -> None:
    """Take a trust away: nobody can sign in to it any more."""
    services.trusts.remove(entity_id)
    click.echo(f"{printable(entity_id)} is no longer trusted.")


def _pair(change: str) -> tuple[str, str]:
    key, equals, value = change.partition("=")
    if not equals:
        raise click.UsageError(f"{change!r} is not KEY=VALUE")
    return key, value


def _row(trust: RelyingPartyTrust) -> tuple[object, ...]:
    settings = trust.settings
    return (
        trust.entity_id,
        trust.display_name,
        "yes" if settings.enabled else "no",
        settings.second_factor,
        f"{trust.changed_at:%Y-%m-%d %H:%M}",
    )


def _trust(trust: RelyingPartyTrust) -> dict[str, Any]:
    from idp.admin.trusts import as_json

    return as_json(trust)


def _fields(values: dict[str, Any], prefix: str = "") -> list[tuple[str, object]]:
    """Return nested values as one list of names and texts."""
    fields: list[tuple[str, object]] = []
    for name, value in values.items():
        if isinstance(value, dict):
            fields += _fields(value, f"{prefix}{name}.")
        else:
            fields.append((prefix + name, value if isinstance(value, str) else json.dumps(value)))
    return fields
