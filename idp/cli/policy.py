"""``tallystick policy``: which methods the second factor allows to whom (docs/policies.md)."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any

import click

from idp.cli.context import CommandGroup, with_services
from idp.cli.input_text import decode_text
from idp.cli.output import (
    json_option,
    print_done,
    print_fields,
    print_json,
    print_table,
    print_warning,
    printable,
)

if TYPE_CHECKING:
    from idp.management.policies import PolicyView
    from idp.services import Services

_SET = """\
tallystick policy set MicrosoftAuthenticator.includeTargets=Staff
tallystick policy set policyMigrationState=migrationComplete"""


@click.group(cls=CommandGroup)
def policy() -> None:
    """Which methods users may use for the second factor.

    The authentication methods policy allows each method by group, the legacy MFA policy to
    everybody. Other settings say who may reset a password and who is asked to register. The keys
    are those of Microsoft Graph. No setting switches number matching off.
    """


@policy.command("show", example="tallystick policy show --json")
@json_option
@with_services
def show(services: Services, as_json: bool) -> None:
    """Show every setting by the key that changes it.

    What has no effect is said in a warning.
    """
    from idp.management import policies

    view = policies.show(services)
    if as_json:
        print_json(view.as_json())
        return
    print_fields([("version", view.version), *_shown(view.settings())])
    _warn(view.notes)


@policy.command("set", example=_SET)
@click.argument("changes", metavar="KEY=VALUE...", nargs=-1, required=True)
@click.option("--version", type=int, help="Change nothing if the policy has another version.")
@json_option
@with_services
def set_(services: Services, changes: tuple[str, ...], version: int | None, as_json: bool) -> None:
    """Change settings, all or none.

    A value is JSON, or a text. For targets, a text is the name of a group; all_users is everybody.
    The next sign-in uses the change.
    """
    from idp.management import policies
    from idp.management.policy_words import setting_value

    pairs = [change.partition("=") for change in changes]
    if not all(equals for _, equals, _ in pairs):
        raise click.UsageError("Give each change as KEY=VALUE.")
    values = {key.strip(): setting_value(text) for key, _, text in pairs}
    _print_changed(policies.change(services, values, version=version), as_json)


@policy.command("import", example="tallystick policy import policy.json")
@click.argument("file", type=click.File("rb"))
@json_option
@with_services
def import_(services: Services, file: IO[bytes], as_json: bool) -> None:
    """Import a policy from JSON: an exported one, or what Microsoft Graph returns.

    FILE (- reads standard input) holds a whole policy or the configuration of one method. What it
    does not name stays as it is. If it has a version, nothing is changed unless that is the stored
    one.
    """
    from idp.management import policies

    _print_changed(policies.import_policy(services, _json_in(file)), as_json)


@policy.command("export", example="tallystick policy export")
@json_option
@with_services
def export(services: Services, as_json: bool) -> None:
    """Print the whole policy in Microsoft Graph's shape, as a file that can be edited.

    With --json it is one line.
    """
    from idp.management import policies

    policy = policies.show(services).as_json()["policy"]
    click.echo(json.dumps(policy, indent=None if as_json else 2))


@policy.command("diff", example="tallystick policy diff policy.json")
@click.argument("file", type=click.File("rb"))
@json_option
@with_services
def diff(services: Services, file: IO[bytes], as_json: bool) -> None:
    """Show what importing a file would change, user by user; nothing is changed."""
    from idp.management import policy_diff
    from idp.management.policy_words import diff_rows

    found = policy_diff.diff(services, _json_in(file))
    if as_json:
        print_json(found.as_json())
        return
    print_table(
        ("setting or user", "what", "before", "after"),
        diff_rows(found),
        empty="Nothing would change.",
    )
    _warn(found.notes)


def _print_changed(view: PolicyView, as_json: bool) -> None:
    if not as_json:
        _warn(view.notes)
    print_done(view.as_json(), f"The policy is changed: version {view.version}.", as_json=as_json)


def _warn(notes: tuple[str, ...]) -> None:
    for note in notes:
        print_warning(note)


def _shown(settings: dict[str, Any]) -> list[tuple[str, object]]:
    from idp.management.policy_words import setting_text

    return [(key, printable(setting_text(value))) for key, value in settings.items()]


def _json_in(file: IO[bytes]) -> object:
    from idp.mfa.graph_import import BadMethodsPolicy

    try:
        return json.loads(decode_text(file.read()))
    except (ValueError, RecursionError):
        raise BadMethodsPolicy("the file is not JSON") from None
