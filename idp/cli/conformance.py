"""``tallystick conformance``: every fault against one service provider."""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from idp.cli import completion
from idp.cli.context import ServerCommand, with_services
from idp.cli.faults import for_testing
from idp.cli.output import printable
from idp.cli.terminal_user import known_password, password_stdin_option

if TYPE_CHECKING:
    from idp.conformance.report import Report, Result
    from idp.conformance.run import Run
    from idp.conformance.visitor import Account
    from idp.services import Services

FAILED = 1
_COLORS = {"pass": "green", "fail": "red", "not decided": "yellow"}
file_option = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command(
    cls=ServerCommand,
    example="tallystick conformance https://sp.example.test/metadata --user user@example.test \\\n"
    "  --login-url https://sp.example.test/login --probe-url https://sp.example.test/me \\\n"
    "  --html report.html",
)
@click.argument("entity_id", metavar="SP", shell_complete=completion.trusts)
@click.option("--login-url", required=True, metavar="URL", help="Where a sign-in starts.")
@click.option(
    "--user", "user", required=True, metavar="NAME", shell_complete=completion.users,
    help="Who signs in; the password is read from a prompt.",
)  # fmt: skip
@password_stdin_option
@click.option(
    "--totp-secret-file", type=click.File(), metavar="FILE",
    help="The secret (Base32) of the user's code app, if the sign-in asks for a code.",
)  # fmt: skip
@click.option("--probe-url", metavar="URL", help="An address that shows who is signed in.")
@click.option("--probe-text", metavar="TEXT", help="What it shows then (default: the user name).")
@click.option(
    "--probe-status", type=click.IntRange(100, 599), metavar="N",
    help="Its status then (default: any below 400).",
)  # fmt: skip
@click.option(
    "--only", multiple=True, metavar="CODE|GROUP", shell_complete=completion.faults,
    help="Send these faults only.",
)  # fmt: skip
@click.option("--ca-file", type=click.Path(exists=True), help="Certificates to trust for TLS.")
@click.option(
    "--json", "json_file", type=file_option, metavar="FILE", help="Write the report as JSON."
)
@click.option("--junit", type=file_option, help="Write it as JUnit XML.", metavar="FILE")
@click.option("--html", type=file_option, help="Write it as a page.", metavar="FILE")
@with_services
def conformance(
    services: Services,
    /,
    entity_id: str,
    user: str,
    password_stdin: bool,
    totp_secret_file: IO[str] | None,
    only: tuple[str, ...],
    json_file: Path | None,
    junit: Path | None,
    html: Path | None,
    **target: Any,
) -> int:
    """Send every fault to a service provider, and see what it accepts.

    SP is its entity ID. A scripted browser signs in with each fault, and looks at --probe-url
    whether the user is signed in. The user's sign-in may ask for the password, and for a code with
    --totp-secret-file. Exit status 0: all passed; 1: some failed. The server must allow faults.
    """
    from idp.conformance.report_files import html_report, json_report, junit_report
    from idp.conformance.visitor import Account
    from idp.saml_faults.catalogue import select_faults

    chosen = select_faults(only)
    secret = totp_secret_file.read().strip() if totp_secret_file else None
    account = Account(user, known_password(user, from_stdin=password_stdin), secret)
    run = _run(for_testing(services), entity_id, account, **target)
    report = run.all(chosen, _print_result)
    _print_summary(report)
    if json_file is not None:
        json_file.write_text(json_report(report), encoding="utf-8")
    if junit is not None:
        junit.write_bytes(junit_report(report))
    if html is not None:
        html.write_text(html_report(report), encoding="utf-8")
    return 0 if report.has_passed else FAILED


def _run(
    services: Services,
    entity_id: str,
    account: Account,
    *,
    login_url: str,
    probe_url: str | None,
    probe_text: str | None,
    probe_status: int | None,
    ca_file: str | None,
) -> Run:
    from idp.conformance.probe import Probe
    from idp.conformance.run import Run, Target

    base_url = services.config.server.base_url
    probe = Probe(probe_text or account.name, base_url, probe_url, probe_status)
    return Run(services, Target(entity_id, login_url, probe), account, ca_file or True)


def _print_result(result: Result) -> None:
    verdict = str(result.verdict)
    shown = click.style(f"{verdict:<11}", fg=_COLORS[verdict], bold=True)
    click.echo(f"{shown}  {result.fault.code:<28}  {printable(result.sentence)}")
    if verdict == "fail":
        cve = f" ({', '.join(result.fault.cve)})" if result.fault.cve else ""
        click.echo(f"{'':13}{result.fault.expectation} {result.fault.source}{cve}")


def _print_summary(report: Report) -> None:
    counts = ", ".join(f"{count} {verdict}" for verdict, count in report.counts.items())
    click.echo(f"\n{report.service_provider}: {counts}")
    if not report.works_after:
        click.echo("A correct sign-in was refused after the run: the last refusals prove nothing.")
