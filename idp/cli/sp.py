"""``tallystick sp``: relying party trusts, from SAML metadata."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from idp.cli import completion
from idp.cli.claims import claims
from idp.cli.context import CommandGroup, ServerCommand, with_services
from idp.cli.faults import fault_of_sp
from idp.cli.input_text import decode_text
from idp.cli.output import (
    json_option,
    print_done,
    print_fields,
    print_json,
    print_table,
    print_warning,
    printable,
)

if TYPE_CHECKING:
    from idp.federation.relying_party.trust import RelyingPartyTrust
    from idp.management.trust_views import TrustView, UnreadableView
    from idp.services import Services


_RULES_SUFFIX = "_rules"
"""Names of settings with this end take rules, which may be read from a file."""


class ServerCommandWithSettings(ServerCommand):
    """A command whose help lists the settings of a trust."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the settings with their defaults, then the example."""
        from idp.federation.relying_party.settings import settings_help

        with formatter.section("Settings"):
            formatter.write_dl(
                [
                    (
                        setting.name,
                        f"{setting.description} (default: {setting.default or 'not set'})",
                    )
                    for setting in settings_help()
                ]
            )
        super().format_epilog(ctx, formatter)


@click.group(cls=CommandGroup)
def sp() -> None:
    """Relying party trusts: the service providers that users sign in to.

    ID is the entity ID in the metadata of a service provider.
    """


sp.add_command(claims)
sp.add_command(fault_of_sp)


