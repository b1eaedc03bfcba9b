"""``tallystick user``: the local directory, and the second factors of its users."""

from __future__ import annotations

import sys
from typing import IO, TYPE_CHECKING

import click

from idp.cli import completion
from idp.cli.context import CommandGroup, with_services
from idp.cli.output import json_option, print_done, print_fields, print_json, print_table
from idp.cli.terminal_user import new_password, password_stdin_option
from idp.cli.user_changes import read_pairs, rename, set_
from idp.cli.user_methods import methods, reset
from idp.cli.user_nt_hash import nt_hash
from idp.cli.user_protection import access_pass, block, dismiss_risk, unblock
from idp.cli.user_tokens import tokens

if TYPE_CHECKING:
    from idp.directory import User
    from idp.management.users import ActivationOffer
    from idp.services import Services

_ADD = """\
tallystick user add alice@example.test --display-name "Alice" --group Staff
printf '%s\\n' "$PASSWORD" | tallystick user add alice@example.test --password-stdin"""


@click.group(cls=CommandGroup)
def user() -> None:
    """Users of the local directory, and their methods for the second factor.

    NAME is user@domain; for an existing user, DOMAIN\\user works too. Passwords are never
    arguments: they are typed without echo, or read from standard input or a file.
    """


@user.command("add", example=_ADD)
@click.argument("name")
@click.option("--display-name", default="", help="Full name.")
@click.option("--email", default="", help="Mail address (default: the name).")
@click.option("--group", "groups", multiple=True, help="A group of the user; may be repeated.")
@click.option(
    "--set", "attributes", multiple=True, metavar="KEY=VALUE",
    help="An attribute like givenName=Alice; may be repeated.",
)  # fmt: skip
@password_stdin_option
@json_option
@with_services
def add(
    services: Services,
    name: str,
    display_name: str,
    email: str,
    groups: tuple[str, ...],
    attributes: tuple[str, ...],
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Add a user.

    The command asks for the password.
    """
    from idp.management import user_changes

    given = read_pairs(attributes)
    password = new_password(name, from_stdin=password_stdin)
    added = user_changes.add_user(
        services,
        name,
        password,
        display_name=display_name,
        email=email,
        groups=groups,
        attributes=given,
    )
    _print_user(services, added, f"{added.upn} can sign in.", as_json)


@user.command("import", example="tallystick user import users.csv")
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
@json_option
@with_services
def import_users(services: Services, file: IO[str], as_json: bool) -> None:
    """Add users from a CSV file.

    Its columns are name, password, display_name, email and groups, and any attribute by its LDAP
    name, like givenName. Several groups or values are separated by ;.
    """
    from idp.management import user_changes
    from idp.management.user_views import UserView

    added = user_changes.import_users(services, file.read())
    people = [UserView(each).as_json() for each in added] if as_json else []
    names = dict.fromkeys(name for each in added for name in each.attributes)
    given = f" They have the attributes {', '.join(names)}." if names else ""
    print_done(people, f"{len(added)} users imported.{given}", as_json=as_json)


@user.command("list", example="tallystick user list --json")
@json_option
@with_services
def list_users(services: Services, as_json: bool) -> None:
    """List the users."""
    from idp.cli import user_output
    from idp.management.user_views import all_users

    views = all_users(services)
    if as_json:
        print_json([view.as_json() for view in views])
        return
    print_table(
        user_output.COLUMNS,
        [user_output.user_row(view) for view in views],
        empty="There is no user yet. Add one: tallystick user add NAME",
    )


@user.command("show", example="tallystick user show alice@example.test")
@click.argument("name", shell_complete=completion.users)
@json_option
@with_services
def show(services: Services, name: str, as_json: bool) -> None:
    """Show a user.

    This includes attributes, wrong passwords, lock-outs and familiar addresses.
    """
    from idp.cli import user_output
    from idp.management.user_views import view_user

    view = view_user(services, name)
    if as_json:
        print_json(view.as_json())
    else:
        print_fields(user_output.user_fields(view))


@user.command("passwd", example="tallystick user passwd alice@example.test --must-change")
@click.argument("name", shell_complete=completion.users)
@click.option("--must-change", is_flag=True, help="Require another password at sign-in.")
@password_stdin_option
@json_option
@with_services
def passwd(
    services: Services, name: str, must_change: bool, password_stdin: bool, as_json: bool
) -> None:
    """Set a new password and end the user's sessions."""
    from idp.management import user_changes
    from idp.management.user_by_name import find_user

    upn = find_user(services, name).upn
    password = new_password(upn, from_stdin=password_stdin)
    changed = user_changes.set_password(services, upn, password, must_change=must_change)
    sentence = f"{upn} has a new password; earlier sessions have ended."
    _print_user(services, changed, sentence, as_json)


@user.command("unlock", example="tallystick user unlock alice@example.test")
@click.argument("name", shell_complete=completion.users)
@json_option
@with_services
def unlock(services: Services, name: str, as_json: bool) -> None:
    """Clear the limits on wrong passwords, codes and pushes.

    Requests are sent again after the user has reported one.
    """
    from idp.management import users as people

    found = people.unlock(services, name)
    _print_user(services, found, f"{found.upn} can try again.", as_json)


@user.command("activate", example="tallystick user activate alice@example.test --totp")
@click.argument("name", shell_complete=completion.users)
@click.option("--totp", is_flag=True, help="Let the phone show one-time passwords too.")
@json_option
@with_services
def activate(services: Services, name: str, totp: bool, as_json: bool) -> None:
    """Offer an activation of the Authenticator.

    It prints a code, an address and a QR code that make a phone this user's Authenticator.

    Good once, for 10 minutes, and for five tries.
    """
    from idp.management import users as people

    offer = people.offer_activation(services, name, totp=totp)
    if as_json:
        print_json(offer.as_json())
    else:
        _print_offer(offer)


@user.command("sign-out", example="tallystick user sign-out alice@example.test")
@click.argument("name", shell_complete=completion.users)
@json_option
@with_services
def sign_out(services: Services, name: str, as_json: bool) -> None:
    """End a user's sessions on all devices.

    Applications keep their own sessions.
    """
    from idp.management import user_changes

    found = user_changes.sign_out_user(services, name)
    _print_user(services, found, f"{found.upn} is signed out everywhere.", as_json)


@user.command("disable", example="tallystick user disable alice@example.test")
@click.argument("name", shell_complete=completion.users)
@json_option
@with_services
def disable(services: Services, name: str, as_json: bool) -> None:
    """Disable a user and end their sessions."""
    from idp.management import user_changes

    found = user_changes.disable_user(services, name)
    _print_user(services, found, f"{found.upn} cannot sign in any more.", as_json)


@user.command("enable", example="tallystick user enable alice@example.test")
@click.argument("name", shell_complete=completion.users)
@json_option
@with_services
def enable(services: Services, name: str, as_json: bool) -> None:
    """Enable a disabled user."""
    from idp.management import user_changes

    found = user_changes.enable_user(services, name)
    _print_user(services, found, f"{found.upn} can sign in again.", as_json)


@user.command("remove", example="tallystick user remove alice@example.test")
@click.argument("name", shell_complete=completion.users)
@json_option
@with_services
def remove(services: Services, name: str, as_json: bool) -> None:
    """Remove a user with all their data."""
    from idp.management import user_changes

    user_changes.remove_user(services, name)
    gone = {"name": name, "removed": True}
    print_done(gone, f"{name} is no longer in the directory.", as_json=as_json)


def _print_user(services: Services, user: User, sentence: str, as_json: bool) -> None:
    from idp.management.user_views import view_user

    value = view_user(services, user).as_json() if as_json else None
    print_done(value, sentence, as_json=as_json)


def _print_offer(offer: ActivationOffer) -> None:
    import segno

    click.echo(f"Code     {offer.code[:3]} {offer.code[3:6]} {offer.code[6:]}")
    click.echo(f"Address  {offer.address}\n")
    segno.make(offer.address, error="m").terminal(sys.stdout, compact=True)
    click.echo(f"\nFor {offer.user}'s phone: valid once, for 10 minutes and five attempts.")


for command in (set_, rename, access_pass, block, unblock, dismiss_risk, nt_hash):
    user.add_command(command)
user.add_command(methods)
user.add_command(reset)
user.add_command(tokens)
