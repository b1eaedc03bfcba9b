"""Every section and setting of the configuration, with its type, limits and default.

Fields have the names of the file's sections and keys. Precedence, highest first: an option of the
command line, the environment (``TALLYSTICK__SECTION__KEY``), the file (``tallystick.toml``), the
default beside the field. ``tallystick config show`` prints all of them.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Literal, Self

from pydantic import (
    AwareDatetime,
    Field,
    IPvAnyNetwork,
    PositiveInt,
    PrivateAttr,
    SecretStr,
    field_validator,
    model_validator,
)

from idp.config.adapters import AdaptersSection
from idp.config.admin import AdminSection
from idp.config.mail import MailSection
from idp.config.mfa import MfaSection
from idp.config.radius import RadiusSection
from idp.config.recorder import RecorderSection
from idp.config.section import Section
from idp.config.server import ServerSection as ServerSection
from idp.config.server import ServeSection as ServeSection
from idp.config.testing import TestingSection
from idp.config.theme import ThemeSection


class MetricsSection(Section):
    """``[metrics]``: where ``tallystick serve`` answers Prometheus. Off if there is no port."""

    bind: str = "127.0.0.1"
    """The address that the listener for Prometheus has."""
    port: int | None = Field(default=None, ge=1, le=65535)
    """Its port. None: no metrics."""


class StoreSection(Section):
    """``[store]``: the database."""

    url: str = "sqlite:///tallystick.db"
    """A SQLite file, or PostgreSQL for several nodes: ``postgresql://USER@HOST/DATABASE``."""
    connections: PositiveInt = 16
    """Upper limit of connections that each process opens to PostgreSQL."""
    sign_in_log_days: int = Field(default=400, ge=1, le=36_500)
    """How many days an entry of the sign-in log is kept."""
    sign_in_log_rows: int = Field(default=1_000_000, ge=1)
    """How many entries of the sign-in log are kept: the newest ones."""
    audit_log_days: int = Field(default=1100, ge=1, le=36_500)
    """How many days an entry of the audit log of administration is kept."""
    audit_log_rows: int = Field(default=1_000_000, ge=1)
    """How many entries of the audit log are kept: the newest ones."""

    @field_validator("url")
    @classmethod
    def _must_hold_no_nul_either(cls, value: str) -> str:
        """Refuse NUL in the address, which is a path, too."""
        if "\0" in value:
            raise ValueError("it holds NUL")
        return value


class KeysSection(Section):
    """``[keys]``: files of mode 0600 with the token-signing key and the secret that seals cookies.

    Later token-signing keys are created in the folder of the first one. All have the same
    passphrase, from the environment (``TALLYSTICK__KEYS__PASSPHRASE``) or a file of mode 0600.
    """

    signing_key: Path = Path("signing.key")
    """The first token-signing key; later ones are created in its folder."""
    signing_certificate: Path = Path("signing.crt")
    """The certificate of the first token-signing key."""
    passphrase: SecretStr | None = None
    """The passphrase of all token-signing keys, best given by the variable."""
    passphrase_file: Path | None = None
    """A file of mode 0600 with that passphrase. None, and no passphrase: they are not encrypted."""
    automatic_rollover: bool = True
    """Create, promote and retire token-signing keys by age (AD FS: AutoCertificateRollover)."""
    secret: Path = Path("secret.key")
    """32 random bytes or more, from which the keys for sealed cookies and seeds are derived."""


class TrustsSection(Section):
    """``[trusts]``: rules for relying party trusts and their requests, and a folder of trusts."""

    allow_http: bool = False
    """Accept service providers whose endpoints are http addresses."""
    allow_private_addresses: bool = False
    """Fetch metadata from loopback, link-local and private addresses too."""
    monitoring_interval_minutes: int = Field(default=1440, ge=0, le=60 * 24 * 365)
    """How often metadata that came from a URL is fetched again (AD FS: MonitoringInterval).

    0: never.
    """
    metadata_dir: Path | None = None
    """Each metadata file in this folder becomes a trust."""
    clock_skew_seconds: int = 180
    """How much the clock of a service provider may differ from ours."""
    request_lifetime_seconds: int = 300
    """How long after its IssueInstant a request is accepted."""

    @property
    def longest_freshness(self) -> timedelta:
        """How long after its arrival a message is still fresh if its sender's clock is fast.

        Request ids must be remembered for that time to detect replays.
        """
        return timedelta(seconds=self.request_lifetime_seconds + 2 * self.clock_skew_seconds)


