"""What NPS itself checks before it asks the extension: the protocol, and the user's password."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from idp.directory import PasswordCheck
from idp.radius import ms_chap
from idp.radius.credentials import Chap, MsChapV2, NoCredentials, Pap
from idp.radius.ms_chap import ErrorCode
from idp.radius.pap import UnreadablePassword, reveal
from idp.radius.results import Rejected, SignedIn

if TYPE_CHECKING:
    from idp.directory import Directory
    from idp.radius.packet import Attribute
    from idp.radius.request import RadiusRequest

PasswordLog = Callable[[PasswordCheck], None]
"""Takes what a password came to."""


class PrimaryAuthentication:
    """Checks the password of a request; wrong ones count for the user's lock-out as on the web."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    @staticmethod
    def allows_protocol(request: RadiusRequest) -> bool:
        """Say whether the host allows the protocol of a request, if it uses any."""
        return request.credentials.protocol in ("", *request.host.protocols)

    def check(self, request: RadiusRequest, log: PasswordLog) -> SignedIn | Rejected:
        """Return the user who gave the right password, or why there is none.

        *log* is called with each password that was checked. Raises
        :class:`~idp.directory.passwords.HashingBusy` if too many passwords are being checked.
        """
        credentials = request.credentials
        if isinstance(credentials, NoCredentials):
            return Rejected("no_credentials", "")
        if not self.allows_protocol(request):
            return Rejected("protocol_not_allowed", "")
        if isinstance(credentials, Pap):
            return self._check_pap(request, log)
        if isinstance(credentials, MsChapV2):
            return self._check_ms_chap(request, credentials, log)
        is_chap = isinstance(credentials, Chap)
        return Rejected("no_reversible_password" if is_chap else "eap_not_supported", "")

    def _check_pap(self, request: RadiusRequest, log: PasswordLog) -> SignedIn | Rejected:
        password = password_of(request) or ""  # unreadable: wrong, and costs a try like any other
        check = self._directory.check_password(request.user_name, password, request.origin)
        log(check)
        if check.user is None:
            return Rejected(check.failure or "wrong_password", check.name)
        return SignedIn(check.user.upn, check.user.valid_from)

    def _check_ms_chap(
        self, request: RadiusRequest, given: MsChapV2, log: PasswordLog
    ) -> SignedIn | Rejected:
        response, name = ms_chap.read_response(given.response), request.user_name

        def is_right(nt_hash: bytes) -> bool:
            return ms_chap.is_right(response, given.challenge, name, nt_hash)

        check, nt_hash = self._directory.check_nt_hash(name, is_right, request.origin)
        log(check)
        if check.user is None or nt_hash is None:
            outcome = check.failure or "wrong_password"
            return Rejected(outcome, check.name, attributes=(_error(response, outcome),))
        on_accept = ms_chap.accept_attributes(
            request.packet,
            response,
            given.challenge,
            name,
            nt_hash,
            request.client.secret.encode(),
            secrets.token_bytes(4),
        )
        on_reject = (_error(response, "wrong_password"),)
        return SignedIn(check.user.upn, check.user.valid_from, on_accept, on_reject)


def password_of(request: RadiusRequest) -> str | None:
    """Return the text in User-Password; None if there is none, or it cannot be read.

    It cannot if the client has another secret.
    """
    if not isinstance(request.credentials, Pap):
        return None
    secret, authenticator = request.client.secret.encode(), request.packet.authenticator
    try:
        return reveal(request.credentials.hidden, secret, authenticator)
    except UnreadablePassword:
        return None


def _error(response: ms_chap.Response, outcome: str) -> Attribute:
    """Return what tells the client why. A locked account looks the same as a wrong password."""
    is_expired = outcome == "must_change_password"
    code = ErrorCode.PASSWORD_EXPIRED if is_expired else ErrorCode.AUTHENTICATION_FAILURE
    return ms_chap.error_attribute(response.identifier, code, secrets.token_bytes(16))
