"""The configuration: one typed object, read once at the edge.

An option of the command line outranks the environment (``TALLYSTICK__SECTION__KEY``), which
outranks the file (``tallystick.toml``), which outranks the defaults beside the fields.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    PositiveInt,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)


class Section(BaseModel):
    """A section of the file; an unknown key is a fault, not a comment."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Server(Section):
    """Where the server is reached, and as which node of the farm it answers."""

    base_url: str = "http://localhost:8080"
    node: str | None = None
    """The node's name; None: the first of the farm (a demo lets a cookie choose)."""
    node_cookie: bool = False
    """Let ``/node/NAME`` choose the answering node for a browser: for demonstrations."""
    admin_token_file: Path | None = None
    hsts: bool = True
    """Tell browsers to come by TLS alone, where base_url is https and no localhost (RFC 6797)."""
    hsts_max_age: int = Field(default=31_536_000, ge=0)
    """For so many seconds from their last visit; 0 makes them forget."""

    @field_validator("base_url")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
            raise ValueError("give scheme, host and port alone, like https://sts.example.test")
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the server by TLS."""
        return self.base_url.startswith("https:")

    @property
    def strict_transport_security(self) -> str | None:
        """The header's value, None where there is none.

        Localhost is everybody's: what one server says there would hold for all others, too.
        """
        host = (urlsplit(self.base_url).hostname or "").rstrip(".")
        is_local = host == "localhost" or host.endswith(".localhost")
        if not self.hsts or not self.is_secure or is_local:
            return None
        return f"max-age={self.hsts_max_age}"

    @property
    def entity_id(self) -> str:
        """The federation service identifier: http also under TLS, as AD FS forms it."""
        return f"http://{urlsplit(self.base_url).netloc}/adfs/services/trust"


class Serve(Section):
    """How ``tallystick serve`` listens; a proxy in front may end TLS, or it does so itself."""

    bind: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    certificate: Path | None = None
    """The certificate for TLS, with its chain, as PEM; goes with ``key``."""
    key: Path | None = None
    workers: int | None = Field(default=None, ge=1, le=256)
    """Processes that answer; None: one for each core."""
    engine: Literal["granian", "waitress"] | None = None
    """None: granian, or where it does not run waitress, which has one process and no TLS."""

    @model_validator(mode="after")
    def _has_both_or_neither(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key go together")
        return self


class Metrics(Section):
    """Where ``tallystick serve`` answers Prometheus; off without a port."""

    bind: str = "127.0.0.1"
    port: int | None = Field(default=None, ge=1, le=65535)


class Store(Section):
    """The database."""

    url: str = "sqlite:///tallystick.db"
    """A SQLite file, or PostgreSQL for several nodes: ``postgresql://USER@HOST/DATABASE``."""
    connections: PositiveInt = 16
    """The most that each process opens to PostgreSQL."""


class Keys(Section):
    """Files of mode 0600: the token-signing key, and the secret that seals cookies and Context.

    Keys that are made later lie beside the first one. The passphrase of all of them comes from the
    environment (``TALLYSTICK__KEYS__PASSPHRASE``) or from a file of mode 0600.
    """

    signing_key: Path = Path("signing.key")
    signing_certificate: Path = Path("signing.crt")
    passphrase: SecretStr | None = None
    passphrase_file: Path | None = None
    automatic_rollover: bool = True
    """Make, promote and retire token-signing keys by their age (AD FS: AutoCertificateRollover)."""
    secret: Path = Path("secret.key")


class Trusts(Section):
    """What relying party trusts may look like, and a folder whose files are trusts."""

    allow_http: bool = False
    allow_private_addresses: bool = False
    """Fetch metadata from loopback, link-local and private addresses as well."""
    monitoring_interval_minutes: int = Field(default=1440, ge=0, le=60 * 24 * 365)
    """How often metadata that came from an address is fetched again; 0: never."""
    metadata_dir: Path | None = None
    clock_skew_seconds: int = 180
    request_lifetime_seconds: int = 300

    @property
    def longest_freshness(self) -> timedelta:
        """How long after it came a message can still be fresh, its sender's clock being fast."""
        return timedelta(seconds=self.request_lifetime_seconds + 2 * self.clock_skew_seconds)


