"""Argument and options of the commands that simulate a sign-in without its web pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import click

from idp.cli import completion

P = ParamSpec("P")
R = TypeVar("R")


def simulated_sign_in(function: Callable[P, R]) -> Callable[P, R]:
    """Add the argument and options of a command that simulates a sign-in: trust, user, origin."""
    trust = click.argument("entity_id", metavar="ID", shell_complete=completion.trusts)
    user = click.option(
        "--user", required=True, help="The user who would sign in.", shell_complete=completion.users
    )
    return trust(user(_origin_options(function)))


def _origin_options(function: Callable[P, R]) -> Callable[P, R]:
    """Add ``--from IP`` and ``--extranet``: where a simulated sign-in comes from."""
    network = click.option(
        "--extranet", is_flag=True, help="As if the request came through a Web Application Proxy."
    )
    address = click.option(
        "--from", "address", metavar="IP", default="", help="IP address of the user."
    )
    return address(network(function))
