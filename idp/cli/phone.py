"""``tallystick phone``: an Authenticator in the terminal, for scripts and demonstrations."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click

from adapter.errors import TallystickError
from adapter.mfa.devices.device import PLATFORMS
from idp.cli.output import json_option, print_json, print_table, printable

if TYPE_CHECKING:
    from idp.authenticator.client import Phone, Request
    from idp.authenticator.phonefile import Account

P = ParamSpec("P")
R = TypeVar("R")

VARIABLE = "TALLYSTICK_PHONE"


class NoPhone(TallystickError):
    """Raised when no file was named."""

    code = "no_phone"


class WrongNumber(TallystickError):
    """Raised, so that scripts see it, when the number was wrong and the request has ended."""

    code = "wrong_number"


def file_option() -> click.Option:
    """Return the option ``--file FILE``; the one nearest to the verb wins."""
    return click.Option(
        ["--file", "phone_file"],
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        expose_value=False,
        callback=_remember,
        help=f"The file with the phone's keys (else ${VARIABLE}).",
    )


def _remember(ctx: click.Context, _option: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.meta[VARIABLE] = value


class PhoneVerb(click.Command):
    """A command of the phone: it takes ``--file``, and its help ends with an example."""

    def __init__(self, *args: Any, example: str, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.params.append(file_option())
        self.example = example

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example, unwrapped, so that it can be copied."""
        with formatter.section("Example"):
            for line in self.example.splitlines():
                formatter.write(f"{' ' * formatter.current_indent}{line}\n")


class PhoneGroup(click.Group):
    """The group; ``--file`` may stand before the verb, too."""

    command_class = PhoneVerb

    def __init__(self, *args: Any, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.params.append(file_option())


def with_phone(function: Callable[Concatenate[Phone, P], R]) -> Callable[P, R]:
    """Hand the phone of ``--file`` or ``TALLYSTICK_PHONE`` to a command."""

    @functools.wraps(function)
    def command(*args: P.args, **kwargs: P.kwargs) -> R:
        from idp.authenticator.client import Phone

        path = click.get_current_context().meta.get(VARIABLE) or os.environ.get(VARIABLE)
        if not path:
            raise NoPhone("No file for the phone's keys is named", f"Give --file or ${VARIABLE}")
        return function(Phone.at(path), *args, **kwargs)

    return command


timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    default=0,
    metavar="SECONDS",
    help="Wait that long for a request (default: take the pending one).",
)
request_option = click.option(
    "--request", "request_id", metavar="ID", help="Which request, where several are pending."
)


@click.group(cls=PhoneGroup)
def phone() -> None:
    """An Authenticator in the terminal, for scripts and demonstrations.

    It keeps its keys in a file of mode 0600.
    """


@phone.command(
    example="tallystick phone --file alice.phone activate "
    "'http://localhost:8080/authenticator/#123456789'"
)
@click.argument("code_or_url")
@click.option("--server", metavar="URL", help="The server, when only a code is given.")
@click.option("--name", default="Terminal", show_default=True, help="What the device is called.")
@click.option(
    "--platform", type=click.Choice(PLATFORMS), default="android", show_default=True,
    help="What the device is; watchos and wear-os are wearables.",
)  # fmt: skip
@click.option("--app-version", metavar="V", help="The app's version (default: a current one).")
@click.option(
    "--ca-file", type=click.Path(exists=True, dir_okay=False, resolve_path=True), metavar="FILE",
    help="Certificates that vouch for the server; remembered with the account.",
)  # fmt: skip
@json_option
@with_phone
def activate(phone: Phone, /, code_or_url: str, as_json: bool, **options: Any) -> None:
    """Become a user's Authenticator.

    CODE_OR_URL is the address in the QR code of tallystick user activate, or its nine digits with
    --server. Versions below 6.2111.7701 (android) and 6.5.85 (ios) cannot match numbers.
    """
    account = phone.activate(code_or_url, **options)
    if as_json:
        print_json(_account(account))
    else:
        click.echo(f"This is now {printable(account.user)}'s Authenticator at {account.server}.")


