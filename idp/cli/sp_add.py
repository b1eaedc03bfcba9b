"""``tallystick sp add``: makes a trust from metadata, or without any."""

from __future__ import annotations

from functools import partial
from typing import IO, TYPE_CHECKING

import click

from idp.cli import completion
from idp.cli.context import ServerCommand, with_services
from idp.cli.output import json_option, print_json, printable
from idp.cli.trust_output import print_preview, trust_json, warn_of
from idp.cli.trust_settings import pairs_of

if TYPE_CHECKING:
    from idp.management.metadata.source import Source
    from idp.services import Services


@click.command(
    "add",
    cls=ServerCommand,
    example="tallystick sp add sp-metadata.xml --dry-run\n"
    "tallystick sp add federation.xml --entity-id https://sp.example.test/metadata\n"
    "tallystick sp add --entity-id https://sp.example.test/saml --acs https://sp.example.test/acs "
    "second_factor=never",
)
@click.argument("source", metavar="FILE|URL", required=False)
@click.argument(
    "values", nargs=-1, metavar="[KEY=VALUE]...", shell_complete=completion.trust_settings
)
@click.option(
    "--entity-id", metavar="ID",
    help="Entity to add, if the metadata contains several; with --acs, its entity ID.",
)  # fmt: skip
@click.option(
    "--acs", multiple=True, metavar="URL",
    help="Add a service provider that has no metadata: its assertion consumer service for "
    "HTTP-POST. Give the option again for further ones.",
)  # fmt: skip
@click.option("--slo", metavar="URL", help="With --acs: its address for log-out messages.")
@click.option(
    "--certificate",
    type=click.File("rb"),
    metavar="FILE",
    help="Certificate of the key that must sign the metadata, now and at every update; with "
    "--acs, of the key that signs its requests.",
)
@click.option(
    "--set", "changes", multiple=True, metavar="KEY=VALUE",
    help="The same as KEY=VALUE.",
    shell_complete=completion.trust_settings,
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only show the trust, and what would change.")
@json_option
@with_services
def add(
    services: Services,
    source: str | None,
    values: tuple[str, ...],
    entity_id: str | None,
    acs: tuple[str, ...],
    slo: str | None,
    certificate: IO[bytes] | None,
    changes: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Add or update a trust from SAML metadata, or from --entity-id and --acs without metadata.

    A trust with the same entity ID is updated. An update keeps the settings of the trust, unless
    KEY=VALUE changes one, as tallystick sp set does. URLs in private networks are refused unless
    trusts.allow_private_addresses is true.
    """
    from idp.federation.relying_party.setting_changes import change_from_text
    from idp.management.trusts import add_from, preview_from

    content = certificate.read() if certificate else b""
    if acs:
        wanted = _entered(services, entity_id, acs, slo, content)
        values = values if source is None else (source, *values)
    else:
        wanted = _metadata(source, entity_id, slo, content)
    pairs = pairs_of((*values, *changes))
    change = partial(change_from_text, changes=pairs) if pairs else None
    if dry_run:
        print_preview(preview_from(services, wanted, change), as_json=as_json)
        return
    trust = add_from(services, wanted, change)
    if as_json:
        print_json(trust_json(services, trust))
        return
    warn_of(services, trust)
    click.echo(f"{printable(trust.entity_id)} is trusted ({printable(trust.display_name)}).")


def _metadata(source: str | None, entity_id: str | None, slo: str | None, content: bytes) -> Source:
    """Return the source of metadata; *content* is the certificate that must have signed it."""
    from idp.management.metadata.source import Source
    from idp.saml.certificates import read_certificate

    if source is None:
        raise click.UsageError("Give FILE or URL, or --entity-id and --acs without metadata")
    if slo is not None:
        raise click.UsageError("--slo needs --acs")
    return Source(source, entity_id, read_certificate(content) if content else None)


def _entered(
    services: Services,
    entity_id: str | None,
    acs: tuple[str, ...],
    slo: str | None,
    certificate: bytes,
) -> Source:
    """Return the source for a service provider without metadata."""
    from idp.federation.metadata.entered import EnteredServiceProvider
    from idp.management.metadata.source import entered_source

    entered = EnteredServiceProvider(entity_id or "", acs, slo or "", certificate)
    return entered_source(services, entered)
