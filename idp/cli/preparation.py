"""What ``tallystick serve`` does once, before the server's processes start, and makes their plan.

It is done in a process of its own, which ends: the supervisor lives as long as the server, and
would keep all the memory that the whole application takes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp.cli.failures import failure_of
from idp.config import CONFIG_VARIABLE
from idp.serving.plan import Plan
from idp.serving.process import python_module

if TYPE_CHECKING:
    from idp.config.schema import Config

CANNOT_PREPARE = 1
"""The exit status of the process if its standard output says what is wrong."""


class CannotPrepare(TallystickError):
    """Raised for whatever is wrong with the configuration, or with what it names."""

    def __init__(
        self, code: str, problem: str, remedy: str, faults: Sequence[Mapping[str, str]]
    ) -> None:
        super().__init__(problem, remedy, code=code)
        self.placed_faults = faults


def prepare(config_file: Path) -> Plan:
    """Open everything once, which upgrades the database, and return the plan of the server.

    Log lines go to standard error; the last are what the doctor finds at a glance. Raises
    :class:`CannotPrepare`.
    """
    done = subprocess.run(  # noqa: S603 - our own module
        python_module(__name__),
        env={**os.environ, CONFIG_VARIABLE: str(config_file)},
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    if done.returncode == CANNOT_PREPARE and done.stdout:
        raise CannotPrepare(*json.loads(done.stdout))
    if done.returncode:
        problem = f"The server could not be opened (status {done.returncode})"
        raise CannotPrepare("server_ended", problem, "See the log lines above", ())
    return Plan.from_json(done.stdout)


def main() -> None:
    """Write the plan on standard output, or what is wrong."""
    file = Path(os.environ[CONFIG_VARIABLE])
    try:
        print(_plan_of(file).to_json())
    except (TallystickError, UnicodeError, OSError) as error:
        told = failure_of(error)
        print(json.dumps((told.code, told.problem, told.remedy, list(told.faults))))
        sys.exit(CANNOT_PREPARE)


def _plan_of(config_file: Path) -> Plan:
    from idp.config.reading import load
    from idp.serving.planning import make_plan

    config = load(config_file)
    plan = make_plan(config_file, config)
    _open_once(config)
    _log_findings(config_file, config)
    return plan


def _open_once(config: Config) -> None:
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


def _log_findings(config_file: Path, config: Config) -> None:
    """Log what the doctor finds at a glance; the server starts nevertheless."""
    from idp.doctor.examination import examine_quickly
    from idp.doctor.findings import Environment, Level, ServerUnderTest
    from idp.logs import get_logger

    for found in examine_quickly(ServerUnderTest(config_file, config, Environment())):
        log = get_logger().error if found.level is Level.BROKEN else get_logger().warning
        log("doctor", code=found.code, problem=found.problem, remedy=found.remedy)


if __name__ == "__main__":
    main()
