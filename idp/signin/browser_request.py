"""One request of a browser to ``/adfs/``: the web request, and what the sign-in reads for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from adapter.contract import HttpRequest
from idp.adapters.registry import LoadedAdapter
from idp.adapters.second_factor import announces
from idp.audit.writer import EventSource
from idp.directory.lockout import Origin
from idp.federation.request_context import RequestContext
from idp.session.current import origin_of
from idp.session.sso import Session
from idp.signin.address import Address, address_of
from idp.signin.loop_detection import RecentTokens
from idp.signin.sign_in_facts import FactsLoader, SignInFacts
from idp.web.web_request import Activity, WebRequest


@dataclass(frozen=True)
class BrowserRequest:
    """One request of a browser, with what it names and with loaders for what it does not.

    ``session`` is the session that its cookie holds; the database has not been asked yet whether
    it still lasts. ``chosen_node`` names the node that answers, None for the first of the farm.
    ``load_facts`` reads what holds for a trust, ``load_adapters`` the enabled adapters.
    """

    web: WebRequest
    base_url: str
    session: Session | None
    chosen_node: str | None
    load_facts: FactsLoader
    load_adapters: Callable[[], tuple[LoadedAdapter, ...]]
    recent_tokens: RecentTokens

    @cached_property
    def enabled_adapters(self) -> tuple[LoadedAdapter, ...]:
        """The enabled adapters, read once, and only for a request that needs them."""
        return self.load_adapters()

    @property
    def activity(self) -> Activity:
        """The request's Activity ID, with the way to continue another one."""
        return self.web.activity

    @property
    def request_context(self) -> RequestContext:
        """Where the request comes from."""
        return self.web.request_context

    @cached_property
    def address(self) -> Address:
        """The address of the sign-in: its pages post there.

        It may name the Activity ID. Only a form of ours changes that, and it is read before.
        """
        return address_of(self.web, self.base_url)

    @property
    def password_origin(self) -> Origin:
        """Where a password on its pages comes from, for the lock-out."""
        return origin_of(self.web.request_context)

    def announces(self, method: str) -> bool:
        """Say whether an enabled adapter has announced this authentication method."""
        return announces(self.enabled_adapters, method)

    def event_source(self, node: str) -> EventSource:
        """Return what rows of the log say of this request, which *node* answers."""
        return EventSource(self.web.activity.id, self.web.client_ip, node)

    def for_adapter(self, facts: SignInFacts) -> HttpRequest:
        """Return what an adapter may know of it."""
        return HttpRequest(
            node_name=facts.node.name,
            node_build=facts.node.build,
            application=self._application(facts),
            client_ip=self.web.request_context.shown_ip,
            user_agent=self.web.request_context.user_agent,
        )

    def _application(self, facts: SignInFacts) -> str:
        """Return the name of the application; for a page of our own, the name of this server."""
        trust = facts.trust
        if trust is None:
            return urlsplit(self.base_url).hostname or self.base_url
        return trust.display_name
