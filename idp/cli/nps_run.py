"""``tallystick nps run``: answers RADIUS for NPS hosts of the farm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from idp.cli import completion
from idp.cli.context import ServerCommand, invocation
from idp.cli.output import json_option, print_json

if TYPE_CHECKING:
    from idp.radius.listeners import Listener


@click.command(
    "run", cls=ServerCommand, example="tallystick nps run\ntallystick nps run nps1 --json"
)
@click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=completion.nps_hosts)
@json_option
def run_hosts(names: tuple[str, ...], as_json: bool) -> None:
    """Answer RADIUS requests to NPS hosts until SIGTERM or Ctrl-C: to all, or to those named.

    It starts their NPS services, so that registry values which waited for that are in force, and
    prints one line on standard output when it is ready. Changes of hosts and clients are seen
    within a second; a new address or port needs a new start.
    """
    from idp import logs
    from idp.serving.radius_process import answer

    config = invocation().config
    logs.configure(config.logging.format)
    answer(config, names, lambda listeners: _print_ready(listeners, as_json=as_json))


def _print_ready(listeners: Sequence[Listener], *, as_json: bool) -> None:
    places = [(listener.host, *listener.address) for listener in listeners]
    if as_json:
        hosts = [{"name": name, "address": at, "port": port} for name, at, port in places]
        print_json({"ready": True, "hosts": hosts})
        return
    told = ", ".join(f"{name} at {at} port {port}" for name, at, port in places)
    click.echo(f"Ready: {told}")