@sp.command(
    "add",
    example="tallystick sp add sp-metadata.xml --dry-run\n"
    "tallystick sp add federation.xml --entity-id https://sp.example.test/metadata",
)
@click.argument("source", metavar="FILE|URL")
@click.option("--entity-id", metavar="ID", help="Entity to add, if the metadata contains several.")
@click.option(
    "--certificate",
    type=click.File("rb"),
    metavar="FILE",
    help="Certificate of the key that must sign the metadata, now and at every update.",
)
@click.option(
    "--set", "changes", multiple=True, metavar="KEY=VALUE",
    help="Change a setting of the trust too, as tallystick sp set does.",
    shell_complete=completion.trust_settings,
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only show the trust, and what would change.")
@json_option
@with_services
def add(
    services: Services,
    source: str,
    entity_id: str | None,
    certificate: IO[bytes] | None,
    changes: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Add or update a trust from SAML metadata.

    A trust with the same entity ID is updated. An update keeps the settings of the trust. URLs in
    private networks are refused unless trusts.allow_private_addresses is true.
    """
    from idp.cli.trust_output import print_preview
    from idp.federation.relying_party.setting_changes import change_from_text
    from idp.management.metadata.source import Source
    from idp.management.trusts import add_from, preview_from
    from idp.saml.certificates import read_certificate

    signed_by = read_certificate(certificate.read()) if certificate else None
    wanted = Source(source, entity_id, signed_by)
    pairs = dict(_pair(change) for change in changes)
    change = partial(change_from_text, changes=pairs) if pairs else None
    if dry_run:
        print_preview(preview_from(services, wanted, change), as_json=as_json)
        return
    trust = add_from(services, wanted, change)
    if as_json:
        print_json(_trust(services, trust))
        return
    _warn_of(services, trust)
    click.echo(f"{printable(trust.entity_id)} is trusted ({printable(trust.display_name)}).")


@sp.command("list", example="tallystick sp list --json")
@json_option
@with_services
def list_trusts(services: Services, as_json: bool) -> None:
    """List the trusts."""
    from idp.management.trust_views import views

    trusts = views(services)
    if as_json:
        print_json([view.as_json() for view in trusts])
        return
    print_table(
        ("entity id", "name", "enabled", "second factor", "access control", "changed", "warnings"),
        [_row(view) for view in trusts],
        empty="There is no trust yet. Add one: tallystick sp add FILE",
    )


@sp.command("show", example="tallystick sp show https://sp.example.test/metadata")
@click.argument("entity_id", metavar="ID", shell_complete=completion.trusts)
@json_option
@with_services
def show(services: Services, entity_id: str, as_json: bool) -> None:
    """Show a trust: its endpoints, keys and settings."""
    from idp.cli.trust_output import flatten

    trust = services.trusts.existing(entity_id)
    if as_json:
        print_json(_trust(services, trust))
        return
    _warn_of(services, trust)
    print_fields(flatten(_trust(services, trust)))


@sp.command(
    "set",
    cls=ServerCommandWithSettings,
    example="tallystick sp set https://sp.example.test/metadata second_factor=never\n"
    "tallystick sp set https://sp.example.test/metadata "
    '\'attributes.https://sp.example.test/role=["staff", "{group}"]\'',
)
@click.argument("entity_id", metavar="ID", shell_complete=completion.trusts)
@click.argument(
    "changes",
    nargs=-1,
    required=True,
    metavar="KEY=VALUE...",
    shell_complete=completion.trust_settings,
)
@json_option
@with_services
def set_(services: Services, entity_id: str, changes: tuple[str, ...], as_json: bool) -> None:
    """Change settings of a trust; if one is wrong, none is changed.

    A certificate or rules can be read from a file: encryption_certificate=@FILE,
    issuance_authorization_rules=@FILE
    """
    trust = services.trusts.change_from_text(entity_id, dict(_pair(change) for change in changes))
    if as_json:
        print_json(_trust(services, trust))
        return
    _warn_of(services, trust)
    click.echo(f"{printable(trust.entity_id)} is changed.")


@sp.command(
    "refresh",
    example="tallystick sp refresh\n"
    "tallystick sp refresh https://sp.example.test/metadata --accept",
)
@click.argument("entity_ids", nargs=-1, metavar="[ID]...", shell_complete=completion.trusts)
@click.option("--accept", is_flag=True, help="Accept metadata that was held back.")
@click.option(
    "--held", metavar="SHA256",
    help="With --accept: only what sp show has shown under this digest (held_digest).",
)  # fmt: skip
@json_option
@with_services
def refresh(
    services: Services, entity_ids: tuple[str, ...], accept: bool, held: str | None, as_json: bool
) -> int:
    """Fetch the metadata of trusts again.

    Without ID, of all trusts that were added from a URL. An update that would weaken a trust
    or change its keys is held back until you accept it; sp show says why. In a terminal,
    --accept shows what is held back and asks first.
    """
    from idp.cli.trust_output import accept_held, print_report
    from idp.management.metadata import refresh
    from idp.management.trust_views import report_as_json

    if accept and not entity_ids:
        raise click.UsageError("--accept needs an ID")
    if held and not (accept and len(entity_ids) == 1):
        raise click.UsageError("--held needs --accept and one ID")
    work = partial(accept_held, held=held, asks=not as_json) if accept else refresh.refresh
    wanted = entity_ids or refresh.refreshable(services)
    if not wanted:
        click.echo("No trust was added from a URL.", err=True)
    reports = [work(services, entity_id) for entity_id in wanted]
    if as_json:
        print_json([report_as_json(report) for report in reports])
    else:
        for report in reports:
            print_report(report)
    return 1 if any(report.outcome == refresh.Outcome.FAILED for report in reports) else 0


@sp.command("remove", example="tallystick sp remove https://sp.example.test/metadata")
@click.argument("entity_id", metavar="ID", shell_complete=completion.trusts)
@json_option
@with_services
def remove(services: Services, entity_id: str, as_json: bool) -> None:
    """Remove a trust: nobody can sign in to it any more."""
    services.trusts.remove(entity_id)
    gone = {"entity_id": entity_id, "removed": True}
    print_done(gone, f"{entity_id} is no longer trusted.", as_json=as_json)


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


def _row(view: TrustView | UnreadableView) -> tuple[object, ...]:
    from idp.management.trust_views import UnreadableView

    warnings = "; ".join(view.warnings)
    if isinstance(view, UnreadableView):
        return view.entity_id, "cannot be read", "no", "", "", "", warnings
    trust, settings = view.trust, view.trust.settings
    return (
        trust.entity_id,
        trust.display_name,
        "yes" if settings.enabled else "no",
        settings.second_factor,
        settings.authorized_by,
        f"{trust.changed_at:%Y-%m-%d %H:%M}",
        warnings,
    )


def _trust(services: Services, trust: RelyingPartyTrust) -> dict[str, Any]:
    from idp.management.trust_views import view_of

    return view_of(services, trust).as_json()


def _warn_of(services: Services, trust: RelyingPartyTrust) -> None:
    from idp.management.trust_views import view_of

    for warning in view_of(services, trust).warnings:
        print_warning(warning)
