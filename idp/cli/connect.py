"""``tallystick connect``: what an application needs of this server, and settings to paste."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from idp.cli import completion
from idp.cli.context import ServerCommand, with_services
from idp.cli.output import json_option, print_fields, print_json
from idp.operating_system import command_line

if TYPE_CHECKING:
    from idp.management.connect.server_facts import ServerFacts
    from idp.management.connect.settings import ApplicationSettings
    from idp.services import Services


@click.command(
    "connect",
    cls=ServerCommand,
    example="tallystick connect\ntallystick connect python3-saml --url https://app.example.test",
)
@click.argument(
    "kind", metavar="[KIND]", required=False, shell_complete=completion.application_kinds
)
@click.option("--url", metavar="URL", help="With KIND: the base URL of the application.")
@json_option
@with_services
def connect(services: Services, kind: str | None, url: str | None, as_json: bool) -> None:
    """Print what an application needs of this server; with KIND, settings to paste.

    KIND is python3-saml, pysaml2, node-saml, spring, ruby-saml, mellon, shibboleth, simplesamlphp,
    aws, gitlab or grafana. The settings go to standard output; where they belong and how to add the
    trust, to standard error.
    """
    from idp.management.connect.server_facts import facts_of
    from idp.management.connect.settings import settings_for

    if kind is None:
        if url is not None:
            raise click.UsageError("--url needs a KIND")
        facts = facts_of(services)
        if as_json:
            print_json(facts.as_json())
        else:
            _print_facts(facts)
        return
    found = settings_for(services, kind, url or "")
    if as_json:
        print_json(found.as_json())
    else:
        _print_settings(found)


def _print_facts(facts: ServerFacts) -> None:
    fields: list[tuple[str, object]] = [
        ("entity id", facts.entity_id),
        ("metadata", facts.metadata_url),
    ]
    for what, endpoints in (("sign-on", facts.sign_on), ("log-out", facts.log_out)):
        fields += [(f"{what}, {_binding(each.binding)}", each.location) for each in endpoints]
    fields += [("NameID format", each) for each in facts.name_id_formats]
    for certificate in facts.certificates:
        about = "certificate" if certificate.is_current else "certificate, does not sign now"
        fields += [
            (f"{about}, SHA-1", certificate.sha1),
            (f"{about}, SHA-256", certificate.sha256),
        ]
    print_fields(fields)
    for certificate in facts.certificates:
        click.echo(certificate.pem, nl=False)


def _print_settings(found: ApplicationSettings) -> None:
    click.echo(found.text, nl=False)
    kind = found.application.kind
    click.echo(f"These settings belong in {kind.file}. {kind.note}", err=True)
    click.echo(f"Its trust: tallystick {command_line(list(found.trust))}", err=True)


def _binding(uri: str) -> str:
    return uri.rpartition(":")[2]
