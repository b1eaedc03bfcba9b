"""Calls an adapter: its answer becomes plain values, and whatever goes wrong becomes one failure.

Once an adapter is loaded, its code runs only inside this module. So whatever it does leads to a
page, to claims that are judged, or to the end of the sign-in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, TypeVar

from adapter.contract import (
    EMAIL_ADDRESS,
    PRIMARY_SID,
    UPN,
    WINDOWS_ACCOUNT_NAME,
    AdapterPresentation,
    AuthenticationContext,
    Claim,
    Explanation,
    ExternalAuthenticationException,
    HttpRequest,
    Json,
    ProofData,
)
from adapter.errors import Unavailable
from idp.adapters.failure_log import NO_FIELDS
from idp.adapters.lcids import tag_of
from idp.adapters.registry import LoadedAdapter
from idp.adapters.timeout import call_within
from idp.directory import User
from idp.federation.claims import primary_sid

LAST_PAGE_SECONDS = 5.0
"""How long an adapter that has failed may take to make its last page."""

_IDENTITY: Mapping[str, Callable[[User], str]] = {
    # claim type            its value
    UPN:                    attrgetter("upn"),
    WINDOWS_ACCOUNT_NAME:   attrgetter("windows_account_name"),
    EMAIL_ADDRESS:          attrgetter("email"),
    PRIMARY_SID:            primary_sid,
}  # fmt: skip

PARTS_OF_PAGE = ("page_title", "form_html", "stylesheets", "scripts")
"""The members of :class:`~adapter.contract.AdapterPresentation`, which takes long to ask itself."""

_JSON = json.JSONEncoder(ensure_ascii=False)

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class AdapterPage:
    """A page of an adapter as plain text: none of the adapter's code runs to show it."""

    title: str
    form: str
    language: str
    stylesheets: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AdapterAnswer:
    """What an adapter answered: a page, or if that is None the claims of a user who has passed.

    ``trace`` has its sentences on why.
    """

    page: AdapterPage | None
    claims: tuple[Claim, ...]
    data: dict[str, Json]
    explanation: Explanation
    trace: tuple[str, ...] = ()


class AdapterFailed(Exception):
    """Raised when an adapter raised an exception, or returned what the contract does not allow.

    ``page`` is the last page that it wants shown; None if the host shows its own.
    """

    def __init__(self, page: AdapterPage | None) -> None:
        super().__init__(page)
        self.page = page


class AdapterBusy(Unavailable):
    """Raised when too many calls to one adapter are under way; the host answers 503."""

    code = "adapter_busy"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The adapter {name} does not answer", "Check that the service it depends on is running"
        )


