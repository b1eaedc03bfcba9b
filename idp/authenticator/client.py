"""A phone in Python: the command line, the pytest fixtures and the demo answer pushes with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import pyotp

from idp.authenticator.client_activation import PhoneError, account_of, activation_body, read_code
from idp.authenticator.client_values import Code, Notice, Refusal, Request, is_number, is_whole
from idp.authenticator.phonefile import Account, PhoneFile, PhoneFileError, new_key
from idp.authenticator.request_signing import NEW_DEVICE
from idp.authenticator.transport import PhoneRefused, Transport, UnexpectedAnswer

__all__ = ["Code", "Notice", "Phone", "PhoneError", "Refusal", "Request"]

T = TypeVar("T")

DEFAULT_PLATFORM = "android"
MAX_WAIT = 25
"""Seconds for which a server holds one call for requests."""

PAUSE = 0.25
"""Seconds between two calls that the server does not hold."""


@dataclass(repr=False)
class Phone:
    """An Authenticator whose accounts and keys are in a file.

    ``verify`` is how the server's certificate is checked: True, False, or the path of a CA file.
    An account that was activated with a CA file always uses that one.
    """

    file: PhoneFile
    verify: bool | str = True
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    _transports: dict[tuple[str, bool | str], Transport] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Phone {self.file.path.name}>"

    @classmethod
    def at(cls, path: str | Path, *, verify: bool | str = True) -> Phone:
        """Return the phone whose file is at *path*; the first activation makes the file."""
        return cls(PhoneFile(Path(path)), verify)

    def activate(
        self,
        code_or_url: str,
        *,
        server: str | None = None,
        name: str = "Terminal",
        platform: str = DEFAULT_PLATFORM,
        app_version: str | None = None,
        broker: bool = False,
        ca_file: str | None = None,
    ) -> Account:
        """Become the Authenticator of the user for whom the code was made, and keep the key.

        ``code_or_url`` is the address in the QR code, or the nine digits together with *server*.
        *broker* says that the user signs in on this same device, one with iOS.
        """
        code, server = read_code(code_or_url, server)
        self.file.accounts()  # a file that cannot be written must not use the code up
        key = new_key()
        body = activation_body(
            code, key, name=name, platform=platform, app_version=app_version, broker=broker
        )
        answer = self._transport(server, ca_file).call(
            "POST", "activate", device=NEW_DEVICE, key=key, body=body
        )
        account = account_of(answer or {}, server, key, ca_file)
        self.file.add(account)
        return account

    def accounts(self) -> tuple[Account, ...]:
        """Return the accounts on this phone."""
        return self.file.accounts()

    def describe(self, account: Account) -> dict[str, Any]:
        """Ask the server about the account: its user, issuer and device.

        Raises :class:`~idp.authenticator.transport.PhoneRefused` if it was removed or disabled.
        """
        return self._call(account, "GET", "account") or {}

    def pending(self, wait: float = 0) -> tuple[Request, ...]:
        """Return the requests that can be answered now, waiting up to *wait* seconds for one."""
        return tuple(each for each in self._shown(wait, Request) if isinstance(each, Request))

    def refusals(self, wait: float = 0) -> tuple[Refusal, ...]:
        """Return the requests that this phone cannot approve, each with ``.reason`` and ``.text``.

        Its app is too old to match a number, or it is a watch. Waits like :meth:`pending`.
        """
        return tuple(each for each in self._shown(wait, Refusal) if isinstance(each, Refusal))

    def approve(
        self, number: str | int | None = None, timeout: float = 0, request_id: str | None = None
    ) -> str:
        """Approve the pending request and return its state: ``approved`` or ``wrong_number``.

        If the request needs a number it must be given, as 38 or "38", else the request stays open;
        on Approve/Deny it is ignored. Raises :class:`PhoneError` if there is no request, or more
        than one, or one that this phone cannot approve.
        """
        request = self._the_request(timeout, request_id)
        if isinstance(request, Refusal):
            raise PhoneError(request.text, "It can only be denied", code="device_cannot_match")
        number = f"{number:02d}" if isinstance(number, int) else number
        if request.needs_number and not is_number(number, request.choices):
            tapped = f": one of {', '.join(request.choices)}" if request.choices else ": two digits"
            raise PhoneError(
                f"This request needs the number that the sign-in page shows{tapped}",
                "Pass it: phone.approve(number=sign_in.number). The request stays open",
                code="number_required",
            )
        return self._answer(request, "approve", {"number": number} if request.needs_number else {})

    def deny(self, report: bool = False, timeout: float = 0, request_id: str | None = None) -> str:
        """Deny the pending request and return its state; *report* says that it is not ours."""
        request = self._the_request(timeout, request_id)
        return self._answer(request, "deny", {"report": True} if report else {})

    def report(self, timeout: float = 0, request_id: str | None = None) -> str:
        """Deny the pending request, report it as not ours, and return its state.

        No further requests are sent until a code was right or an administrator unlocks the user.
        """
        return self.deny(True, timeout, request_id)

    def notices(self) -> tuple[Notice, ...]:
        """Return the notices about changes that this phone has not dismissed, newest first."""
        return _ask_for_all(
            self._some_accounts(),
            lambda account: [
                Notice(account, sent)
                for sent in _listed(account, self._pending_of(account), "notices")
            ],
        )

    def dismiss(self, notice: Notice) -> None:
        """Remove a notice from this phone; the user's other phones keep theirs."""
        self._call(notice.account, "POST", "dismiss", body={"id": notice.id})

    def codes(self) -> tuple[Code, ...]:
        """Return the present one-time password of each account that has them."""
        return tuple(
            self._code(account, account.seed)
            for account in self._some_accounts()
            if account.seed is not None
        )

    def code(self) -> str:
        """Return the present one-time password of the only account that has them."""
        codes = self.codes()
        if len(codes) != 1:
            raise PhoneError(
                f"{len(codes)} accounts on this phone have codes, not one",
                "Make the user with add_user(totp=True), or activate a phone with codes",
                code="no_code",
            )
        return codes[0].code

    def _some_accounts(self) -> tuple[Account, ...]:
        accounts = self.file.accounts()
        if not accounts:
            raise PhoneFileError(
                f"There is no account in {self.file.path}",
                "Activate one: tallystick phone activate CODE_OR_URL",
                code="no_account",
            )
        return accounts

    def _shown(self, wait: float, *kinds: type) -> tuple[Request | Refusal, ...]:
        """Return what is shown of these kinds, waiting up to *wait* seconds for one."""
        accounts = self._some_accounts()
        deadline = time.monotonic() + wait
        while True:
            left = max(0.0, deadline - time.monotonic())
            shown = self._ask_for_requests(accounts, left)
            found = tuple(each for each in shown if isinstance(each, kinds))
            if found or not left:
                return found
            self.sleep(min(PAUSE, left))

    def _ask_for_requests(
        self, accounts: tuple[Account, ...], left: float
    ) -> tuple[Request | Refusal, ...]:
        # With one account the server holds the call; several are asked in turn, without waiting.
        wait = int(min(MAX_WAIT, left)) if len(accounts) == 1 else 0
        return _ask_for_all(
            accounts,
            lambda account: self._requests_of(account, wait),
        )

    def _requests_of(self, account: Account, wait: int) -> list[Request | Refusal]:
        answer = self._pending_of(account, wait)
        return [
            *(Request(account, sent) for sent in _listed(account, answer, "requests")),
            *(Refusal(account, sent) for sent in _listed(account, answer, "refusals")),
        ]

    def _pending_of(self, account: Account, wait: int = 0) -> dict[str, Any]:
        query = "?" + urlencode({"wait": wait}) if wait else ""
        answer = self._call(account, "GET", "pending" + query, wait=wait)
        if answer is None:
            self.sleep(self._transport(account.server, account.ca_file).pause)
            return {"requests": [], "refusals": [], "notices": []}
        return answer

    def _the_request(self, timeout: float, request_id: str | None) -> Request | Refusal:
        """Return the only request; one that this phone can approve goes before one it cannot."""
        shown = self._shown(timeout, Request, Refusal)
        if request_id is not None:
            shown = tuple(each for each in shown if each.id == request_id)
        found = tuple(each for each in shown if isinstance(each, Request)) or shown
        if not found:
            raise PhoneError(
                "There is no request to answer",
                "Start a sign-in that asks this phone, or wait for one: approve(timeout=60)",
                code="no_request",
            )
        if len(found) > 1:
            ids = ", ".join(f"{request.id} ({request.account.user})" for request in found)
            raise PhoneError(
                f"Several requests are pending: {ids}",
                "Name one: request_id=ID",
                code="several_requests",
            )
        return found[0]

    def _answer(self, request: Request | Refusal, decision: str, more: dict[str, Any]) -> str:
        body = {"id": request.id, "nonce": request.sent["nonce"], "decision": decision, **more}
        answer = self._call(request.account, "POST", "answer", body=body)
        if answer is None or not isinstance(answer.get("state"), str):
            raise UnexpectedAnswer(request.account.server)
        return str(answer["state"])

    def _code(self, account: Account, seed: str) -> Code:
        now = self._transport(account.server, account.ca_file).now()
        totp = pyotp.TOTP(seed)
        return Code(account, totp.at(int(now)), totp.interval - int(now) % totp.interval)

    def _call(
        self,
        account: Account,
        method: str,
        name: str,
        *,
        body: dict[str, Any] | None = None,
        wait: int = 0,
    ) -> dict[str, Any] | None:
        return self._transport(account.server, account.ca_file).call(
            method, name, device=account.device_id, key=account.key, body=body, wait=wait
        )

    def _transport(self, server: str, ca_file: str | None) -> Transport:
        verify = ca_file or self.verify
        if (server, verify) not in self._transports:
            self._transports[server, verify] = Transport(server, verify=verify, now=self.now)
        return self._transports[server, verify]


def _listed(account: Account, answer: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return one list of an answer; a server of the version before has no ``refusals``."""
    listed = answer.get(name, [] if name == "refusals" else None)
    if not isinstance(listed, list) or not all(is_whole(each, name) for each in listed):
        raise UnexpectedAnswer(account.server)
    return listed


def _ask_for_all(
    accounts: tuple[Account, ...], ask: Callable[[Account], Sequence[T]]
) -> tuple[T, ...]:
    """Ask for all accounts; one that is refused does not keep the others from being asked."""
    found: list[T] = []
    refusals: list[PhoneRefused] = []
    for account in accounts:
        try:
            found.extend(ask(account))
        except PhoneRefused as refusal:
            refusals.append(refusal)
    if len(refusals) == len(accounts):
        raise refusals[0]
    return tuple(found)
