"""``tallystick decide``: what a user sees on a server, and why. It needs no server."""

from __future__ import annotations

import os.path
import shutil
import textwrap
from collections.abc import Iterator
from typing import Any

import click
from click.core import ParameterSource

from adapter.decision import VALUES, Decision
from adapter.decision import decide as decide_experience
from adapter.nps_extension import NotAVersionError
from adapter.reasons import Rule
from adapter.windows import NotABuildError, bare_build
from idp.cli.input_text import read_windows_output
from idp.cli.output import json_option, print_json, printable

ONLY_FOR = {
    # option                 scenario
    "nps_version":          "nps",
    "override":             "nps",
    "totp_registered":      "nps",
    "protocol":             "nps",
    "client_can_answer":    "nps",
    "build":                "adfs",
    "products_after_table": "adfs",
}  # fmt: skip

HEADLINES = {
    "number_match":   ("Number matching",    "green"),
    "approve_deny":   ("Approve/Deny",       "yellow"),
    "totp":           ("A code",             "green"),
    "unavailable":    ("No push",            "red"),
    "refused":        ("Refused",            "red"),
    "phone_required": ("Only on the phone",  "red"),
    None:             ("Not known",          "red"),
}  # fmt: skip

MAX_WIDTH = 100
LABEL_WIDTH = 11

EXAMPLES = """\b
Examples:
  tallystick decide 20348.350
  tallystick decide "Microsoft Windows [Version 10.0.17763.2299]" --json
  systeminfo | tallystick decide -
  tallystick decide --scenario nps --nps-version 1.2.2131.2 --override TRUE
"""


def _choice(name: str) -> click.Choice[str]:
    return click.Choice([value for value in VALUES[name] if value])


@click.command(epilog=EXAMPLES)
@click.argument("build", required=False)
@click.option(
    "--scenario",
    type=_choice("scenario"),
    default="adfs",
    show_default=True,
    help="Where the user signs in.",
)
@click.option("--nps-version", metavar="V", help="Version of the NPS extension (nps).")
@click.option(
    "--override",
    metavar="unset|TRUE|FALSE",
    default="unset",
    show_default=True,
    help="OVERRIDE_NUMBER_MATCHING_WITH_OTP in the registry (nps).",
)
@click.option(
    "--method",
    type=_choice("requested_method"),
    default="push",
    show_default=True,
    help="What the user is asked for; default: push as the user's default method.",
)
@click.option(
    "--push-policy",
    type=_choice("push_policy"),
    default="methods",
    show_default=True,
    help="The policy that enables push notifications.",
)
@click.option(
    "--totp-registered",
    type=_choice("totp_registered"),
    help="Whether the user has a method with codes (nps).",
)
@click.option(
    "--protocol",
    type=_choice("protocol"),
    help="How the RADIUS client sends the password (nps).",
)
@click.option(
    "--client-can-answer",
    type=_choice("client_can_answer_challenge"),
    help="Whether the RADIUS client can ask its user for a code (nps).",
)
@click.option(
    "--device",
    type=_choice("device"),
    default="phone-current",
    show_default=True,
    help="The device with which the user answers.",
)
@click.option(
    "--products-after-table",
    type=_choice("products_after_table"),
    default="approve_deny",
    show_default=True,
    help="What users see on a Windows Server that is newer than Microsoft's table (adfs).",
)
@json_option
@click.pass_context
def decide(ctx: click.Context, /, as_json: bool, **options: Any) -> None:
    """Tell what a user sees when asked for the second factor, and why.

    BUILD is a build (20348.350, 10.0.20348.350), or text that the server printed: ver, winver,
    systeminfo, Get-ComputerInfo, Get-HotFix, dism or the registry; - reads standard input.

    The exit status is 1 if the text is not enough; the answer then names a command to run there.
    """
    _check_combination(ctx, options)
    decision = _of_a_file_name(options["build"]) or _decide(options)
    if as_json:
        print_json(decision.as_json())
    else:
        _print(decision)
    if decision.experience is not None:
        return
    if as_json:
        ctx.exit(1)
    raise click.ClickException(f"{decision.explanation} {decision.warnings[-1]}")


