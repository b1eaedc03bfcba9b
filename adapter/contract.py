"""What an adapter author implements: AD FS's interface for authentication adapters.

The members are those of ``IAuthenticationAdapter`` and its companions in Python's spelling
(reference: ``docs/adapters.md``). An adapter is given plain values and gives plain values back:
no web framework, no SAML, no SQL. Install it under the entry-point group ``tallystick.adapters``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, runtime_checkable

from adapter.waiting_places import MAX_WAIT_SECONDS as MAX_WAIT_SECONDS
from adapter.waiting_places import NoWaitingPlace as NoWaitingPlace
from adapter.waiting_places import UsesWaitingPlaces as UsesWaitingPlaces
from adapter.waiting_places import WaitingPlace as WaitingPlace
from adapter.waiting_places import WaitingPlaces as WaitingPlaces

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

ENGLISH = 1033
"""The LCID of English (United States), which every adapter should offer."""

AUTHENTICATION_METHOD = (
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod"
)
"""The claim type in which an adapter says how the user passed."""

UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"
WINDOWS_ACCOUNT_NAME = "http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname"
EMAIL_ADDRESS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
PRIMARY_SID = "http://schemas.microsoft.com/ws/2008/06/identity/claims/primarysid"
IDENTITY_CLAIMS = (WINDOWS_ACCOUNT_NAME, UPN, EMAIL_ADDRESS, PRIMARY_SID)
"""The claim types an adapter may ask for as its identity claim."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement about a user: a claim type URI and its value."""

    type: str
    value: str


@dataclass(frozen=True, slots=True)
class AdapterMetadata:
    """What an adapter announces; read when it is loaded and whenever the host needs it.

    ``authentication_methods`` lists the URIs the adapter may report; a sign-in that ends with any
    other URI, or with none, fails. Only the first of ``identity_claims`` is used.
    ``friendly_names`` and ``descriptions`` are keyed by LCID and shown on the choice page; users
    never see ``admin_name``.
    """

    admin_name: str
    authentication_methods: tuple[str, ...]
    identity_claims: tuple[str, ...]
    available_lcids: tuple[int, ...]
    friendly_names: Mapping[int, str]
    descriptions: Mapping[int, str]
    requires_identity: bool = True


@dataclass(frozen=True, slots=True)
class AuthenticationMethodConfigData:
    """The configuration file given at registration; ``data`` is None if there was none."""

    data: bytes | None = None


@dataclass(slots=True)
class AuthenticationContext:
    """What the host remembers between the posts of one sign-in.

    ``data`` is the adapter's only memory: the host seals it into the page's ``Context`` field and
    restores it for the next post, on whichever node that arrives. A user can keep an old page and
    post it again, so what must not be rewound (attempts, used codes) does not belong here.
    ``activity_id`` appears in every log line of the request, ``context_id`` names this sign-in.
    ``trace`` is for sentences that tell administrators why the adapter decided as it did, nothing
    secret: the flight recorder keeps them, and the next post begins with none.
    """

    activity_id: str
    context_id: str
    lcid: int = ENGLISH
    data: dict[str, Json] = field(default_factory=dict)
    trace: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What an adapter may know about the web request: the client, and the node that answers it.

    ``node_build`` is the Windows Server build of that node, as text (``20348.350``).
    ``application`` is the display name of the relying party trust the user is signing in to.
    """

    node_name: str
    node_build: str
    application: str = ""
    client_ip: str = ""
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class ProofData:
    """The fields of one post of the adapter's page, by name."""

    properties: Mapping[str, str]


@runtime_checkable
class AdapterPresentation(Protocol):
    """A page of an adapter: a title and a form. The host puts its own page around the form."""

    @property
    def stylesheets(self) -> tuple[str, ...]:
        """The style sheets to link: names of files in the folder ``static`` of the package."""

    @property
    def scripts(self) -> tuple[str, ...]:
        """The scripts to load, likewise; they are served at ``/adfs/adapter/NAME/FILE``."""

    def page_title(self, lcid: int) -> str:
        """Return the title as plain text; called each time the page is shown."""

    def form_html(self, lcid: int) -> str:
        """Return the HTML fragment with ``<form method="post" id="loginForm">``.

        The host replaces the tokens ``%AuthMethod%``, ``%Context%`` and ``%Action%`` (the
        path and query to post to; a form without ``action`` posts to the page's own address).
        """


@dataclass(frozen=True, slots=True)
class AdapterForm:
    """The simplest presentation: one title and one form for all languages."""

    title: str
    html: str
    stylesheets: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()

    def page_title(self, lcid: int) -> str:
        """Return the title."""
        return self.title

    def form_html(self, lcid: int) -> str:
        """Return the HTML fragment."""
        return self.html