class SignIn(Section):
    """Sessions and pages."""

    session_minutes: int = Field(default=480, ge=1)
    """How long a session lasts (AD FS: SsoLifetime)."""
    keep_me_signed_in: bool = False
    """Let users keep a session beyond the browser's window (AD FS: EnableKmsi)."""
    keep_me_signed_in_minutes: int = Field(default=1440, ge=1, le=10_080)
    """How long such a session lasts, at most 7 days (AD FS: KmsiLifetimeMins)."""
    kept_sessions_since: AwareDatetime | None = None
    """Kept sessions from before that time have ended (AD FS: PersistentSsoCutoffTime)."""
    idp_initiated: bool = True
    idp_initiated_relay_state: bool = True
    loop_detection: bool = True
    """Stop a browser that one service provider sends here again and again, with MSIS7042."""
    loop_tokens: int = Field(default=5, ge=1, le=50)
    """Tokens for one trust and browser within ``loop_seconds``; the next one fails."""
    loop_seconds: int = Field(default=20, ge=1, le=3600)
    password_change: bool = False
    """The page on which users change their password (AD FS: /adfs/portal/updatepassword)."""

    @property
    def kept_lifetime(self) -> timedelta | None:
        """How long a kept session lasts; None where nobody may keep one."""
        return timedelta(minutes=self.keep_me_signed_in_minutes) if self.keep_me_signed_in else None

    @property
    def session_lifetime(self) -> timedelta:
        """How long any session may last."""
        lifetime = timedelta(minutes=self.session_minutes)
        return max(lifetime, self.kept_lifetime or lifetime)


class Lockout(Section):
    """How often a password may be wrong (AD FS: Set-AdfsProperties -ExtranetLockout...)."""

    mode: Literal["password_counter", "log_only", "enforce"] = "password_counter"
    """The soft lock-out; the soft one, with the smart one in the log; or the smart one."""
    threshold: int = Field(default=10, ge=1, le=1000)
    """Wrong passwords that lock: of a user; with the smart lock-out, from unknown places."""
    threshold_familiar: int = Field(default=10, ge=1, le=1000)
    """The same from places that the user has signed in from."""
    window_minutes: int = Field(default=30, ge=1, le=10_080)
    extranet_only: bool = False
    """Smart for requests from outside alone, as in AD FS; the soft one holds for the others."""


class Proxies(Section):
    """Addresses and networks of the proxies before the server, whose headers are believed."""

    web_application_proxies: tuple[IPvAnyNetwork, ...] = ()
    """What comes through them comes from the extranet (AD FS: Web Application Proxy)."""
    reverse_proxies: tuple[IPvAnyNetwork, ...] = ()
    """Load balancers and reverse proxies that tell who connected to them."""

    @model_validator(mode="after")
    def _are_of_one_kind(self) -> Self:
        for one, other in product(self.web_application_proxies, self.reverse_proxies):
            if one.overlaps(other):
                raise ValueError(f"{one} and {other} overlap; a proxy is of one kind")
        return self


class Farm(Section):
    """Rules that hold on every node."""

    products_after_table: Literal["approve_deny", "number_match"] = "approve_deny"
    signed_saml_requests_required: bool = False
    """Refuse requests that are not signed, whatever the trust says."""
    saml_message_delivery_window: int = Field(default=5, ge=1, le=60)
    """Minutes in which a response must reach the service provider."""


class Logging(Section):
    """How log lines are written to standard error."""

    format: Literal["json", "console"] = "json"
    audit: Literal["basic", "verbose"] = "basic"
    """``verbose`` adds what was asked, answered and claimed (AD FS: AuditLevel)."""


class Config(BaseSettings):
    """Everything that can be configured."""

    model_config = SettingsConfigDict(
        env_prefix="TALLYSTICK__", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    server: Server = Server()
    serve: Serve = Serve()
    metrics: Metrics = Metrics()
    store: Store = Store()
    keys: Keys = Keys()
    trusts: Trusts = Trusts()
    sign_in: SignIn = SignIn()
    lockout: Lockout = Lockout()
    farm: Farm = Farm()
    proxies: Proxies = Proxies()
    logging: Logging = Logging()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the environment above the file, which comes in as initial values."""
        return env_settings, init_settings