def _check_combination(ctx: click.Context, options: dict[str, Any]) -> None:
    """Refuse options that the scenario does not use, instead of ignoring them."""
    scenario = options["scenario"]
    for name, home in ONLY_FOR.items():
        if scenario != home and ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            option = "BUILD" if name == "build" else "--" + name.replace("_", "-")
            raise click.UsageError(f"{option} is for --scenario {home}, not for {scenario}.")
    if scenario == "adfs" and options["build"] is None:
        raise click.UsageError("BUILD is missing: use one like 20348.350, or - for standard input")
    if scenario == "nps" and options["nps_version"] is None:
        raise click.UsageError("--nps-version is missing: use one like 1.2.2216.1")


def _of_a_file_name(build: str | None) -> Decision | None:
    """Return a decision that asks for the file's content if BUILD is the name of a file."""
    if build in (None, "-") or bare_build(build) is not None or not os.path.isfile(build):
        return None
    from idp.operating_system import command_line

    meant = f"tallystick decide - < {command_line([build])}"
    warning = f"{build} is a file, and its name tells no build. Did you mean: {meant}"
    return Decision(None, NotABuildError.code, warnings=(warning,))


def _decide(options: dict[str, Any]) -> Decision:
    host = options["build"] if options["scenario"] == "adfs" else options["nps_version"]
    try:
        return decide_experience(
            scenario=options["scenario"],
            host=read_windows_output() if host == "-" else host or "",
            override=options["override"],
            totp_registered=options["totp_registered"] or "",
            protocol=options["protocol"] or "",
            client_can_answer_challenge=options["client_can_answer"] or "",
            push_policy=options["push_policy"],
            requested_method=options["method"],
            device=options["device"],
            products_after_table=options["products_after_table"],
        )
    except NotAVersionError as error:
        raise click.UsageError(str(error)) from error


def _print(decision: Decision) -> None:
    headline, colour = HEADLINES[decision.experience]
    click.secho(headline, fg=colour, bold=True)
    click.echo(_wrapped(f"{decision.explanation} [{decision.reason}]"))
    click.echo()
    for label, text in _facts(decision):
        lines = _wrapped(printable(text), indent=LABEL_WIDTH)
        click.secho(f"{label:<{LABEL_WIDTH}}", bold=True, nl=False)
        click.echo(lines.lstrip())


def _facts(decision: Decision) -> Iterator[tuple[str, str]]:
    if decision.product or decision.build:
        product = decision.product or "Unknown product"
        yield "Server", f"{product}, build {decision.build or 'not known'}"
    if decision.installed:
        yield "Installed", _installed(decision)
    if decision.kb:
        yield "Required", f"{decision.kb} ({decision.required_build})"
        yield "", str(decision.update_url)
    for number, rule in enumerate(decision.rules):
        yield "" if number else "Because", _because(rule)
    # Of an undecided text, the last says what to run: it is printed on standard error.
    notes = decision.warnings if decision.experience else decision.warnings[:-1]
    for number, note in enumerate(notes):
        yield "" if number else "Note", note


def _installed(decision: Decision) -> str:
    update = decision.installed
    if update is None:
        return ""
    text = f"{update.kb} ({update.build}) of {update.released}, {update.kind}"
    if update.build == decision.build:
        return text
    if decision.build is None:
        return f"{text}: the newest known update in the hotfix list"
    return f"{text}: the newest known update in this build"


def _because(rule: Rule) -> str:
    text = f"“{rule.quote}”" if rule.quote else f"Inferred: {rule.note}"
    return f"{text} [{rule.name}]"


def _wrapped(text: str, indent: int = 0) -> str:
    return textwrap.fill(
        text,
        width=min(shutil.get_terminal_size().columns, MAX_WIDTH),
        initial_indent=" " * indent,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
