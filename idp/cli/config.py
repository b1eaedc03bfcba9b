"""``tallystick config``: the settings that hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from idp.cli.context import Noun, invocation
from idp.cli.output import json_option, print_fields, print_json, print_table

if TYPE_CHECKING:
    from idp.config.sources import Setting


@click.group(cls=Noun)
def config() -> None:
    """The settings, and where each comes from.

    A variable TALLYSTICK__SECTION__KEY outranks the file, the file outranks the default.
    """


@config.command("show", example="tallystick config show --origin")
@click.option("--origin", is_flag=True, help="Say where each comes from.")
@json_option
def show(origin: bool, as_json: bool) -> None:
    """Print every setting that holds; what is secret is not shown."""
    from idp.config.sources import settings_of

    settings = settings_of(invocation().file)
    if as_json:
        print_json([_all(each, origin) for each in settings])
    elif origin:
        rows = [(each.name, _text(each.value), each.origin) for each in settings]
        print_table(("setting", "value", "from"), rows, empty="There is no setting.")
    else:
        print_fields([(each.name, _text(each.value)) for each in settings])


def _all(setting: Setting, origin: bool) -> dict[str, Any]:
    shown = {"name": setting.name, "value": setting.value}
    return {**shown, "origin": setting.origin} if origin else shown


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
