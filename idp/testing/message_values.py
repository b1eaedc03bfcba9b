"""SAML messages that crossed the federation server in a test, as values.

They are made from the flight recorder's steps (``idp/signin/recorded_messages.py``). A message that
was refused is read as far as it can be: nothing of it need be right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from idp.saml.values import NameID, NameIDPolicy

if TYPE_CHECKING:
    from idp.embedded.test_sp.received_response import ReceivedAssertion, ReceivedResponse


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """The HTTP request that brought a message.

    ``query`` is as it arrived. ``headers`` are without ``Cookie`` and ``Authorization``.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    client_ip: str


def identifier(default: Any = "") -> Any:
    """Return a field whose URIs are also known by their last parts, like ``persistent``."""
    return field(default=default, metadata={"identifier": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedRequest:
    """One message that a service provider sent to the federation server, by its own words.

    ``kind`` is ``AuthnRequest``, ``LogoutRequest`` or ``LogoutResponse``, empty for what could not
    be decoded; ``binding`` is ``redirect`` or ``post``. What the message does not have is None,
    empty or false. ``is_verified`` says that it has a signature and that this is right by the
    certificates of ``trust``, which is the trust's entity ID. ``name_id`` is the user it names.

    ``outcome`` is how its sign-in or log-out stands now: ``issued``, ``refused``, ``signed_out``,
    ``led_on`` or ``in_progress`` (docs/recorder.md). ``code`` and ``problem`` say why the request
    itself was refused, at once.
    """

    kind: str = ""
    binding: str = ""
    id: str = ""
    issuer: str = ""
    trust: str = ""
    destination: str = ""
    issue_instant: datetime | None = None
    acs_url: str | None = None
    acs_index: int | None = None
    protocol_binding: str | None = identifier(None)
    name_id_policy: NameIDPolicy | None = None
    name_id_format: str | None = identifier(None)
    requested_contexts: tuple[str, ...] = identifier(())
    comparison: str | None = None
    force_authn: bool = False
    is_passive: bool = False
    name_id: NameID | None = None
    session_indexes: tuple[str, ...] = ()
    in_response_to: str | None = None
    status: tuple[str, ...] = identifier(())
    relay_state: str | None = None
    is_signed: bool = False
    signature_algorithm: str | None = identifier(None)
    is_verified: bool = False
    user: str = ""
    outcome: str = ""
    code: str = ""
    problem: str = ""
    activity_id: str = ""
    xml: str = field(default="", repr=False)
    http: HttpRequest | None = field(default=None, repr=False)

    def __str__(self) -> str:
        """Return one line for people."""
        return (
            f"{self.kind or 'A message that is not SAML'} by {self.binding} from "
            f"{self.issuer or 'nobody'} (id {self.id or 'missing'}), {self._signature}: "
            + (f"refused with {self.code}" if self.code else self.outcome)
        )

    @property
    def _signature(self) -> str:
        if not self.is_signed:
            return "not signed"
        verdict = "verified" if self.is_verified else "not verified"
        return f"signed with {last_part(self.signature_algorithm or '')}, {verdict}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentResponse:
    """One message that the federation server sent to a service provider.

    ``kind`` is ``Response``, ``LogoutRequest`` or ``LogoutResponse``. ``status`` holds the status
    codes from the outermost to the innermost. ``fault`` is the code of the fault that it was sent
    with, if any. ``unencrypted`` is the response before its encryption, empty if there was none.
    """

    kind: str = ""
    binding: str = ""
    id: str = ""
    issuer: str = ""
    trust: str = ""
    destination: str = ""
    issue_instant: datetime | None = None
    in_response_to: str | None = None
    status: tuple[str, ...] = identifier(())
    name_id: NameID | None = None
    session_indexes: tuple[str, ...] = ()
    fault: str = ""
    user: str = ""
    activity_id: str = ""
    xml: str = field(default="", repr=False)
    unencrypted: str = field(default="", repr=False)
    certificates: Sequence[str] = field(default=(), repr=False, compare=False)

    def __str__(self) -> str:
        """Return one line for people."""
        status = f", status {'/'.join(map(last_part, self.status))}" if self.status else ""
        answers = f", in response to {self.in_response_to}" if self.in_response_to else ""
        return f"{self.kind} by {self.binding} to {self.destination}{answers}{status}"

    @property
    def received(self) -> ReceivedResponse:
        """The response as the service provider reads it, with checked signatures.

        What was encrypted is read from before its encryption, where an assertion has no signature.
        Raises :class:`~idp.embedded.test_sp.received_response.NotAResponse`.
        """
        from idp.embedded.test_sp.received_response import read_response

        return read_response((self.unencrypted or self.xml).encode(), self.certificates)

    @property
    def assertion(self) -> ReceivedAssertion:
        """The assertion; raises AssertionError if there is not exactly one."""
        found = self.received.assertion
        if found is None:
            raise AssertionError(f"There is not one assertion in the {self}")
        return found


def last_part(uri: str) -> str:
    """Return the last part of a URI, by which people know a binding, format or algorithm."""
    return uri.rstrip("/").replace("#", ":").replace("/", ":").rpartition(":")[2]
