"""The fixtures as their tests see them: a federation server and a service provider, with verbs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from idp.authenticator.client import Phone
from idp.authenticator.phonefile import PhoneFile
from idp.embedded.phones import CURRENT, give_phone
from idp.federation.relying_party.settings import TrustSettings
from idp.saml.contexts import MULTIPLE_AUTHN
from idp.signin.paths import IDP_INITIATED, METADATA, SIGN_OUT
from idp.testing.browser import Browser
from idp.testing.extranet import outside_browser
from idp.testing.host import PHONE_FILE
from idp.testing.signin import SignIn
from idp.testing.signout import SignOut, follow
from idp.testing.users import DEFAULT_NAME, DEFAULT_PASSWORD, PHONES, User

if TYPE_CHECKING:
    from idp.audit.record import SignInRecord
    from idp.embedded.test_sp import Provider
    from idp.federation.relying_party.trust import RelyingPartyTrust
    from idp.services import Services
    from idp.testing.clock import ShiftedClock
    from idp.testing.page import Page

WISHES = {"force_authn": "force", "is_passive": "passive", "unsigned": "unsigned"}


class Federation:
    """A running federation server of one test, with the user *user* and one node.

    ``services`` are its rooms, for what has no verb here.
    """

    def __init__(self, services: Services, folder: Path, extranet: str = "") -> None:
        """``extranet`` is the URL of the proxy through which browsers outside come."""
        self.services = services
        self._folder = folder
        self._extranet = extranet
        self._browsers: list[Browser] = []
        self._private_keys: list[bytes] = []
        self._names = (f"user{number}@example.test" for number in count(2))
        self.user = User(DEFAULT_NAME, phone=self._phone(folder / PHONE_FILE), clock=self.clock)
        self._users = {self.user.name: self.user}

    @property
    def url(self) -> str:
        """The base URL, without a path."""
        return self.services.config.server.base_url

    @property
    def metadata_url(self) -> str:
        """Where the federation server's SAML metadata are."""
        return self.url + METADATA

    @property
    def entity_id(self) -> str:
        """The federation server's entity id."""
        return self.services.config.server.entity_id

    @property
    def clock(self) -> ShiftedClock:
        """The clock of server, phones and service provider: ``advance(seconds)`` moves all."""
        return self.services.clock  # type: ignore[return-value]  # it was made with this one

    @property
    def log(self) -> tuple[SignInRecord, ...]:
        """The sign-in log, oldest first."""
        return tuple(entry.record for entry in self.services.log.read(limit=10_000))

    def set_build(self, build: str, node: str | None = None) -> None:
        """Give a node (the first) another build, from the next sign-in on: ``"20348.349"``."""
        if node is None:
            first = self.services.farm.first()
            node = first.name if first else "srv2022"
        self.services.farm.set_build(node, build, by="pytest")

    def add_service_provider(
        self, metadata: bytes | str | Path, *, private_key: bytes | None = None, **settings: Any
    ) -> RelyingPartyTrust:
        """Make a trust of SAML metadata: its text, or the path of its file.

        *private_key* (PEM) opens what is encrypted for it, so that sign-ins can show what it is
        told. *settings* are those of ``tallystick sp set``: ``second_factor="never"``.
        """
        if private_key is not None:
            self._private_keys.append(private_key)
        if isinstance(metadata, Path):
            metadata = metadata.read_bytes()
        return self.services.trusts.add(
            metadata.encode() if isinstance(metadata, str) else metadata,
            settings=TrustSettings(**settings) if settings else None,
        )

    def add_user(
        self,
        name: str | None = None,
        password: str = DEFAULT_PASSWORD,
        *,
        phone: str | None = "phone-current",
        totp: bool = False,
        display_name: str = "",
        email: str = "",
        groups: Sequence[str] = (),
    ) -> User:
        """Make a user with a phone (``phone-current``, ``phone-old``, ``wearable`` or None).

        *totp* gives the user codes as well. Without a name, one is chosen.
        """
        made = self.services.directory.add(
            name or next(self._names),
            password,
            display_name=display_name,
            email=email,
            groups=groups,
        )
        secret = self._give_codes(made.upn) if totp else None
        device = self._give_phone(made.upn, phone) if phone else None
        user = User(made.upn, password, device, secret, self.clock)
        self._users[user.name] = user
        return user

    def browser(self, *, extranet: str | None = None) -> Browser:
        """Return a new browser, which nobody has signed in with.

        With *extranet*, the address that it has out there (``"203.0.113.9"``), its requests come
        through a Web Application Proxy; else it is on the intranet.
        """
        browser = outside_browser(self._extranet, extranet) if extranet else Browser()
        self._browsers.append(browser)
        return browser

    def sign_in(
        self,
        url: str,
        user: User | str | None = None,
        password: str | None = None,
        *,
        browser: Browser | None = None,
    ) -> SignIn:
        """Open *url*, which leads to a sign-in, and give the password if it is asked for.

        *user* is one of :meth:`add_user`, or the name of one; without, it is the default user.
        A *browser* that is signed in already is asked for what is missing.
        """
        who = self._who(user)
        browser = browser or self.browser()
        page = browser.open(url)
        form = page.form
        if form is not None and "UserName" in form.fields:
            given = who.password if password is None else password
            page = browser.submit(form, UserName=who.name, Password=given)
        return self.resume(browser, page, who)

    def resume(self, browser: Browser, page: Page, user: User | None = None) -> SignIn:
        """Go on from a page that a browser has before it."""
        certificates = self.services.signing_keys.current().certificates
        return SignIn(browser, page, user or self.user, certificates, self._private_keys)

    def sign_out(self, browser: Browser, *, everywhere: bool = False) -> SignOut:
        """Press "Sign out" on the federation server's page, and go on from one to the next.

        With *everywhere*, the user's sessions in other browsers end as well.
        """
        page = browser.get(self.url + SIGN_OUT)
        form = next((form for form in page.forms if form.id == "idp_SignOutPanel"), None)
        if form is None:
            raise AssertionError("Nobody is signed in with this browser")
        chosen = {"Everywhere": "true"} if everywhere else {}
        return SignOut(follow(browser, browser.submit(form, **chosen)))

    def idp_initiated_url(self, entity_id: str, relay_state: str | None = None) -> str:
        """Return the address at which a sign-in to a service provider starts here."""
        query = {"loginToRp": entity_id}
        if relay_state is not None:
            query["RelayState"] = relay_state
        return f"{self.url}{IDP_INITIATED}.aspx?{urlencode(query)}"

    def close(self) -> None:
        """Close what the test opened."""
        for browser in self._browsers:
            browser.close()

    def _who(self, user: User | str | None) -> User:
        if user is None:
            return self.user
        return self._users.get(user, User(user)) if isinstance(user, str) else user

    def _give_codes(self, name: str) -> str:
        import pyotp

        secret = str(pyotp.random_base32())
        self.services.mfa.codes.register(name, secret)
        return secret

    def _give_phone(self, name: str, kind: str) -> Phone:
        platform, version = PHONES[kind]
        file = self._folder / f"{name}.json"
        give_phone(self.services, name, file, platform=platform, app_version=version or CURRENT)
        return self._phone(file)

    def _phone(self, file: Path) -> Phone:
        return Phone(PhoneFile(file), now=lambda: self.clock.now().timestamp())


