"""``tallystick user set`` and ``user rename``: attributes, groups and the name of a user."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from idp.cli import completion
from idp.cli.context import ServerCommand, with_services
from idp.cli.output import json_option, print_done, print_warning

if TYPE_CHECKING:
    from idp.services import Services

_SET = """\
tallystick user set alice@example.test givenName=Alice sn=Archer telephoneNumber=5550100
tallystick user set alice@example.test title= otherTelephone=1 otherTelephone=2
tallystick user set alice@example.test --add-group Staff --remove-group Guests"""
_RENAME = "tallystick user rename alice@example.test alice.archer@example.test"


@click.command("set", cls=ServerCommand, example=_SET)
@click.argument("name", shell_complete=completion.users)
@click.argument("changes", nargs=-1, metavar="[KEY=VALUE]...")
@click.option("--add-group", "add", multiple=True, help="Add the user to a group; repeatable.")
@click.option("--remove-group", "remove", multiple=True, help="Take the user out; repeatable.")
@json_option
@with_services
def set_(
    services: Services,
    name: str,
    changes: tuple[str, ...],
    add: tuple[str, ...],
    remove: tuple[str, ...],
    as_json: bool,
) -> None:
    """Change attributes and groups of a user; if one is wrong, nothing is changed.

    KEY is an LDAP name like givenName. Several values: repeat the key. An empty value removes the
    attribute. mail and displayName are the user's mail address and display name.
    """
    from idp.management import user_changes
    from idp.management.user_views import view_user

    if not (changes or add or remove):
        raise click.UsageError("Give KEY=VALUE, --add-group or --remove-group.")
    changed = user_changes.change_user(
        services, name, read_pairs(changes), add_groups=add, remove_groups=remove
    )
    value = view_user(services, changed).as_json() if as_json else None
    print_done(value, f"{changed.upn} is changed.", as_json=as_json)


@click.command("rename", cls=ServerCommand, example=_RENAME)
@click.argument("name", shell_complete=completion.users)
@click.argument("new_name", metavar="NEW")
@json_option
@with_services
def rename(services: Services, name: str, new_name: str, as_json: bool) -> None:
    """Give a user another name.

    Groups, attributes, methods, lock-outs and the NameIDs at service providers stay. Sessions end,
    and the old name is free.
    """
    from idp.management import user_changes
    from idp.management.user_by_name import find_user
    from idp.management.user_views import view_user

    old = find_user(services, name).upn
    renamed = user_changes.rename_user(services, old, new_name)
    value = view_user(services, renamed).as_json() if as_json else None
    print_done(value, f"{old} is {renamed.upn} now.", as_json=as_json)
    if renamed.email == old != renamed.upn:
        print_warning(
            f"mails still go to {old}. Change that: tallystick user set {renamed.upn} mail=ADDRESS"
        )


def read_pairs(pairs: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the attributes in ``KEY=VALUE`` arguments."""
    from idp.directory.attributes import gather

    faulty = [pair for pair in pairs if "=" not in pair]
    if faulty:
        raise click.UsageError(f"{faulty[0]!r} is not KEY=VALUE")
    return gather((name, value) for name, _, value in (pair.partition("=") for pair in pairs))
