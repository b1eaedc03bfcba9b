"""``tallystick doctor``: checks a server, and prints a remedy for each finding."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from idp.cli.context import ServerCommand, invocation
from idp.cli.output import json_option, print_json, printable

if TYPE_CHECKING:
    from idp.doctor.findings import Finding


@click.command(cls=ServerCommand, example="tallystick doctor --json")
@json_option
def doctor(as_json: bool) -> int:
    """Check a server: files, keys, certificates, database, clock, nodes, adapters, trusts.

    Prints a remedy for each finding, and changes nothing. The exit status is 1 if something is
    broken, and 0 if there are only warnings.
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
    sentences = " ".join(f"{text}." for text in (finding.problem, finding.remedy) if text)
    return printable(f"{finding.level:<8} {finding.code:<24} {sentences}".rstrip())