class ServiceProvider:
    """The test service provider of one test, registered at the federation server."""

    def __init__(self, provider: Provider, federation: Federation) -> None:
        self._provider = provider
        self._federation = federation
        self.trust = federation.add_service_provider(provider.metadata())

    @property
    def url(self) -> str:
        """Its start page, from which a sign-in can begin."""
        return f"{self._provider.base_url}/"

    @property
    def entity_id(self) -> str:
        """Its entity id."""
        return self._provider.entity_id

    @property
    def acs_url(self) -> str:
        """The address that responses are posted to."""
        return self._provider.acs_url

    @property
    def metadata(self) -> bytes:
        """Its SAML metadata."""
        return self._provider.metadata()

    def sign_out(
        self, browser: Browser, binding: str = "redirect", *, relay_state: str = ""
    ) -> SignOut:
        """Sign out of everything, begun here by ``redirect`` or ``post``."""
        fields = {"binding": binding, "relay_state": relay_state}
        page = browser.post(f"{self._provider.base_url}/logout", fields)
        return SignOut(follow(browser, page))

    def has_session(self, browser: Browser) -> bool:
        """Say whether somebody is signed in here with *browser*."""
        return "user" in browser.get(self.url).ids()

    def offer_encryption(self) -> None:
        """Publish a key in its metadata, so that from now on what it is told is encrypted."""
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
        """Return the address at which it asks so: by ``redirect`` or ``post``."""
        asked = {"force_authn": force_authn, "is_passive": is_passive, "unsigned": unsigned}
        query = {"binding": binding}
        query |= {WISHES[name]: "1" for name, wanted in asked.items() if wanted}
        if second_factor or context:
            query["context"] = context or MULTIPLE_AUTHN
        if relay_state:
            query["relay_state"] = relay_state
        return f"{self._provider.base_url}/login?{urlencode(query)}"
