"""A phone in Python: what the command line, the pytest fixtures and the demo answer pushes with."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pyotp
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapter.errors import TallystickError
from adapter.mfa.devices.device import NUMBER_MATCHING_SINCE
from adapter.mfa.push.challenge import NUMBER_MATCH
from idp.authenticator.phonefile import Account, PhoneFile, PhoneFileError, new_key, pem
from idp.authenticator.request_signing import NEW_DEVICE
from idp.authenticator.transport import PhoneRefused, ServerUnreachable, Transport, server_of

DEFAULT_PLATFORM = "android"
MAX_WAIT = 25
"""Seconds for which a server holds the question for requests."""
RETRY_AFTER = 1
"""Seconds to stay away when so many phones wait that the server cannot hold the question."""
PAUSE = 0.25
"""Seconds between two looks where a phone cannot wait at the server."""


class PhoneError(TallystickError):
    """Raised when there is nothing to answer, or not enough to answer it with."""


@dataclass(frozen=True, slots=True)
class Request:
    """One pending request: the account that it is for, and what the server sent of it."""

    account: Account
    sent: dict[str, Any]

    @property
    def id(self) -> str:
        """The request's id."""
        return str(self.sent["id"])

    @property
    def needs_number(self) -> bool:
        """Whether the number on the sign-in page is to be typed."""
        return bool(self.sent["experience"] == NUMBER_MATCH)


@dataclass(frozen=True, slots=True)
class Code:
    """A one-time password: whose, and for how many seconds it is still shown."""

    account: Account
    code: str
    seconds_left: int


