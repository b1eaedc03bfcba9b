"""``tallystick config``: the settings in effect, and the configuration in the database."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from idp.cli.config_file import apply, diff, export
from idp.cli.config_import import import_adfs
from idp.cli.context import CommandGroup, invocation
from idp.cli.output import json_option, print_fields, print_json, print_table

if TYPE_CHECKING:
    from idp.config.sources import Setting


@click.group(cls=CommandGroup)
def config() -> None:
    """The settings in effect, and the configuration in the database as one file.

    show prints the settings of tallystick.toml: a variable TALLYSTICK__SECTION__KEY overrides the
    file, and the file overrides the default. export, diff, apply and import-adfs are about
    what the database has: trusts, policies, nodes, users.
    """


for command in (export, diff, apply, import_adfs):
    config.add_command(command)


@config.command("show", example="tallystick config show --origin")
@click.option("--origin", is_flag=True, help="Show where each setting comes from.")
@json_option
def show(origin: bool, as_json: bool) -> None:
    """Print every setting and its value; secrets are not shown."""
    from idp.config.sources import settings_of

    settings = settings_of(invocation().file)
    if as_json:
        print_json([_as_json(setting, origin) for setting in settings])
    elif origin:
        rows = [(setting.name, _text(setting.value), setting.origin) for setting in settings]
        print_table(("setting", "value", "from"), rows, empty="There is no setting.")
    else:
        print_fields([(setting.name, _text(setting.value)) for setting in settings])


def _as_json(setting: Setting, origin: bool) -> dict[str, Any]:
    shown = {"name": setting.name, "value": setting.value}
    if not origin:
        return shown
    return {**shown, "origin": setting.origin, "meaning": setting.meaning.replace("``", "")}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