class ExternalAuthenticationException(Exception):
    """Raised by an adapter that cannot go on; the host asks :meth:`Adapter.on_error` for a page."""

    def __init__(self, message: str, context: AuthenticationContext | None = None) -> None:
        super().__init__(message)
        self.context = context


@runtime_checkable
class Adapter(Protocol):
    """A second factor. One instance serves all users and threads of a node.

    An adapter need not derive from this class; one that does inherits an unload that has nothing
    to release and an ``on_error`` that leaves the page to the host.
    """

    @property
    def metadata(self) -> AdapterMetadata:
        """What the adapter announces; read often, so it should be a constant."""

    def on_authentication_pipeline_load(self, config: AuthenticationMethodConfigData) -> None:
        """Called once, when the node loads the adapter; raise to refuse the configuration."""

    def on_authentication_pipeline_unload(self) -> None:
        """Called once, when the node stops or the adapter's registration changes."""
        return

    def is_available_for_user(self, identity_claim: Claim, context: AuthenticationContext) -> bool:
        """Say whether this user can use this factor.

        Called at most once in a sign-in for every enabled adapter, before the choice page: keep it
        cheap. It may already write to ``context.data``.
        """

    def begin_authentication(
        self, identity_claim: Claim, request: HttpRequest, context: AuthenticationContext
    ) -> AdapterPresentation:
        """Start the factor and return its first page; called when the user reaches it.

        Called once in a sign-in, and again if the user chose another adapter and came back:
        ``context.data`` then still holds what was written before. A user who presses Enter twice
        reaches it twice at once: both calls have the same ``context_id`` and no data, and should
        start one factor.
        """

    def try_end_authentication(
        self, context: AuthenticationContext, proof: ProofData, request: HttpRequest
    ) -> tuple[Claim, ...] | AdapterPresentation:
        """Judge one post of the page; called for every post, any number of times.

        Return claims if the user has passed; one of them is an :data:`AUTHENTICATION_METHOD` that
        the metadata announces. Otherwise return the page to show. The host ends this second factor
        durably before it tells the browser that the user has passed.
        """

    def on_error(
        self, request: HttpRequest, error: ExternalAuthenticationException
    ) -> AdapterPresentation | None:
        """Return a last page to show after the adapter has raised, or None for the host's own.

        The sign-in has ended, whatever this returns.
        """
        return None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a sign-in looks as it does, in stable codes for the sign-in log; nothing secret.

    ``outcome`` is empty while the user has not answered. ``attempt`` distinguishes the requests of
    one sign-in, so that each outcome is logged once.
    """

    experience: str
    reason: str
    outcome: str = ""
    attempt: str = ""


@runtime_checkable
class ExplainsItself(Protocol):
    """A further ability of any adapter: its own codes in the sign-in log."""

    def explain(self, context: AuthenticationContext) -> Explanation:
        """Return the explanation; called after ``begin_authentication`` and after every post."""


class SharedStoreFull(Exception):
    """Raised by a :class:`SharedStore` that holds as many keys as it may; nobody passes then."""


class SharedStore(Protocol):
    """What all nodes and processes remember together for one adapter, whatever a browser keeps.

    Keys of different adapters never meet. A key is any text; only a digest of it is stored. The
    store is bounded: never use as a key what a client chose, unless you counted its tries first.
    Both methods raise :class:`SharedStoreFull`, and ValueError for a number outside its limits.
    """

    def claim(self, key: str, seconds: float) -> bool:
        """Use *key* up; returns False if it was used before, by any process.

        It stays used for at least *seconds* (at most :data:`MAX_SHARED_SECONDS`), and is forgotten
        at some time after that. Of several calls at once, exactly one returns True.
        """

    def count(self, key: str, limit: int, seconds: float) -> bool:
        """Count one try of *key*; returns whether it is among the first *limit* of its window.

        Windows have *seconds* and follow one another by the clock; *limit* is at most
        :data:`MAX_SHARED_LIMIT`. Call it before you look at a proof, with a key that names the
        account: of tries at once, no more than *limit* are granted.
        """


MAX_SHARED_SECONDS = 366 * 24 * 60 * 60
MAX_SHARED_LIMIT = 100


@runtime_checkable
class UsesSharedStore(Protocol):
    """A further ability of any adapter: it is given a store that all nodes share."""

    def use_shared_store(self, store: SharedStore) -> None:
        """Called once, before ``on_authentication_pipeline_load``."""


@runtime_checkable
class Rehearses(Protocol):
    """A further ability of any adapter that acts on the world: it can be told not to.

    The conformance kit begins dozens of sign-ins; none of them may send a message.
    """

    def rehearse(self) -> None:
        """Do all but the act itself from now on: send nothing, call nobody, open no door.

        Called once, before ``on_authentication_pipeline_load``, and never by a server.
        """
