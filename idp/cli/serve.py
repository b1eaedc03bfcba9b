"""``tallystick serve``: runs the server for real use."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from idp.cli import completion
from idp.cli.context import ServerCommand, invocation
from idp.cli.output import json_option, print_json
from idp.config import SETTING_PREFIX

if TYPE_CHECKING:
    from idp.serving.plan import Plan


@click.command(
    cls=ServerCommand, example="tallystick serve -c /etc/tallystick/tallystick.toml --workers 4"
)
@click.option(
    "--node", metavar="NAME", help="Node of the farm that it is (else server.node).",
    shell_complete=completion.nodes,
)  # fmt: skip
@click.option(
    "--workers", type=click.IntRange(1, 256), metavar="N",
    help="Number of worker processes (else serve.workers; default: one for each processor).",
)  # fmt: skip
@click.option(
    "--allow-faults", is_flag=True, help="For testing: send faulty responses where asked to."
)
@json_option
def serve(node: str | None, workers: int | None, allow_faults: bool, as_json: bool) -> None:
    """Run the federation server until SIGTERM or Ctrl-C.

    It upgrades the database first, and prints one line on standard output when it is ready. Log
    lines go to standard error; the first are what tallystick doctor finds at a glance. At the end
    it finishes running requests; a second signal ends it at once.
    """
    from idp.cli.preparation import prepare
    from idp.serving.metrics_endpoint import metrics_endpoint
    from idp.serving.supervisor import Supervisor

    allowed = "true" if allow_faults else None
    _override_settings(
        {"SERVER__NODE": node, "SERVE__WORKERS": workers, "TESTING__ALLOW_FAULTS": allowed}
    )
    plan = prepare(invocation().file)
    with metrics_endpoint(plan.metrics_bind, plan.metrics_port) as environment:
        Supervisor(plan.processes, environment).run(lambda: _print_ready(plan, as_json=as_json))


def _override_settings(options: dict[str, object]) -> None:
    """Let options override the file, in this process and in those that it starts."""
    for name, value in options.items():
        if value is not None:
            variable = SETTING_PREFIX + name
            for other in [each for each in os.environ if each.upper() == variable]:
                del os.environ[other]  # variables count in any case, and one of two would win
            os.environ[variable] = str(value)


def _print_ready(plan: Plan, *, as_json: bool) -> None:
    url = plan.base_url
    if as_json:
        print_json(
            {
                "ready": True,
                "url": url,
                "listening": plan.listening.url,
                "engine": plan.engine,
                "workers": plan.workers,
                "metrics": plan.metrics_url,
            }
        )
    else:
        processes = f"{plan.workers} {'processes' if plan.workers > 1 else 'process'}"
        click.echo(
            f"Ready: {url} (listening at {plan.listening.url}, {processes} of {plan.engine})"
        )
