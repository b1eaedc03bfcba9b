"""``tallystick user methods`` and ``user reset``: what a user has for the second factor."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from idp.cli import completion
from idp.cli.context import DefaultCommandGroup, ServerCommand, with_services
from idp.cli.output import json_option, print_done, print_json, print_table, print_warning
from idp.cli.terminal_user import new_password, password_stdin_option
from idp.instants import json_instant

if TYPE_CHECKING:
    from datetime import datetime

    from adapter.mfa.methods import RegisteredMethod
    from idp.management.code_apps import CodeAppOffer
    from idp.management.users import UserMethods
    from idp.services import Services


COLUMNS = (
    "method", "name", "platform", "app version", "kind", "since", "last used", "default",
    "allowed", "id",
)  # fmt: skip
_SHOW = """\
tallystick user methods alice@example.test
tallystick user methods show alice@example.test --json"""
_ADD = 'tallystick user methods add alice@example.test --name "Work phone"'
_RENAME = 'tallystick user methods rename alice@example.test totp "Work phone"'
_REMOVE = """\
tallystick user methods remove alice@example.test totp
tallystick user methods remove alice@example.test --all"""


@click.group("methods", cls=DefaultCommandGroup, default="show")
def methods() -> None:
    """Show the methods of a user for the second factor; add, rename, choose or remove some."""


@methods.command("show", example=_SHOW)
@click.argument("name", shell_complete=completion.users)
@json_option
@with_services
def show(services: Services, name: str, as_json: bool) -> None:
    """Show the methods of a user, and the activation codes that still work.

    The word show may be left out.
    """
    from idp.management import users as people
    from idp.management.standing import describe

    found = people.methods_of(services, name)
    if as_json:
        print_json(found.as_json())
        return
    print_table(
        COLUMNS,
        [
            *(_method_row(found, method) for method in found.methods.registered),
            *(("activation code", *[""] * 8, each.id) for each in found.activations),
            *(
                ("waiting token", each.name, *[""] * 3, each.created.date(), "", "", "", each.id)
                for each in found.waiting_tokens
            ),
        ],
        empty=f"{name} has no method yet. Add one: tallystick user activate {name}",
    )
    for method in found.methods.registered:
        permission = found.permissions.of(method)
        if not permission.is_allowed:
            print_warning(f"{method.kind} {method.name} is not allowed. {permission.explanation}")
    for phrase in describe(found.standing):
        print_warning(f"{name} is {phrase}.")
    if found.pushes_paused_since is not None:
        since = json_instant(found.pushes_paused_since)
        click.echo(
            f"No requests are sent since {since}, when one was reported. "
            f"Send them again: tallystick user unlock {name}",
            err=True,
        )


@methods.command("add", example=_ADD)
@click.argument("name", shell_complete=completion.users)
@click.option("--name", "app_name", default="", help="What the user calls the app.")
@json_option
@with_services
def add(services: Services, name: str, app_name: str, as_json: bool) -> None:
    """Add a code app, once it has shown a right code.

    Prints an address and its QR code for the app, then reads the code that the app shows from
    standard input. With --json each of the two answers is one line.
    """
    from idp.management import code_apps
    from idp.management import users as people

    offer = code_apps.begin_code_app(services, name)
    if as_json:
        print_json(offer.as_json())
    else:
        _print_offer(offer)
    code = sys.stdin.readline().strip()
    method = code_apps.confirm_code_app(services, name, offer.sealed, code, app_name)
    value = people.method_as_json(method)
    print_done(value, f"{offer.user} has the code app {method.name}.", as_json=as_json)


@methods.command("rename", example=_RENAME)
@click.argument("name", shell_complete=completion.users)
@click.argument("method_id", metavar="ID")
@click.argument("new_name", metavar="NEW-NAME")
@json_option
@with_services
def rename(services: Services, name: str, method_id: str, new_name: str, as_json: bool) -> None:
    """Give a method another name.

    ID stands in the last column of "tallystick user methods NAME".
    """
    from idp.management import users as people

    method = people.rename_method(services, name, method_id, new_name)
    value = people.method_as_json(method)
    print_done(value, f"The method is called {method.name}.", as_json=as_json)


@methods.command("default", example="tallystick user methods default alice@example.test totp")
@click.argument("name", shell_complete=completion.users)
@click.argument("method_id", metavar="ID")
@json_option
@with_services
def default(services: Services, name: str, method_id: str, as_json: bool) -> None:
    """Choose the method that the user is asked for first.

    Of several phones, any may answer a request. If the policies do not allow the method, the user
    is asked for another one. ID stands in the last column of "tallystick user methods NAME".
    """
    from idp.management import users as people

    people.choose_default(services, name, method_id)
    value = {"user": name, "default": method_id}
    print_done(value, f"{name} is asked for {method_id} first.", as_json=as_json)


@methods.command("remove", example=_REMOVE)
@click.argument("name", shell_complete=completion.users)
@click.argument("method_id", metavar="[ID]", required=False)
@click.option("--all", "everything", is_flag=True, help="Remove all methods of the user.")
@json_option
@with_services
def remove(
    services: Services, name: str, method_id: str | None, everything: bool, as_json: bool
) -> None:
    """Remove a method or an activation code, which is worth nothing from then on.

    ID stands in the last column of "tallystick user methods NAME".
    """
    from idp.management import users as people

    if (method_id is None) is not everything:
        raise click.UsageError("Give either the ID of a method or --all.")
    if method_id is not None:
        people.remove_method(services, name, method_id)
        removed = [method_id]
    else:
        removed = [method.id for method in people.remove_all_methods(services, name)]
    if as_json:
        print_json({"removed": removed})
    else:
        click.echo(f"Removed {_count(removed)} of {name}.")


@click.command(
    "reset", cls=ServerCommand, example="tallystick user reset alice@example.test --compromised"
)
@click.argument("name", shell_complete=completion.users)
@click.option(
    "--compromised", is_flag=True, help="Somebody else may know the password or hold a factor."
)
@click.option("--must-change", is_flag=True, help="Require another password at sign-in.")
@password_stdin_option
@json_option
@with_services
def reset(
    services: Services,
    name: str,
    compromised: bool,
    must_change: bool,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Take back an account that somebody else can use.

    The user gets a new password; all sessions end, and all methods and activation codes are
    removed.
    """
    from idp.management import users as people
    from idp.management.user_by_name import find_user

    if not compromised:
        raise click.UsageError(
            "This removes all methods of the user. Say so with --compromised, or set only a new "
            f"password: tallystick user passwd {name}"
        )
    upn = find_user(services, name).upn
    password = new_password(upn, from_stdin=password_stdin)
    removed = [
        method.id
        for method in people.reset_compromised(services, upn, password, must_change=must_change)
    ]
    if as_json:
        print_json({"user": upn, "removed": removed})
        return
    click.echo(
        f"{upn} has a new password, and earlier sessions have ended. "
        f"Removed {_count(removed)}. Activate a phone again: tallystick user activate {upn}"
    )


def _print_offer(offer: CodeAppOffer) -> None:
    import segno

    click.echo(f"Address  {offer.address}\n")
    segno.make(offer.address, error="m").terminal(sys.stdout, compact=True)
    click.echo(f"\nAdd it to {offer.user}'s app, then type the code that the app shows.")


def _count(removed: list[str]) -> str:
    return "1 method" if len(removed) == 1 else f"{len(removed)} methods"


def _method_row(found: UserMethods, method: RegisteredMethod) -> tuple[object, ...]:
    own = [method.details.get(name, "") for name in ("platform", "app_version", "device")]
    since = method.created.date() if method.created else ""
    is_default = "yes" if method == found.methods.default else ""
    allowed = "yes" if found.permissions.of(method).is_allowed else "no"
    times = (since, _moment(method.last_used))
    return (method.kind, method.name, *own, *times, is_default, allowed, method.id)


def _moment(at: datetime | None) -> str:
    return "" if at is None else json_instant(at)