class SignInSection(Section):
    """``[sign_in]``: sessions and pages."""

    session_minutes: int = Field(default=480, ge=1)
    """How long a session lasts (AD FS: SsoLifetime)."""
    keep_me_signed_in: bool = False
    """Let users keep a session when they close the browser (AD FS: EnableKmsi)."""
    keep_me_signed_in_minutes: int = Field(default=1440, ge=1, le=10_080)
    """How long such a session lasts, at most 7 days (AD FS: KmsiLifetimeMins)."""
    kept_sessions_since: AwareDatetime | None = None
    """Kept sessions that began before this time are ended (AD FS: PersistentSsoCutoffTime)."""
    idp_initiated: bool = False
    """The page on which users choose an application (AD FS: EnableIdPInitiatedSignonPage).

    Off as in AD FS; the demo and the pytest plugin switch it on.
    """
    idp_initiated_relay_state: bool = True
    """Pass RelayState on in such a sign-in (AD FS: EnableRelayStateForIdpInitiatedSignOn)."""
    loop_detection: bool = True
    """Stop, with MSIS7042, a browser that one service provider sends here again and again."""
    loop_tokens: int = Field(default=5, ge=1, le=50)
    """Assertions that a browser gets for one trust within ``loop_seconds``; the next one fails."""
    loop_seconds: int = Field(default=20, ge=1, le=3600)
    """The time within which ``loop_tokens`` are counted."""
    password_change: bool = False
    """The page on which users change their password (AD FS: /adfs/portal/updatepassword)."""
    password_reset: bool = False
    """Password reset at ``/account/reset/``; on in the demo and the plugin. The policy says who."""
    administrator_groups: tuple[str, ...] = ()
    """Groups whose members always need two methods to reset their passwords."""

    @property
    def kept_lifetime(self) -> timedelta | None:
        """How long a kept session lasts; None if sessions cannot be kept."""
        return timedelta(minutes=self.keep_me_signed_in_minutes) if self.keep_me_signed_in else None

    @property
    def session_lifetime(self) -> timedelta:
        """How long the longest session lasts, kept or not."""
        lifetime = timedelta(minutes=self.session_minutes)
        return max(lifetime, self.kept_lifetime or lifetime)


class LockoutSection(Section):
    """``[lockout]``: limits on wrong passwords (AD FS: Set-AdfsProperties -ExtranetLockout...)."""

    mode: Literal["password_counter", "log_only", "enforce"] = "password_counter"
    """Soft lock-out; soft lock-out and a log of what smart lock-out would do; smart lock-out."""
    threshold: int = Field(default=10, ge=1, le=1000)
    """Wrong passwords that lock a user; with smart lock-out, those from unknown addresses."""
    threshold_familiar: int = Field(default=10, ge=1, le=1000)
    """Smart lock-out: wrong passwords from addresses from which the user has signed in before."""
    window_minutes: int = Field(default=30, ge=1, le=10_080)
    """How long a user stays locked (AD FS: ExtranetObservationWindow)."""
    extranet_only: bool = False
    """Smart lock-out only for the extranet, as in AD FS; soft lock-out for the intranet."""


class ProxiesSection(Section):
    """``[proxies]``: addresses and networks of the proxies whose headers are believed."""

    web_application_proxies: tuple[IPvAnyNetwork, ...] = ()
    """Requests through these come from the extranet (AD FS: Web Application Proxy)."""
    reverse_proxies: tuple[IPvAnyNetwork, ...] = ()
    """Load balancers and reverse proxies that add the client's address to a header."""

    @model_validator(mode="after")
    def _must_not_overlap(self) -> Self:
        for one, other in product(self.web_application_proxies, self.reverse_proxies):
            if one.overlaps(other):
                raise ValueError(f"{one} and {other} overlap; list each proxy once")
        return self


class FarmSection(Section):
    """``[farm]``: rules for every node."""

    products_after_table: Literal["approve_deny", "number_match"] = "approve_deny"
    """What users see on a Windows Server that is newer than Microsoft's table of updates."""
    signed_saml_requests_required: bool = False
    """Refuse unsigned requests from every trust (AD FS: SignedSamlRequestsRequired)."""
    saml_message_delivery_window: int = Field(default=5, ge=1, le=60)
    """Minutes within which a response must reach the service provider.

    AD FS: SamlMessageDeliveryWindow.
    """


class LoggingSection(Section):
    """``[logging]``: how log lines are written to standard error."""

    format: Literal["json", "console"] = "json"
    """``json`` writes one object a line, ``console`` lines for people."""
    audit: Literal["basic", "verbose"] = "basic"
    """``verbose`` adds the requests, responses and claims (AD FS: AuditLevel)."""


class Config(Section):
    """The whole configuration: one field for each section of the file."""

    _file: Path | None = PrivateAttr(default=None)
    _as_read: Config | None = PrivateAttr(default=None)

    server: ServerSection = ServerSection()
    serve: ServeSection = ServeSection()
    metrics: MetricsSection = MetricsSection()
    store: StoreSection = StoreSection()
    keys: KeysSection = KeysSection()
    trusts: TrustsSection = TrustsSection()
    sign_in: SignInSection = SignInSection()
    lockout: LockoutSection = LockoutSection()
    farm: FarmSection = FarmSection()
    adapters: AdaptersSection = AdaptersSection()
    mfa: MfaSection = MfaSection()
    proxies: ProxiesSection = ProxiesSection()
    radius: RadiusSection = RadiusSection()
    mail: MailSection = MailSection()
    theme: ThemeSection = ThemeSection()
    logging: LoggingSection = LoggingSection()
    recorder: RecorderSection = RecorderSection()
    admin: AdminSection = AdminSection()
    testing: TestingSection = TestingSection()

    @property
    def file(self) -> Path | None:
        """The file that it was read from, None if a program has made it."""
        return self._file

    @property
    def as_read(self) -> Config:
        """What was read from the file, before a program such as the demo changed anything."""
        return self._as_read or self

    def read_from(self, file: Path) -> Self:
        """Remember the file that this configuration was read from, and return the same object.

        Copies with other values (``model_copy``) remember it, too.
        """
        self._as_read = self.model_copy()
        self._file = file
        return self
