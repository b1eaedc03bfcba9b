"""``tallystick doctor``: what is wrong with a server, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from idp.cli.context import Verb, invocation
from idp.cli.output import json_option, print_json, printable

if TYPE_CHECKING:
    from idp.doctor.findings import Finding


@click.command(cls=Verb, example="tallystick doctor --json")
@json_option
def doctor(as_json: bool) -> int:
    """Look a server over: files, keys, certificates, database, clock, nodes, adapters, trusts.

    Each finding comes with its remedy. Exit status 1 when something is broken, 0 when there are
    warnings alone. Nothing is changed.
    """
    from idp.doctor.examination import examine
    from idp.doctor.findings import Environment, Level

    file = invocation().file
    findings = tuple(examine(file, Environment()))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            click.echo(_line(finding))
    return int(any(finding.level is Level.BROKEN for finding in findings))


def _line(finding: Finding) -> str:
    told = " ".join(f"{text}." for text in (finding.problem, finding.remedy) if text)
    return printable(f"{finding.level:<8} {finding.code:<24} {told}".rstrip())
