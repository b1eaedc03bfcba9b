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
    from idp.config.schema import Config
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
    from idp.serving.metrics_endpoint import metrics_endpoint
    from idp.serving.plan import make_plan
    from idp.serving.supervisor import Supervisor

    allowed = "true" if allow_faults else None
    _override_settings(
        {"SERVER__NODE": node, "SERVE__WORKERS": workers, "TESTING__ALLOW_FAULTS": allowed}
    )
    plan = make_plan(invocation().file, invocation().config)
    _open_once(plan.config)
    _log_findings(plan)
    with metrics_endpoint(plan.config.metrics) as environment:
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
    url = plan.config.server.base_url
    if as_json:
        print_json(
            {
                "ready": True,
                "url": url,
                "listening": plan.address,
                "engine": plan.engine,
                "workers": plan.workers,
                "metrics": plan.metrics_url,
            }
        )
    else:
        processes = f"{plan.workers} {'processes' if plan.workers > 1 else 'process'}"
        click.echo(f"Ready: {url} (listening at {plan.address}, {processes} of {plan.engine})")


def _log_findings(plan: Plan) -> None:
    """Log what the doctor finds at a glance; the server starts nevertheless."""
    from idp.doctor.examination import examine_quickly
    from idp.doctor.findings import Environment, Level, ServerUnderTest
    from idp.logs import get_logger

    for found in examine_quickly(ServerUnderTest(plan.config_file, plan.config, Environment())):
        log = get_logger().error if found.level is Level.BROKEN else get_logger().warning
        log("doctor", code=found.code, problem=found.problem, remedy=found.remedy)


def _open_once(config: Config) -> None:
    """Open everything once: this upgrades the database, and raises for what is missing."""
    from idp.assembly import assemble
    from idp.logs import configure, get_logger
    from idp.session.node import NoNode

    configure(config.logging.format)
    services = assemble(config)
    try:
        name = config.server.node
        if name is not None and services.farm.node(name) is None:
            raise NoNode
        if services.farm.first() is None:
            get_logger().warning("no_node", problem=str(NoNode()))
    finally:
        services.close()
