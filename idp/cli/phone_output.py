"""How ``tallystick phone`` prints accounts, requests and notices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from idp.cli.output import print_json, printable

if TYPE_CHECKING:
    from idp.authenticator.client import Notice, Phone, Refusal, Request
    from idp.authenticator.phonefile import Account


def account_as_json(account: Account) -> dict[str, Any]:
    """Return an account for scripts, without its key and its seed."""
    return {
        "user": account.user,
        "server": account.server,
        "issuer": account.issuer,
        "device": {
            "id": account.device_id,
            "name": account.device_name,
            "platform": account.platform,
            "app_version": account.app_version,
        },
        "codes": account.seed is not None,
    }


def state_of(phone: Phone, account: Account) -> dict[str, Any]:
    """Return what the server says about an account, or why it refuses the phone."""
    from idp.authenticator.transport import PhoneRefused

    try:
        return phone.describe(account)
    except PhoneRefused as refusal:
        return {"user": account.user, "error": refusal.code, "problem": refusal.problem}


def account_row(account: Account, state: dict[str, Any]) -> tuple[object, ...]:
    """Return the cells of an account in a table."""
    codes = "yes" if account.seed is not None else "no"
    return (account.user, account.server, account.device_name, account.platform,
            account.app_version, codes, state.get("error", "ready"))  # fmt: skip


def print_requests(requests: tuple[Request, ...]) -> None:
    """Print requests, one a line."""
    for request in requests:
        todo = "type the number on the sign-in page" if request.needs_number else "approve or deny"
        if request.choices:
            todo = f"choose the number on the sign-in page: {', '.join(request.choices)}"
        _print_request(request, todo)


def print_refusals(refusals: tuple[Refusal, ...]) -> None:
    """Print requests that the phone cannot approve, one a line, with the reason."""
    for refusal in refusals:
        _print_request(refusal, refusal.text)


def _print_request(request: Request | Refusal, todo: str) -> None:
    sent = request.sent
    # A policy decides whether a request shows the application and the address.
    to = f" to {printable(sent['application'])}" if sent["application"] else ""
    origin = f" from {printable(sent['client_ip'])}" if sent["client_ip"] else ""
    user = printable(sent["user"])
    click.echo(f"{user} signs in{to}{origin}: {printable(todo)} ({printable(request.id)})")


def print_notices(notices: tuple[Notice, ...]) -> None:
    """Print notices, one a line."""
    for notice in notices:
        user, device = notice.account.user, notice.sent["device"]
        about = f"{user}, {device}" if device else user
        click.echo(printable(f"{notice.sent['at']} {notice.text} ({about})"))


def print_state(state: str, as_json: bool) -> None:
    """Print the state of a request that was answered."""
    if as_json:
        print_json({"state": state})
    else:
        click.echo(f"{state.capitalize()}.")
