"""``tallystick user nt-hash``: whether a user can sign in by MS-CHAPv2."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from idp.cli import completion
from idp.cli.context import ServerCommand, with_services
from idp.cli.output import json_option, print_done, print_warning

if TYPE_CHECKING:
    from idp.services import Services

_EXAMPLE = """\
tallystick user nt-hash alice@example.test on
tallystick user nt-hash alice@example.test off"""


@click.command("nt-hash", cls=ServerCommand, example=_EXAMPLE)
@click.argument("name", shell_complete=completion.users)
@click.argument("switch", metavar="on|off", type=click.Choice(["on", "off"]))
@json_option
@with_services
def nt_hash(services: Services, name: str, switch: str, as_json: bool) -> None:
    """Keep the NT hash of a user's password, or delete it.

    MS-CHAPv2 over RADIUS needs it. It is computed at the next right password, or when one is set.
    Whoever has an NT hash signs in by MS-CHAP without the password: it is sealed, and off deletes
    it at once.
    """
    from idp.management import nt_hashes

    if switch == "on":
        upn = nt_hashes.want_nt_hash(services, name).upn
        value = nt_hashes.nt_hash_of(services, upn)
        when = "" if value["nt_hash"]["kept"] else " from the next right password on"
        print_done(value, f"The NT hash of {upn} is kept{when}.", as_json=as_json)
        print_warning("The database and the farm's secret together now hold what equals a password")
        return
    was_wanted = nt_hashes.drop_nt_hash(services, name)
    sentence = f"The NT hash of {name} {'is deleted' if was_wanted else 'was not kept'}."
    print_done(nt_hashes.nt_hash_of(services, name), sentence, as_json=as_json)
