"""A SAML message that is not accepted: why, by which code, and whether its sender may be told."""

from __future__ import annotations

from adapter.errors import TallystickError

Status = tuple[str, str | None]


class Refused(TallystickError):
    """A message was not accepted.

    ``status`` is the top-level and second-level SAML status when the service provider may be
    told (saml-core §3.2.2.2), else None: then only a page is shown. ``acs_url``,
    ``in_response_to`` and ``issuer`` say where the status goes; they are set together, and only
    when the issuer is a trust and the address is one that the trust registered.
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

    def for_service_provider(
        self, *, issuer: str, acs_url: str, in_response_to: str, relay_state: str | None = None
    ) -> Refused:
        """Return this refusal, now with the registered address that may be told of it."""
        self.issuer = issuer
        self.relay_state = relay_state
        self.acs_url = acs_url
        self.in_response_to = in_response_to
        return self
