"""The refusal of a SAML message: the reason, its code, and whether the sender gets a status."""

from __future__ import annotations

from types import TracebackType

from adapter.errors import TallystickError

Status = tuple[str, str | None]


class Refused(TallystickError):
    """Raised if a message is not accepted.

    ``status`` is the top-level and second-level SAML status (saml-core §3.2.2.2) that the service
    provider receives; None if it must not, so that only an error page is shown. ``acs_url``,
    ``in_response_to`` and ``issuer`` say where the status goes. They are set together, and only if
    the issuer is a trust and the address is one that the trust registered. ``signed`` says whether
    the trust's signature of the request was verified; anybody can send one without. ``trust`` is
    the entity id of the trust that the refusal is about, for the log; ``is_logged`` says that the
    log has a row for it already. ``leads_to`` is an address of our own to which the page leads on
    by itself, empty for none.
    """

    def __init__(
        self, problem: str, remedy: str = "", *, code: str, status: Status | None = None
    ) -> None:
        super().__init__(problem, remedy, code=code)
        self.status = status
        self.acs_url: str | None = None
        self.in_response_to: str | None = None
        self.issuer: str | None = None
        self.relay_state: str | None = None
        self.signed = False
        self.trust = ""
        self.is_logged = False
        self.leads_to = ""

    def for_service_provider(
        self,
        *,
        issuer: str,
        acs_url: str,
        in_response_to: str,
        relay_state: str | None = None,
        signed: bool = False,
    ) -> Refused:
        """Return the same refusal with the registered address that receives the status."""
        addressed = Refused(self.problem, self.remedy, code=self.code, status=self.status)
        addressed.issuer = addressed.trust = issuer
        addressed.relay_state = relay_state
        addressed.acs_url = acs_url
        addressed.in_response_to = in_response_to
        addressed.signed = signed
        return addressed


class about:  # noqa: N801 - a context manager, which reads as a word of the sentence
    """Notes in every refusal that is raised inside which *trust* (its entity id) it is about."""

    __slots__ = ("_trust",)

    def __init__(self, trust: str | None) -> None:
        self._trust = trust

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Note it in the refusal, if there is one."""
        if isinstance(error, Refused):
            error.trust = error.trust or self._trust or ""
