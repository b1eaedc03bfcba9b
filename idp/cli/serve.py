"""``tallystick serve``: the server, for real use."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from idp.cli.context import Verb, invocation
from idp.cli.output import json_option, print_json

if TYPE_CHECKING:
    from idp.config.schema import Config
    from idp.serving.plan import Plan


@click.command(cls=Verb, example="tallystick serve -c /etc/tallystick/tallystick.toml --workers 4")
@click.option("--node", metavar="NAME", help="Answer as this node of the farm (else server.node).")
@click.option(
    "--workers", type=click.IntRange(1, 256), metavar="N",
    help="Processes that answer (else serve.workers; default: one for each core).",
)  # fmt: skip
@json_option
def serve(node: str | None, workers: int | None, as_json: bool) -> None:
    """Run the federation server until SIGTERM or Ctrl-C; requests under way are answered first.

    The database is brought up to date before. Says on standard output when it answers; log lines
    go to standard error. A second signal ends it at once.
    """
    from idp.serving.metrics_endpoint import metrics_endpoint
    from idp.serving.plan import make_plan
    from idp.serving.supervisor import Supervisor

    _outrank_all({"SERVER__NODE": node, "SERVE__WORKERS": workers})
    plan = make_plan(invocation().file, invocation().config)
    _must_be_usable(plan.config)
    with metrics_endpoint(plan.config.metrics) as environment:
        Supervisor(plan.processes, environment).run(lambda: _say_ready(plan, as_json=as_json))


def _outrank_all(options: dict[str, object]) -> None:
    """Make options what outranks the file here and in every process that is started."""
    for name, value in options.items():
        if value is not None:
            os.environ[f"TALLYSTICK__{name}"] = str(value)


def _say_ready(plan: Plan, *, as_json: bool) -> None:
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


def _must_be_usable(config: Config) -> None:
    """Open everything once, which upgrades the database and names what is missing."""
    from idp.app import assemble
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
