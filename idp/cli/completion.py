"""Completes names of nodes, hosts, users, trusts and settings for shells (docs/operation.md).

A shell asks by running the program with ``_TALLYSTICK_COMPLETE``; click answers for commands and
options, and calls the functions here for arguments. A question that cannot be answered, for want of
a configuration or a database, has no answers: a shell must not print an error into a line that is
being typed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import TYPE_CHECKING

import click
from click.shell_completion import BashComplete, add_completion_class, split_arg_string

from adapter.errors import TallystickError
from idp.cli.context import Invocation

if TYPE_CHECKING:
    from idp.services import Services

MAX_NAMES = 200
Complete = Callable[[click.Context, click.Parameter, str], list[str]]

# Bash cuts words at ":" and "=", which entity IDs and settings contain. The whole line is passed on
# instead, and of each answer the part is left away that Bash takes for a word of its own.
_BASH = """\
%(complete_func)s() {
    local IFS=$'\\n' response kind value current
    response=$(env COMP_LINE="${COMP_LINE:0:COMP_POINT}" %(complete_var)s=bash_complete $1)
    current=${COMP_LINE:0:COMP_POINT}
    current=${current##*[[:space:]\\"\\']}
    current=${current%%"${current##*[:=]}"}
    for completion in $response; do
        IFS=',' read -r kind value <<< "$completion"
        case $kind in
            dir) COMPREPLY=(); compopt -o dirnames ;;
            file) COMPREPLY=(); compopt -o default ;;
            plain) [[ $value == *= ]] && compopt -o nospace
                   COMPREPLY+=("${value#"$current"}") ;;
        esac
    done
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class Bash(BashComplete):
    """Completion for Bash, also of values with ``:`` and ``=``."""

    source_template = _BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the cursor, and the word that it is in."""
        line = os.environ.get("COMP_LINE", "")
        words = split_arg_string(line)[1:]
        is_between = line != line.rstrip() or not words
        return (words, "") if is_between else (words[:-1], words[-1])


add_completion_class(Bash)


def _completing(names_in: Callable[[Services, click.Context], Iterable[str]]) -> Complete:
    """Return what completes an argument with the names that *names_in* finds on the server."""

    def complete(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
        from idp.assembly import open_rooms
        from idp.cli.context import operator

        try:
            with closing(open_rooms(ctx.ensure_object(Invocation).config, operator)) as services:
                names = [
                    name
                    for name in names_in(services, ctx)
                    if name.lower().startswith(incomplete.lower()) and name.isprintable()
                ]
        except (TallystickError, OSError):
            return []
        return names[:MAX_NAMES]

    return complete


nodes = _completing(lambda services, _ctx: [node.name for node in services.farm.nodes()])
nps_hosts = _completing(lambda services, _ctx: [host.name for host in services.nps.hosts()])
nps_networks = _completing(
    lambda services, ctx: [each.network for each in services.nps.clients(ctx.params.get("host"))]
)
users = _completing(lambda services, _ctx: [user.upn for user in services.directory.list()])
trusts = _completing(
    lambda services, _ctx: [trust.entity_id for trust in services.trusts.list_all()]
)
policies = _completing(
    lambda services, _ctx: [listed.policy.name for listed in services.access.list()]
)
adapters = _completing(
    lambda services, _ctx: [provider.name for provider in services.providers.list()]
)


def application_kinds(
    _ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[str]:
    """Return the kinds of applications that settings are written for."""
    from idp.management.connect.applications import KINDS

    return [name for name in KINDS if name.startswith(incomplete)]


def trust_settings(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Complete ``KEY=VALUE`` of a trust: the name, then a value if the setting lists its values."""
    from idp.federation.relying_party.settings import TrustSettings

    name, equals, _value = incomplete.partition("=")
    properties = TrustSettings.model_json_schema()["properties"]
    if not equals:
        return [f"{each}=" for each in properties if each.startswith(name)]
    known = properties.get(name, {})
    values = known.get("enum", ["true", "false"] if known.get("type") == "boolean" else [])
    return [each for value in values if (each := f"{name}={value}").startswith(incomplete)]


def faults(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Complete the code of a fault."""
    from idp.saml_faults.catalogue import BY_CODE

    return [code for code in BY_CODE if code.startswith(incomplete.lower())]
