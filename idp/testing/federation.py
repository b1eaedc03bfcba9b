"""The fixture ``federation``: what tests can do with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from adapter.mfa.devices.device import ANY_VERSION, CURRENT_APPS
from idp.authenticator.client import Phone
from idp.embedded.browser import Browser
from idp.embedded.phones import PLATFORM, PhoneKind
from idp.federation.relying_party.setting_changes import read_settings
from idp.management import policies
from idp.management.timelines import existing
from idp.signin.paths import IDP_INITIATED, METADATA
from idp.testing.extranet import outside_browser
from idp.testing.faults import Faults
from idp.testing.message_capture import MessageCapture
from idp.testing.messages import ReceivedRequests, SentResponses
from idp.testing.password_reset import PasswordReset
from idp.testing.phones import Phones
from idp.testing.policy_words import PolicyWords
from idp.testing.shared_servers import PHONE_FILE
from idp.testing.signin import SignIn
from idp.testing.signout import SignOut, sign_out
from idp.testing.timelines import timelines_of
from idp.testing.users import DEFAULT_NAME, DEFAULT_PASSWORD, User, Users

if TYPE_CHECKING:
    from idp.audit.record import SignInRecord
    from idp.embedded.page import Page
    from idp.federation.relying_party.trust import RelyingPartyTrust
    from idp.management.policies import PolicyView
    from idp.recorder.timeline import Timeline
    from idp.services import Services
    from idp.testing.clock import ShiftedClock


class Federation:
    """A running federation server for one test, with one user, ``user``, and one node.

    ``services`` are its parts, for everything that has no method here.
    """

    def __init__(
        self,
        services: Services,
        folder: Path,
        extranet: str = "",
        messages: MessageCapture | None = None,
    ) -> None:
        """*extranet* is the URL of the Web Application Proxy that browsers in the extranet use.

        *messages* has what the server receives and sends.
        """
        self.services = services
        self._extranet = extranet
        self._messages = messages or MessageCapture()
        self._browsers: list[Browser] = []
        self._private_keys: list[bytes] = []
        self._phones = Phones(services, folder)
        self.user = User(
            DEFAULT_NAME, phone=self._phones.open(folder / PHONE_FILE), clock=self.clock
        )
        self._users = Users(services, self._phones, self.user)

    def __repr__(self) -> str:
        first = self.services.farm.first()
        node = f"{first.name} {first.build}" if first else "without a node"
        return f"<Federation {self.url} {node}>"

    @property
    def url(self) -> str:
        """The base URL, without a path."""
        return self.services.config.server.base_url

    @property
    def metadata_url(self) -> str:
        """The address of the federation server's SAML metadata."""
        return self.url + METADATA

    @property
    def entity_id(self) -> str:
        """The federation server's entity ID."""
        return self.services.config.server.entity_id

    @property
    def clock(self) -> ShiftedClock:
        """The clock of server, phones and service provider: ``advance(seconds)`` moves it."""
        return self.services.clock  # type: ignore[return-value]  # it was assembled with one

    @property
    def faults(self) -> Faults:
        """Faulty responses: ``next(service_provider, "audience_wrong")``."""
        return Faults(self.services)

    @property
    def requests(self) -> ReceivedRequests:
        """What service providers sent: ``requests.last``, ``requests.assert_received(...)``."""
        return ReceivedRequests(self._messages.received(self.services), self._messages.clear)

    @property
    def responses(self) -> SentResponses:
        """What they were sent: ``responses.last``, ``responses.assert_sent(...)``."""
        return SentResponses(self._messages.sent(self.services), self._messages.clear)

    @property
    def log(self) -> tuple[SignInRecord, ...]:
        """The sign-in log, oldest first."""
        return tuple(entry.record for entry in self.services.log.read(limit=10_000))

    @property
    def timelines(self) -> tuple[Timeline, ...]:
        """All sign-ins, refusals and log-outs step by step, the latest last: docs/recorder.md."""
        return timelines_of(self.services)

    def timeline(self, activity_id: str) -> Timeline:
        """Return the timeline of an Activity ID, which error pages show."""
        return existing(self.services, activity_id)

    def set_build(self, build: str, node: str | None = None) -> None:
        """Set the build of a node, like ``"20348.349"``; sign-ins that begin later see it.

        *node* is its name; None: the first node.
        """
        if node is None:
            first = self.services.farm.first()
            node = first.name if first else "srv2022"
        self.services.farm.set_build(node, build, by="pytest")

    def add_service_provider(
        self, metadata: bytes | str | Path, *, private_key: bytes | None = None, **settings: Any
    ) -> RelyingPartyTrust:
        """Create a trust from SAML metadata: its text, or the path of a file.

        *private_key* (PEM) decrypts assertions for it, so that sign-ins can show them. *settings*
        are those of ``tallystick sp set``, like ``second_factor="never"``.
        """
        if private_key is not None:
            self._private_keys.append(private_key)
        if isinstance(metadata, Path):
            metadata = metadata.read_bytes()
        return self.services.trusts.add(
            metadata.encode() if isinstance(metadata, str) else metadata,
            settings=read_settings(settings, "add_service_provider") if settings else None,
        )

    def add_user(
        self,
        name: str | None = None,
        password: str = DEFAULT_PASSWORD,
        *,
        phone: str | None = "phone-current",
        totp: bool = False,
        nt_hash: bool = False,
        display_name: str = "",
        email: str = "",
        groups: Sequence[str] = (),
        attributes: Mapping[str, str | Sequence[str]] | None = None,
    ) -> User:
        """Create a user with a phone: ``phone-current``, ``phone-old``, ``wearable`` or None.

        For a phone of any other app, see :meth:`add_phone`. With *totp* the user has codes too, and
        with *nt_hash* the user can sign in by MS-CHAPv2. If *name* is None, a name is generated.
        *attributes* are further ones by LDAP name: ``{"givenName": "Ada", "title": ["Dr", "Ms"]}``.
        """
        return self._users.add(
            name,
            password,
            phone=phone,
            totp=totp,
            nt_hash=nt_hash,
            display_name=display_name,
            email=email,
            groups=groups,
            attributes=attributes or {},
        )

    def add_phone(
        self,
        user: User | None = None,
        *,
        platform: str = PLATFORM,
        app_version: str | None = None,
        broker: bool = False,
    ) -> Phone:
        """Give *user* one more phone, with the app of this platform and version; return the phone.

        ``add_phone(user, platform="ios", app_version="6.4.12")``. Without a version it is a current
        one; docs/phone.md says which version does what. If *user* is None, the default user gets
        it. Of several phones of a user the best decides what is asked: make the user with
        ``phone=None`` if this one should. *broker* says that the user signs in on this iPhone.
        """
        app = PhoneKind(platform, app_version or CURRENT_APPS.get(platform, ANY_VERSION))
        return self._phones.give((user or self.user).name, app, broker=broker)

    def policy(
        self,
        changes: Mapping[str, Any] | None = None,
        *,
        push_policy: str | None = None,
        migration: str | None = None,
        reset: str | Sequence[str] | None = None,
        reset_methods: int | None = None,
        must_register: bool | None = None,
        campaign: bool | None = None,
    ) -> PolicyView:
        """Change which methods users may use; sign-ins that begin later see it.

        *changes* are those of ``tallystick policy set``, by key, like
        ``{"MicrosoftAuthenticator.includeTargets": "Staff"}``. *push_policy* says which policy
        allows push to everybody: ``methods``, ``legacy``, ``both`` or ``none``. *migration* is
        ``pre``, ``in_progress`` or ``complete``. *reset* is a group or several that may reset
        their passwords, ``all_users`` is everybody, and *reset_methods* (1 or 2) how many methods
        prove it. With *must_register*, a sign-in asks users without a method to register one; with
        *campaign*, users without Authenticator to set it up. The result has the new ``policies``,
        their ``version`` and ``notes``.
        """
        words = PolicyWords(push_policy, migration, reset, reset_methods, must_register, campaign)
        return policies.change(self.services, {**(changes or {}), **words.as_changes()})

    def choose_default(self, user: User, kind: str) -> None:
        """Let *user* be asked for ``push`` or for a code (``totp``) first from now on."""
        of_kind = self.services.mfa.methods_of(user.name).of_kind(kind)
        if not of_kind:
            raise ValueError(f"{user.name} has no method of the kind {kind!r}")
        self.services.mfa.choose_default(user.name, of_kind[0].id)

    def browser(self, *, extranet: str | None = None) -> Browser:
        """Return a new browser without cookies, in the intranet.

        With *extranet*, an address like ``"203.0.113.9"``, it is in the extranet at this address:
        its requests come through a Web Application Proxy.
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
        """Open *url*, which starts a sign-in, and enter the password if the page asks for it.

        *user* is a user from :meth:`add_user` or a name; None: the default user. A *browser* that
        is already signed in is only asked for what is missing.
        """
        signing_in = self._users.find(user)
        browser = browser or self.browser()
        page = browser.open(url)
        form = page.form
        if form is not None and "UserName" in form.fields:
            typed = signing_in.password if password is None else password
            page = browser.submit(form, UserName=signing_in.name, Password=typed)
        return self.resume(browser, page, signing_in)

    def resume(self, browser: Browser, page: Page, user: User | None = None) -> SignIn:
        """Return the sign-in that continues at this page of a browser."""
        certificates = self.services.signing_keys.current().certificates
        return SignIn(browser, page, user or self.user, certificates, self._private_keys)

    def reset(
        self, user: User | str | None = None, *, browser: Browser | None = None
    ) -> PasswordReset:
        """Begin a password reset for *user*: give the user name, and return what comes then.

        If the policy lets nobody reset a password, as at the start, everybody may from now on.
        """
        if not self.services.mfa.policies.read().policies.legacy_reset.scope:
            self.policy({"legacyResetPolicy.includeTargets": "all_users"})
        return PasswordReset(browser or self.browser(), self.url, self._users.find(user))

    def sign_out(self, browser: Browser, *, everywhere: bool = False) -> SignOut:
        """Press "Sign out" on the federation server's page, and follow the log-out to its end.

        With *everywhere*, the user's sessions in other browsers end too.
        """
        return sign_out(browser, self.url, everywhere=everywhere)

    def idp_initiated_url(self, entity_id: str, relay_state: str | None = None) -> str:
        """Return the address of an IdP-initiated sign-in to a service provider."""
        query = {"loginToRp": entity_id}
        if relay_state is not None:
            query["RelayState"] = relay_state
        return f"{self.url}{IDP_INITIATED}.aspx?{urlencode(query)}"

    def close(self) -> None:
        """Close the browsers of the test."""
        for browser in self._browsers:
            browser.close()
