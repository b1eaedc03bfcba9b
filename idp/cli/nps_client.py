"""``tallystick nps client``: the RADIUS clients of the NPS hosts, and their shared secrets."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import click

from idp.cli import completion
from idp.cli.context import CommandGroup, with_services
from idp.cli.output import json_option, print_done, print_json, print_table, print_warning
from idp.cli.terminal_user import new_shared_secret

if TYPE_CHECKING:
    from idp.nps.clients import NpsClient
    from idp.services import Services

COLUMNS = (
    "host", "network", "label", "can ask for a code", "Message-Authenticator", "time-out",
    "changed", "by",
)  # fmt: skip
MAX_FILE_LENGTH = 1000
"""Characters of a file with a secret that are read: more than a secret may have."""

_ADD = """\
tallystick nps client add nps1 192.0.2.7 --new-secret
printf '%s\\n' "$SECRET" | tallystick nps client add nps1 192.0.2.0/24 --secret-stdin
tallystick nps client add nps1 192.0.2.9 --preset rd-gateway --secret-file secret.txt"""


@click.group("client", cls=CommandGroup)
def client() -> None:
    """RADIUS clients of an NPS host: VPN servers, gateways and proxies.

    Shared secrets are never arguments: they are typed without echo, read from standard input or a
    file, or made for you and shown once.
    """


@client.command("add", example=_ADD)
@click.argument("host", shell_complete=completion.nps_hosts)
@click.argument("network", shell_complete=completion.nps_networks)
@click.option(
    "--secret-stdin",
    is_flag=True,
    help="Read the shared secret from the first line of standard input.",
)
@click.option(
    "--secret-file",
    type=click.File("r", encoding="utf-8-sig"),
    help="Read the shared secret from a file.",
)
@click.option("--new-secret", is_flag=True, help="Make a shared secret, and show it once.")
@click.option("--keep-secret", is_flag=True, help="Keep the secret of the client there is.")
@click.option(
    "--preset",
    metavar="KIND",
    help="rd-gateway: a Remote Desktop Gateway, which cannot ask for a code.",
)
@click.option(
    "--can-answer-challenge/--cannot-answer-challenge",
    default=None,
    help="Whether the client can ask its user for a code (default: it can).",
)
@click.option(
    "--message-authenticator/--no-message-authenticator",
    "needs_message_authenticator",
    default=None,
    help="Whether requests must have Message-Authenticator (default: they must).",
)
@click.option("--timeout", type=int, help="Seconds after which the client gives up (default: 60).")
@click.option("--label", help="What the client is, for lists.")
@json_option
@with_services
def add(
    services: Services,
    /,
    host: str,
    network: str,
    secret_stdin: bool,
    secret_file: IO[str] | None,
    new_secret: bool,
    keep_secret: bool,
    as_json: bool,
    **settings: Any,
) -> None:
    """Add a client to a host, or replace the one of the same network.

    NETWORK is an address or a network, like 192.0.2.7, 192.0.2.0/24 or 2001:db8::/64. Without an
    option about the shared secret, the command asks for it.
    """
    from idp.management import nps as management
    from idp.nps import clients

    if (secret_stdin, secret_file is not None, new_secret, keep_secret).count(True) > 1:
        raise click.UsageError("Give one of the options about the shared secret.")
    services.nps.existing(host)  # before a secret is typed
    made = clients.new_secret() if new_secret else None
    secret = made
    if secret_file is not None:
        secret = secret_file.read(MAX_FILE_LENGTH).removesuffix("\n")
    elif not new_secret and not keep_secret:
        secret = new_shared_secret(network, from_stdin=secret_stdin)
    added = management.add_client(services, host, network, secret=secret, **settings)
    _print_added(added, made, as_json)


@client.command("list", example="tallystick nps client list nps1")
@click.argument("host", required=False, shell_complete=completion.nps_hosts)
@json_option
@with_services
def list_clients(services: Services, host: str | None, as_json: bool) -> None:
    """List the clients of all hosts, or of one; never their secrets."""
    from idp.management.nps import client_as_json

    if host is not None:
        services.nps.existing(host)
    found = services.nps.clients(host)
    for each in found:
        for warning in each.warnings():
            print_warning(f"{each.host} {each.network}: {warning}")
    if as_json:
        print_json(list(map(client_as_json, found)))
        return
    empty = "There is no client yet. Add one: tallystick nps client add HOST NETWORK"
    print_table(COLUMNS, list(map(_row, found)), empty=empty)


@client.command("remove", example="tallystick nps client remove nps1 192.0.2.7")
@click.argument("host", shell_complete=completion.nps_hosts)
@click.argument("network", shell_complete=completion.nps_networks)
@json_option
@with_services
def remove(services: Services, host: str, network: str, as_json: bool) -> None:
    """Remove a client: its requests are dropped from then on."""
    from idp.management import nps_changes

    nps_changes.remove_client(services, host, network)
    gone = {"host": host, "network": network, "removed": True}
    print_done(gone, f"{network} is no longer a client of {host}.", as_json=as_json)


def _print_added(added: NpsClient, made: str | None, as_json: bool) -> None:
    from idp.management.nps import client_as_json

    for warning in added.warnings():
        print_warning(warning)
    if as_json:
        print_json(client_as_json(added) | ({"secret": made} if made else {}))
        return
    click.echo(f"{added.network} is a client of {added.host}.")
    if made:
        click.echo(f"Its shared secret, which is not shown again: {made}")


def _row(each: NpsClient) -> tuple[object, ...]:
    return (
        each.host,
        each.network,
        each.label,
        "yes" if each.can_answer_challenge else "no",
        "required" if each.needs_message_authenticator else "not required",
        each.timeout,
        f"{each.changed_at:%Y-%m-%d %H:%M}",
        each.changed_by,
    )