@phone.command("list", example="tallystick phone --file alice.phone list --json")
@json_option
@with_phone
def list_accounts(phone: Phone, as_json: bool) -> None:
    """List the accounts, and the requests that wait for an answer."""
    accounts = phone.accounts()
    described = [_described(phone, account) for account in accounts]
    usable = any("error" not in each for each in described)
    requests = phone.pending() if usable else ()
    if as_json:
        print_json({"accounts": described, "requests": [request.sent for request in requests]})
        return
    rows = [_row(account, told) for account, told in zip(accounts, described, strict=True)]
    columns = ("user", "server", "device", "platform", "version", "codes", "state")
    print_table(columns, rows, empty="No account yet: tallystick phone activate CODE_OR_URL")
    _print_requests(requests)


@phone.command(example="tallystick phone --file alice.phone wait --timeout 60")
@click.option(
    "--timeout", type=click.FloatRange(min=0), metavar="SECONDS",
    help="Give up, with exit status 1, after that long (default: never).",
)  # fmt: skip
@json_option
@with_phone
def wait(phone: Phone, timeout: float | None, as_json: bool) -> None:
    """Wait until there is a request, and print it."""
    from idp.authenticator.client import PhoneError

    requests = phone.pending(float("inf") if timeout is None else timeout)
    if not requests:
        raise PhoneError("No request came", "Start a sign-in", code="no_request")
    if as_json:
        print_json([request.sent for request in requests])
    else:
        _print_requests(requests)


@phone.command(example="tallystick phone --file alice.phone approve --number 42 --timeout 60")
@click.option("--number", metavar="NN", help="The number that the sign-in page shows.")
@request_option
@timeout_option
@json_option
@with_phone
def approve(
    phone: Phone, number: str | None, request_id: str | None, timeout: float, as_json: bool
) -> None:
    """Approve the pending request.

    Where the page shows a number it must be given; on Approve/Deny it is ignored.
    """
    state = phone.approve(number, timeout, request_id)
    if state == "wrong_number":
        raise WrongNumber("That is not the number: the request has ended", "Start a new sign-in")
    _print_state(state, as_json)


@phone.command(example="tallystick phone --file alice.phone deny --report")
@click.option("--report", is_flag=True, help="Report that the request is not yours.")
@request_option
@timeout_option
@json_option
@with_phone
def deny(phone: Phone, report: bool, request_id: str | None, timeout: float, as_json: bool) -> None:
    """Deny the pending request."""
    _print_state(phone.deny(report, timeout, request_id), as_json)


@phone.command(example="tallystick phone --file alice.phone code")
@json_option
@with_phone
def code(phone: Phone, as_json: bool) -> None:
    """Print the present one-time password."""
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
                {"user": c.account.user, "code": c.code, "seconds_left": c.seconds_left}
                for c in codes
            ]
        )
    elif len(codes) == 1:
        click.echo(codes[0].code)
    else:
        for each in codes:
            click.echo(f"{each.code}\t{printable(each.account.user)}")


def _account(account: Account) -> dict[str, Any]:
    """Return what may be shown of an account: neither its key nor its seed."""
    return {
        "user": account.user,
        "server": account.server,
        "issuer": account.issuer,
        "device": {
            "id": account.device_id,
            "name": account.device_name,
            "platform": account.platform,
            "app_version": account.app_version,
        },
        "codes": account.seed is not None,
    }


def _described(phone: Phone, account: Account) -> dict[str, Any]:
    """Return what the server sends of an account, or why it refuses it."""
    from idp.authenticator.transport import PhoneRefused

    try:
        return phone.describe(account)
    except PhoneRefused as refusal:
        return {"user": account.user, "error": refusal.code, "problem": refusal.problem}


def _row(account: Account, told: dict[str, Any]) -> tuple[object, ...]:
    codes = "yes" if account.seed is not None else "no"
    return (account.user, account.server, account.device_name, account.platform,
            account.app_version, codes, told.get("error", "ready"))  # fmt: skip


def _print_requests(requests: tuple[Request, ...]) -> None:
    for request in requests:
        sent = request.sent
        ask = "type the number of the page" if request.needs_number else "approve or deny"
        click.echo(
            f"{printable(sent['user'])} signs in to {printable(sent['application'])} "
            f"from {printable(sent['client_ip'])}: {ask} ({request.id})"
        )


def _print_state(state: str, as_json: bool) -> None:
    if as_json:
        print_json({"state": state})
    else:
        click.echo(f"{state.capitalize()}.")
