"""``tallystick sp``: relying party trusts, from SAML metadata."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from idp.cli import completion
from idp.cli.claims import claims
from idp.cli.context import CommandGroup, ServerCommand, with_services
from idp.cli.faults import fault_of_sp
from idp.cli.output import (
    json_option,
    print_done,
    print_fields,
    print_json,
    print_table,
    printable,
)
from idp.cli.sp_add import add
from idp.cli.trust_output import trust_json, warn_of
from idp.cli.trust_settings import pairs_of

if TYPE_CHECKING:
    from idp.management.trust_views import TrustView, UnreadableView
    from idp.services import Services


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


sp.add_command(add)
sp.add_command(claims)
sp.add_command(fault_of_sp)


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
        print_json(trust_json(services, trust))
        return
    warn_of(services, trust)
    print_fields(flatten(trust_json(services, trust)))


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
    from idp.management import trusts

    trust = trusts.change_from_text(services, entity_id, pairs_of(changes))
    if as_json:
        print_json(trust_json(services, trust))
        return
    warn_of(services, trust)
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
    from idp.management import trusts

    trusts.remove(services, entity_id)
    gone = {"entity_id": entity_id, "removed": True}
    print_done(gone, f"{entity_id} is no longer trusted.", as_json=as_json)


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
