"""``tallystick user tokens``: hardware tokens, and their activation."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import click

from idp.cli import completion
from idp.cli.context import CommandGroup, with_services
from idp.cli.input_text import decode_text
from idp.cli.output import json_option, print_done, print_json, print_table
from idp.cli.terminal_user import new_secret, secret_stdin_option
from idp.instants import json_instant

if TYPE_CHECKING:
    from adapter.mfa.codes.hardware import HardwareToken
    from idp.services import Services

COLUMNS = ("user", "serial number", "name", "seconds", "since", "activated", "last used", "id")
_ADD = """\
tallystick user tokens add alice@example.test GALT10420104 --period 60
printf '%s\\n' "$SECRET" | tallystick user tokens add alice@example.test 1234567 --secret-stdin"""


@click.group("tokens", cls=CommandGroup)
def tokens() -> None:
    """Hardware tokens, which show codes.

    A token's codes count once it is activated. "user methods remove NAME ID" takes one away.
    """


@tokens.command("list", example="tallystick user tokens list")
@click.argument("name", required=False, shell_complete=completion.users)
@json_option
@with_services
def list_(services: Services, name: str | None, as_json: bool) -> None:
    """List the tokens of all users, or of one; never their secrets."""
    from idp.management.user_by_name import find_user
    from idp.management.users import token_as_json

    user = find_user(services, name).upn if name else None
    found = services.mfa.codes.tokens(user)
    if as_json:
        print_json([token_as_json(token) for token in found])
        return
    empty = "There is no token yet. Add some: tallystick user tokens import FILE.csv"
    print_table(COLUMNS, list(map(_row, found)), empty=empty)


@tokens.command("add", example=_ADD)
@click.argument("name", shell_complete=completion.users)
@click.argument("serial_number", metavar="SERIAL")
@click.option("--period", type=click.Choice(["30", "60"]), default="30", help="Seconds of a code.")
@click.option("--manufacturer", default="", help="Who made the token.")
@click.option("--model", default="", help="The model of the token.")
@secret_stdin_option
@json_option
@with_services
def add(
    services: Services,
    name: str,
    serial_number: str,
    period: str,
    manufacturer: str,
    model: str,
    secret_stdin: bool,
    as_json: bool,
) -> None:
    """Register a token for a user.

    The command asks for the secret key, in Base32. The token waits for its activation.
    """
    from idp.management import hardware_tokens
    from idp.management.users import token_as_json

    token = hardware_tokens.add_token(
        services,
        name,
        serial_number=serial_number,
        secret=new_secret(serial_number, from_stdin=secret_stdin),
        period=period,
        manufacturer=manufacturer,
        model=model,
    )
    sentence = (
        f"The token is registered for {token.user}. Activate it with a code that it shows: "
        f"tallystick user tokens activate {token.user} {token.serial_number} CODE"
    )
    print_done(token_as_json(token), sentence, as_json=as_json)


@tokens.command("import", example="tallystick user tokens import tokens.csv")
@click.argument("file", type=click.File("rb"))
@json_option
@with_services
def import_(services: Services, file: IO[bytes], as_json: bool) -> None:
    """Register the tokens of a CSV file, all or none.

    Its columns are those of Microsoft Entra: upn, serial number, secret key, time interval,
    manufacturer, model. The tokens wait for their activation.
    """
    from idp.management import hardware_tokens
    from idp.management.users import token_as_json

    added = hardware_tokens.import_tokens(services, decode_text(file.read()))
    value = list(map(token_as_json, added))
    print_done(
        value, f"{len(added)} token{'' if len(added) == 1 else 's'} registered.", as_json=as_json
    )


@tokens.command(
    "activate", example="tallystick user tokens activate alice@example.test 1234 123456"
)
@click.argument("name", shell_complete=completion.users)
@click.argument("serial_number", metavar="SERIAL")
@click.argument("code")
@json_option
@with_services
def activate(services: Services, name: str, serial_number: str, code: str, as_json: bool) -> None:
    """Activate a token with a code that it shows now.

    Wrong codes count as at a sign-in.
    """
    from idp.management import hardware_tokens
    from idp.management.users import token_as_json

    token = hardware_tokens.activate_token(services, name, serial_number, code)
    print_done(token_as_json(token), f"{token.user} can use the token.", as_json=as_json)


def _row(token: HardwareToken) -> tuple[object, ...]:
    return (
        token.user,
        token.serial_number,
        token.name,
        token.period,
        token.created.date(),
        token.activated.date() if token.activated else "no",
        json_instant(token.last_used) if token.last_used else "",
        token.id,
    )
