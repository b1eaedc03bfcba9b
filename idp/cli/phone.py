"""``tallystick phone``: an Authenticator app in the terminal, for scripts and demonstrations."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click

from adapter.errors import TallystickError
from adapter.mfa.devices.device import PLATFORMS
from idp.cli.context import CommandWithExample
from idp.cli.output import json_option, print_json, print_table, printable
from idp.cli.phone_errors import REMEDIES, NoPhone, WrongNumber
from idp.cli.phone_output import (
    account_as_json,
    account_row,
    print_notices,
    print_refusals,
    print_requests,
    print_state,
    state_of,
)

if TYPE_CHECKING:
    from idp.authenticator.client import Phone

P = ParamSpec("P")
R = TypeVar("R")

VARIABLE = "TALLYSTICK_PHONE"


def file_option() -> click.Option:
    """Return the option ``--file FILE``. A subcommand has it too, and its value wins."""
    return click.Option(
        ["--file", "phone_file"],
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        expose_value=False,
        callback=_remember,
        help=f"The file with the keys of the phone (else ${VARIABLE}).",
    )


def _remember(ctx: click.Context, _option: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.meta[VARIABLE] = value


class PhoneCommand(CommandWithExample):
    """A command of the phone: it has the option ``--file``."""

    def __init__(self, *args: Any, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.params.append(file_option())


class PhoneGroup(click.Group):
    """The group ``tallystick phone``; ``--file`` may precede its subcommands."""

    command_class = PhoneCommand

    def __init__(self, *args: Any, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.params.append(file_option())


def with_phone(function: Callable[Concatenate[Phone, P], R]) -> Callable[P, R]:
    """Decorate a command: its first argument is the phone of ``--file`` or ``TALLYSTICK_PHONE``."""

    @functools.wraps(function)
    def command(*args: P.args, **kwargs: P.kwargs) -> R:
        from idp.authenticator.client import Phone

        path = click.get_current_context().meta.get(VARIABLE) or os.environ.get(VARIABLE)
        if not path:
            raise NoPhone(
                "The file with the keys of the phone is not named", f"Use --file or set ${VARIABLE}"
            )
        try:
            return function(Phone.at(path), *args, **kwargs)
        except TallystickError as error:
            if error.code not in REMEDIES:
                raise
            raise TallystickError(error.problem, REMEDIES[error.code], code=error.code) from None

    return command


timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    default=0,
    metavar="SECONDS",
    help="Wait so long for a request (default: do not wait).",
)
request_option = click.option(
    "--request", "request_id", metavar="ID", help="The request to answer, if several are pending."
)


@click.group(cls=PhoneGroup)
def phone() -> None:
    """An Authenticator app in the terminal, for scripts and demonstrations.

    It keeps its keys in a file of mode 0600.
    """


@phone.command(
    example="tallystick phone --file alice.phone activate "
    "'http://localhost:8080/authenticator/#123456789'"
)
@click.argument("code_or_url")
@click.option("--server", metavar="URL", help="Base URL of the server, if only a code is given.")
@click.option("--name", default="Terminal", show_default=True, help="Name of the device.")
@click.option(
    "--platform", type=click.Choice(PLATFORMS), default="android", show_default=True,
    help="Platform of the device; wear-os is a watch, watchos is refused.",
)  # fmt: skip
@click.option("--app-version", metavar="V", help="Version of the app (default: a current one).")
@click.option("--broker", is_flag=True, help="The user signs in on this same device (ios only).")
@click.option(
    "--ca-file", type=click.Path(exists=True, dir_okay=False, resolve_path=True), metavar="FILE",
    help="Certificate authorities for the server's TLS; stored with the account.",
)  # fmt: skip
@json_option
@with_phone
def activate(phone: Phone, /, code_or_url: str, as_json: bool, **options: Any) -> None:
    """Become the Authenticator of a user.

    CODE_OR_URL is the address in the QR code of tallystick user activate, or its nine digits
    together with --server. Versions below 6.2006.4198 (android) and 6.4.12 (ios) cannot match
    numbers; those below 6.2108.5654 and 6.5.82 offer three to tap.
    """
    account = phone.activate(code_or_url, **options)
    if as_json:
        print_json(account_as_json(account))
    else:
        click.echo(f"This is now {printable(account.user)}'s Authenticator at {account.server}.")


@phone.command("list", example="tallystick phone --file alice.phone list --json")
@json_option
@with_phone
def list_accounts(phone: Phone, as_json: bool) -> None:
    """List the accounts and the pending requests."""
    accounts = phone.accounts()
    states = [state_of(phone, account) for account in accounts]
    is_usable = any("error" not in state for state in states)
    requests = phone.pending() if is_usable else ()
    refusals = phone.refusals() if is_usable else ()
    notices = phone.notices() if is_usable else ()
    if as_json:
        print_json(
            {
                "accounts": states,
                "requests": [request.sent for request in requests],
                "refusals": [refusal.sent for refusal in refusals],
                "notices": [notice.sent for notice in notices],
            }
        )
        return
    rows = [account_row(account, state) for account, state in zip(accounts, states, strict=True)]
    columns = ("user", "server", "device", "platform", "version", "codes", "state")
    print_table(
        columns,
        rows,
        empty="There is no account yet. Add one: tallystick phone activate CODE_OR_URL",
    )
    print_requests(requests)
    print_refusals(refusals)
    print_notices(notices)


@phone.command(example="tallystick phone --file alice.phone dismiss")
@json_option
@with_phone
def dismiss(phone: Phone, as_json: bool) -> None:
    """Print the notices about changes of the accounts, and dismiss them on this phone."""
    notices = phone.notices()
    for notice in notices:
        phone.dismiss(notice)
    if as_json:
        print_json({"dismissed": [notice.sent for notice in notices]})
    elif notices:
        print_notices(notices)
    else:
        click.echo("There is no notice.")


@phone.command(example="tallystick phone --file alice.phone wait --timeout 60")
@click.option(
    "--timeout", type=click.FloatRange(min=0), metavar="SECONDS",
    help="Give up after so long, with exit status 1 (default: never).",
)  # fmt: skip
@json_option
@with_phone
def wait(phone: Phone, timeout: float | None, as_json: bool) -> None:
    """Wait for a request and print it."""
    from idp.authenticator.client import PhoneError

    requests = phone.pending(float("inf") if timeout is None else timeout)
    if not requests:
        raise PhoneError("No request came", "Start a sign-in", code="no_request")
    if as_json:
        print_json([request.sent for request in requests])
    else:
        print_requests(requests)


@phone.command(example="tallystick phone --file alice.phone approve --number 42 --timeout 60")
@click.option("--number", metavar="NN", help="The number on the sign-in page.")
@request_option
@timeout_option
@json_option
@with_phone
def approve(
    phone: Phone, number: str | None, request_id: str | None, timeout: float, as_json: bool
) -> None:
    """Approve the pending request.

    If the sign-in page shows a number, --number is required; with Approve/Deny it is ignored.
    """
    state = phone.approve(number, timeout, request_id)
    if state == "wrong_number":
        raise WrongNumber("The number is wrong, which ends the request", "Start a new sign-in")
    print_state(state, as_json)


@phone.command(example="tallystick phone --file alice.phone deny --report")
@click.option("--report", is_flag=True, help="Report a request that you did not start.")
@request_option
@timeout_option
@json_option
@with_phone
def deny(phone: Phone, report: bool, request_id: str | None, timeout: float, as_json: bool) -> None:
    """Deny the pending request."""
    print_state(phone.deny(report, timeout, request_id), as_json)


@phone.command(example="tallystick phone --file alice.phone code")
@json_option
@with_phone
def code(phone: Phone, as_json: bool) -> None:
    """Print the current one-time password."""
    from idp.authenticator.client import PhoneError

    codes = phone.codes()
    if not codes:
        raise PhoneError(
            "No account on this phone has codes",
            "Activate with a code from tallystick user activate NAME --totp",
            code="no_code",
        )
    if as_json:
        print_json(
            [
                {
                    "user": code.account.user,
                    "code": code.code,
                    "seconds_left": code.seconds_left,
                }
                for code in codes
            ]
        )
    elif len(codes) == 1:
        click.echo(codes[0].code)
    else:
        for code in codes:
            click.echo(f"{code.code}\t{printable(code.account.user)}")