@dataclass(frozen=True, slots=True)
class AdapterCall:
    """The calls to one adapter in one step of a sign-in.

    :class:`~adapter.errors.Unavailable` passes through: a database that cannot be reached is no
    fault of the adapter.
    """

    loaded: LoadedAdapter
    context: AuthenticationContext
    lcid: int

    def offer(self, user: User) -> dict[str, Json] | None:
        """Return the data that an available adapter keeps for the user.

        Returns None if it is not available for this user, raises an exception, or has too many
        calls under way: other adapters may still be offered.
        """

        def ask() -> dict[str, Json] | None:
            adapter = self.loaded.adapter
            available = adapter.is_available_for_user(self._claim(user), self.context)
            noted = _plain(self.context.data)
            return noted if available is True else None

        try:
            return self._in_a_place(ask)
        except AdapterBusy as busy:
            self._log(busy)
            return None
        except (Unavailable, KeyboardInterrupt):
            raise
        except BaseException as error:
            self._log(error)
            return None

    def begin(self, user: User, request: HttpRequest) -> AdapterAnswer:
        """Start the factor; the answer is a page. Raises :class:`AdapterFailed`."""

        def ask() -> AdapterPresentation:
            adapter = self.loaded.adapter
            answer = adapter.begin_authentication(self._claim(user), request, self.context)
            if isinstance(answer, tuple):
                raise TypeError("begin_authentication returned claims instead of a page")
            return answer

        return self._guarded(ask, request)

    def try_end(self, proof: dict[str, str], request: HttpRequest) -> AdapterAnswer:
        """Have the adapter judge one post of its page. Raises :class:`AdapterFailed`."""

        def ask() -> tuple[Claim, ...] | AdapterPresentation:
            adapter = self.loaded.adapter
            return adapter.try_end_authentication(self.context, ProofData(proof), request)

        return self._guarded(ask, request, proof)

    def _guarded(
        self,
        ask: Callable[[], object],
        request: HttpRequest,
        proof: Mapping[str, str] = NO_FIELDS,
    ) -> AdapterAnswer:
        try:
            return self._in_a_place(lambda: self._read(ask()))
        except (Unavailable, KeyboardInterrupt):
            raise
        except BaseException as error:  # SystemExit, too: an adapter must not end the server
            self._log(error, proof)
            raise AdapterFailed(self._last_page(request, error, proof)) from error

    def _in_a_place(self, ask: Callable[[], Answer]) -> Answer:
        """Ask in one of the places that calls to the adapter have; raises :class:`AdapterBusy`."""
        if not self.loaded.places.acquire(blocking=False):
            raise AdapterBusy(self.loaded.name)
        try:
            return ask()
        finally:
            self.loaded.places.release()

    def _read(self, answer: object) -> AdapterAnswer:
        passed = isinstance(answer, tuple)
        return AdapterAnswer(
            page=None if passed else _rendered(answer, self.lcid),
            claims=_claims(answer) if passed else (),
            data=_plain(self.context.data),
            explanation=self._explanation(),
            trace=tuple(map(str, self.context.trace)),
        )

    def _explanation(self) -> Explanation:
        explainer = self.loaded.explainer
        if explainer is None:
            return Explanation(experience=self.loaded.name, reason="adapter")
        found = explainer.explain(self.context)
        if not isinstance(found, Explanation):
            raise TypeError("explain returned no Explanation")
        _must_be_text(found.experience, found.reason, found.outcome, found.attempt)
        return found

    def _last_page(
        self, request: HttpRequest, error: BaseException, proof: Mapping[str, str]
    ) -> AdapterPage | None:
        """Ask the adapter for its last page; it may fail once more, or never return."""

        def ask() -> AdapterPage | None:
            page = self.loaded.adapter.on_error(request, self._as_external(error))
            return None if page is None else _rendered(page, self.lcid)

        try:
            return call_within(LAST_PAGE_SECONDS, ask)
        except KeyboardInterrupt:
            raise
        except BaseException as second:
            self._log(second, proof)
            return None

    def _as_external(self, error: BaseException) -> ExternalAuthenticationException:
        """Return the exception as the contract defines it, with the context of this sign-in."""
        if not isinstance(error, ExternalAuthenticationException):
            return ExternalAuthenticationException(str(error), self.context)
        if not isinstance(error.context, AuthenticationContext):
            error.context = self.context
        return error

    def _claim(self, user: User) -> Claim:
        """Return the identity claim that the adapter asks for, of the type it names first."""
        asked = self.loaded.announced.identity_claim
        return Claim(asked, _IDENTITY[asked](user))

    def _log(self, error: BaseException, proof: Mapping[str, str] = NO_FIELDS) -> None:
        self.loaded.failures.call_failed(error, self.context.activity_id, self.context.data, proof)


def _rendered(presentation: Any, lcid: int) -> AdapterPage:
    if not all(hasattr(presentation, part) for part in PARTS_OF_PAGE):
        raise TypeError("the answer is neither a page nor claims")
    page = AdapterPage(
        title=presentation.page_title(lcid),
        form=presentation.form_html(lcid),
        language=tag_of(lcid),
        stylesheets=tuple(presentation.stylesheets),
        scripts=tuple(presentation.scripts),
    )
    _must_be_text(page.title, page.form, *page.stylesheets, *page.scripts)
    return page


def _claims(answer: object) -> tuple[Claim, ...]:
    claims = answer if isinstance(answer, tuple) else ()
    for claim in claims:
        if not isinstance(claim, Claim):
            raise TypeError("one of the claims is not a Claim")
        _must_be_text(claim.type, claim.value)
    return claims


def _plain(data: object) -> dict[str, Json]:
    """Return the adapter's data as they are sealed; raises for what JSON cannot hold."""
    text = _JSON.encode(data)
    text.encode()  # raises for half a surrogate pair, which no page can hold
    plain = json.loads(text)
    if not isinstance(plain, dict):
        raise TypeError("the context's data is no dictionary")
    return plain


def _must_be_text(*values: object) -> None:
    for value in values:
        if not isinstance(value, str):
            raise TypeError(f"a {type(value).__name__} stands where a text belongs")
        value.encode()  # raises as above
