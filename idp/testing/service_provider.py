"""The fixture ``service_provider``: what tests can do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from idp.saml.contexts import MULTIPLE_AUTHN
from idp.testing.signout import SignOut, follow

if TYPE_CHECKING:
    from idp.embedded.browser import Browser
    from idp.embedded.test_sp import SimulatedServiceProvider
    from idp.testing.federation import Federation

QUERY_PARAMETERS = {"force_authn": "force", "is_passive": "passive", "unsigned": "unsigned"}


class ServiceProvider:
    """The test service provider, with a trust at the federation server of this test."""

    def __init__(self, provider: SimulatedServiceProvider, federation: Federation) -> None:
        self._provider = provider
        self._federation = federation
        self.trust = federation.add_service_provider(provider.metadata())

    def __repr__(self) -> str:
        return f"<ServiceProvider {self.entity_id} {self.url}>"

    @property
    def url(self) -> str:
        """Its start page, on which a sign-in can be started."""
        return f"{self._provider.base_url}/"

    @property
    def entity_id(self) -> str:
        """Its entity ID."""
        return self._provider.entity_id

    @property
    def acs_url(self) -> str:
        """The address of its assertion consumer service."""
        return self._provider.acs_url

    @property
    def metadata(self) -> bytes:
        """Its SAML metadata."""
        return self._provider.metadata()

    def sign_out(
        self, browser: Browser, binding: str = "redirect", *, relay_state: str = ""
    ) -> SignOut:
        """Start a log-out here, by ``redirect`` or ``post``, and follow it to its end."""
        fields = {"binding": binding, "relay_state": relay_state}
        page = browser.post(f"{self._provider.base_url}/logout", fields)
        return SignOut(follow(browser, page))

    def has_session(self, browser: Browser) -> bool:
        """Return whether *browser* is signed in here."""
        return "user" in browser.get(self.url).ids()

    def offer_encryption(self) -> None:
        """Publish an encryption key in its metadata: from now on its assertions are encrypted."""
        self._provider.encrypts = True
        self.trust = self._federation.add_service_provider(
            self.metadata, private_key=self._provider.private_key
        )

    def login_url(
        self,
        binding: str = "redirect",
        *,
        force_authn: bool = False,
        is_passive: bool = False,
        second_factor: bool = False,
        context: str = "",
        relay_state: str = "",
        unsigned: bool = False,
    ) -> str:
        """Return the address that sends such a request, by ``redirect`` or ``post``."""
        options = {"force_authn": force_authn, "is_passive": is_passive, "unsigned": unsigned}
        query = {"binding": binding}
        query |= {QUERY_PARAMETERS[name]: "1" for name, is_set in options.items() if is_set}
        if second_factor or context:
            query["context"] = context or MULTIPLE_AUTHN
        if relay_state:
            query["relay_state"] = relay_state
        return f"{self._provider.base_url}/login?{urlencode(query)}"