@dataclass
class Phone:
    """An Authenticator whose accounts and keys are in a file.

    ``verify`` is how the server's certificate is checked: True, False, or the path of a CA file;
    an account that was activated with a CA file goes on to use it.
    """

    file: PhoneFile
    verify: bool | str = True
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    _transports: dict[tuple[str, bool | str], Transport] = field(default_factory=dict)

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
        ca_file: str | None = None,
    ) -> Account:
        """Become the Authenticator of the user for whom the code was made, and keep the key.

        ``code_or_url`` is the address in the QR code, or the nine digits together with *server*.
        """
        code, server = _code_and_server(code_or_url, server)
        self.file.accounts()  # a file that cannot be kept must not use the code up
        key = new_key()
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        version = app_version or _current_version(platform)
        body = {
            "code": code,
            "public_key": base64.b64encode(public).decode(),
            "platform": platform,
            "app_version": version,
            "name": name,
        }
        told = self._transport(server, ca_file).call(
            "POST", "activate", device=NEW_DEVICE, key=key, body=body
        )
        account = _account(told or {}, server, pem(key), ca_file)
        self.file.add(account)
        return account

    def accounts(self) -> tuple[Account, ...]:
        """Return the accounts on this phone."""
        return self.file.accounts()

    def describe(self, account: Account) -> dict[str, Any]:
        """Ask the server what it knows the account as: user, issuer, device.

        Raises :class:`~idp.authenticator.transport.PhoneRefused` when it is removed or disabled.
        """
        return self._call(account, "GET", "account") or {}

    def pending(self, wait: float = 0) -> tuple[Request, ...]:
        """Return the requests that can be answered now, waiting up to *wait* seconds for one."""
        accounts = self._some_accounts()
        deadline = time.monotonic() + wait
        while True:
            left = max(0.0, deadline - time.monotonic())
            found = self._look(accounts, left)
            if found or not left:
                return found
            self.sleep(min(PAUSE, left))

    def approve(
        self, number: str | None = None, timeout: float = 0, request_id: str | None = None
    ) -> str:
        """Approve the pending request and return its state: ``approved`` or ``wrong_number``.

        Where a number is due it must be given, in digits, else the request stays open; where none
        is due it is ignored. Raises :class:`PhoneError` when there is no request, or more than one.
        """
        request = self._the_request(timeout, request_id)
        if request.needs_number and not _is_number(number):
            raise PhoneError(
                "This request needs the number that the sign-in page shows",
                "Give it: --number NN. The request stays open",
                code="number_required",
            )
        return self._answer(request, "approve", {"number": number} if request.needs_number else {})

    def deny(self, report: bool = False, timeout: float = 0, request_id: str | None = None) -> str:
        """Deny the pending request, and report it as not ours with *report*; returns its state."""
        request = self._the_request(timeout, request_id)
        return self._answer(request, "deny", {"report": True} if report else {})

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
                "Activate with a code from tallystick user activate NAME --totp",
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

    def _look(self, accounts: tuple[Account, ...], left: float) -> tuple[Request, ...]:
        """Ask for all accounts; one that is refused does not stand in the way of the others."""
        # With one account the server holds the call; several are asked in turn, without waiting.
        wait = int(min(MAX_WAIT, left)) if len(accounts) == 1 else 0
        found: list[Request] = []
        refusals: list[PhoneRefused] = []
        for account in accounts:
            try:
                found.extend(Request(account, sent) for sent in self._pending_of(account, wait))
            except PhoneRefused as refusal:
                refusals.append(refusal)
        if len(refusals) == len(accounts):
            raise refusals[0]
        return tuple(found)

    def _pending_of(self, account: Account, wait: int) -> list[dict[str, Any]]:
        query = "?" + urlencode({"wait": wait}) if wait else ""
        told = self._call(account, "GET", "pending" + query, wait=wait)
        if told is None:
            self.sleep(RETRY_AFTER)
            return []
        requests = told.get("requests")
        if not isinstance(requests, list):
            raise _unexpected(account.server)
        return requests

    def _the_request(self, timeout: float, request_id: str | None) -> Request:
        found = self.pending(timeout)
        if request_id is not None:
            found = tuple(request for request in found if request.id == request_id)
        if not found:
            raise PhoneError(
                "There is no request to answer",
                "Start a sign-in, or wait for one: --timeout 60",
                code="no_request",
            )
        if len(found) > 1:
            ids = ", ".join(f"{request.id} ({request.account.user})" for request in found)
            raise PhoneError(
                f"Several requests are pending: {ids}",
                "Name one: --request ID",
                code="several_requests",
            )
        return found[0]

    def _answer(self, request: Request, decision: str, more: dict[str, Any]) -> str:
        body = {"id": request.id, "nonce": request.sent["nonce"], "decision": decision, **more}
        told = self._call(request.account, "POST", "answer", body=body)
        if told is None or not isinstance(told.get("state"), str):
            raise _unexpected(request.account.server)
        return str(told["state"])

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


def _code_and_server(code_or_url: str, server: str | None) -> tuple[str, str]:
    """Take ``BASEURL/authenticator/#CODE`` apart, or a bare code beside its server."""
    text = code_or_url.strip()
    if "://" in text:
        return urlsplit(text).fragment, server_of(text)
    if server is None:
        raise PhoneError(
            "A code alone does not say which server it is for",
            "Give the whole address, or --server URL",
            code="no_server",
        )
    return "".join(text.split()), server_of(server)


def _is_number(number: str | None) -> bool:
    """Tell a number from a slip of the hand, which must not cost the request."""
    return number is not None and number.isascii() and number.isdigit()


def _current_version(platform: str) -> str:
    """Return an app version that matches numbers; platforms without a rule take any."""
    since = NUMBER_MATCHING_SINCE.get(platform, (1, 0))
    return ".".join(str(part) for part in since)


def _account(told: dict[str, Any], server: str, private_key: str, ca_file: str | None) -> Account:
    try:
        device = told["device"]
        return Account(
            server=server,
            user=told["user"],
            issuer=told["issuer"],
            device_id=device["id"],
            device_name=device["name"],
            platform=device["platform"],
            app_version=device["app_version"],
            private_key=private_key,
            seed=told.get("seed"),
            ca_file=ca_file,
        )
    except (KeyError, TypeError):
        raise _unexpected(server) from None


def _unexpected(server: str) -> ServerUnreachable:
    return ServerUnreachable(f"{server} answered with something unexpected", "Check its version")
