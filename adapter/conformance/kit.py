"""Runs the checks: loads an adapter, signs in, posts to it, goes back, and shares it by threads."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from adapter.conformance import loading
from adapter.conformance.markup import Fragment
from adapter.conformance.memory_places import MemoryPlaces
from adapter.conformance.memory_store import UncountedStore
from adapter.conformance.page import TOKENS, PageChecker
from adapter.conformance.rules import Finding, Findings, one_line
from adapter.conformance.sign_in import SignIn
from adapter.contract import (
    AUTHENTICATION_METHOD,
    Adapter,
    AdapterPresentation,
    AuthenticationContext,
    Claim,
    ExternalAuthenticationException,
    HttpRequest,
    UsesSharedStore,
    UsesWaitingPlaces,
)
from adapter.errors import TallystickError
from adapter.mfa.service import MfaService, UsesMfaService

Proof = Callable[[AuthenticationContext], Mapping[str, str]]

NOBODY = "nobody.known@conformance.test"
NODE_BUILD = "20348.350"
ODD_TEXTS = (
    "",
    " ",
    "0",
    "1",
    "x" * 100_000,
    "Ärger, Здравствуй, 你好, \u202e, 🔑, ١٢٣٤٥٦, \x00\x1b[0m\r\n",
    "\"'><script>alert(1)</script>",
    "%Context% %AuthMethod% %Action%",
)
THREADS = 4
SIGN_INS_A_THREAD = 3


def check(
    factory: Callable[[], Adapter],
    *,
    config: bytes | None = None,
    user: str = "user@conformance.test",
    mfa_service: MfaService | None = None,
    prepare: Callable[[Adapter], None] | None = None,
    proof: Proof | None = None,
    for_real: bool = False,
) -> list[Finding]:
    """Return the rules of the contract that an adapter breaks: an empty list if it keeps them all.

    ``factory`` is the adapter's class, or anything that makes one without arguments. ``config`` is
    the content of its configuration file. ``user`` is the value of the identity claim of a user
    for whom the factor is available. ``prepare`` is called with each adapter made, before it is
    loaded. ``proof`` is given the context after the first page and returns the fields of a post
    that passes; without it the claims are not checked. An adapter that can rehearse is told to,
    unless ``for_real``. An adapter that uses the MFA service needs ``mfa_service``: without it,
    :class:`TallystickError` is raised (``no_mfa_service``).
    """
    findings, store, places = Findings(), UncountedStore(), MemoryPlaces()

    def made() -> Adapter | None:
        adapter = loading.make(factory, findings)
        if adapter is not None and not for_real and not loading.rehearses(adapter, findings):
            return None  # it might act for real
        if adapter is not None:
            _give(adapter, mfa_service, store, places)
        if adapter is not None and prepare is not None:
            prepare(adapter)
        return adapter

    adapter = made()
    if adapter is not None and config is not None:
        loading.refuses_clearly(adapter, findings)
        adapter = made()
    if adapter is not None and loading.loads(adapter, config, findings):
        _Kit(adapter, user, findings, store, places).run(proof)
        loading.unloads(adapter, findings)
    return list(findings)


def _give(
    adapter: Adapter, mfa_service: MfaService | None, store: UncountedStore, places: MemoryPlaces
) -> None:
    """Give the adapter what it uses, as a host does."""
    if isinstance(adapter, UsesMfaService):
        adapter.use_mfa_service(_needed(mfa_service))
    if isinstance(adapter, UsesSharedStore):
        adapter.use_shared_store(store)
    if isinstance(adapter, UsesWaitingPlaces):
        adapter.use_waiting_places(places)


def _needed(service: MfaService | None) -> MfaService:
    if service is None:
        raise TallystickError(
            "This adapter uses the MFA service, but the kit was not given one",
            "Call check(…, mfa_service=…, user=…) with a service that knows the user",
            code="no_mfa_service",
        )
    return service


class _Kit:
    def __init__(
        self,
        adapter: Adapter,
        user: str,
        findings: Findings,
        store: UncountedStore,
        places: MemoryPlaces,
    ) -> None:
        self._store = store
        self._places = places
        self._adapter = adapter
        self._user = user
        self._findings = findings
        self._numbers = count(1)

    def run(self, proof: Proof | None) -> None:
        if proof is not None:
            self._right_proof(proof)
        self._sign_in(NOBODY).is_available()
        sign_in = self._sign_in()
        is_available = sign_in.is_available()
        if is_available is False:
            self._findings.add("is_for_the_user_given", f"no for {self._user}")
        page = sign_in.begin() if is_available else None
        if page is None:
            return
        self._odd_posts(sign_in, page)
        self._other_pages(sign_in, page)
        self._error(sign_in)
        self._one_after_another()
        self._at_once()
        if isinstance(self._adapter, UsesWaitingPlaces):
            self._without_a_place()
        self._used_up()

    def _sign_in(self, user: str = "") -> SignIn:
        """Return a new sign-in that has no value in common with any other."""
        number = next(self._numbers)
        request = HttpRequest(
            node_name="kit",
            node_build=NODE_BUILD,
            application=f"Application-{number:04} <b onclick='x()'>",
            client_ip=f"192.0.2.{number % 256}",
            user_agent="<script>x()</script>",
        )
        context = AuthenticationContext(f"activity-{number:04}", f"context-{number:04}")
        claim = Claim(self._adapter.metadata.identity_claims[0], user or self._user)
        return SignIn(self._adapter, claim, request, context, self._findings)

    def _right_proof(self, proof: Proof) -> None:
        sign_in = self._sign_in()
        sign_in.is_available()
        if sign_in.begin() is None:
            return
        announced = self._adapter.metadata.authentication_methods
        claims = sign_in.post(proof(sign_in.context), "claims_are_announced")
        if not isinstance(claims, tuple) or not all(isinstance(c, Claim) for c in claims):
            self._findings.add("claims_are_announced", "no claims")
            return
        methods = [claim.value for claim in claims if claim.type == AUTHENTICATION_METHOD]
        if len(methods) != 1 or methods[0] not in announced:
            self._findings.add("claims_are_announced", f"the methods {methods!r}")

    def _odd_posts(self, sign_in: SignIn, page: Fragment) -> None:
        """Post what no user would post, and post it again on the page before (the back button)."""
        first = copy.deepcopy(sign_in.context.data)
        for fields in _odd_fields(page):
            if self._must_not_pass(sign_in, fields) is not None:
                self._must_not_pass(sign_in.rewound_to(first), fields, "takes_old_data")

    def _other_pages(self, sign_in: SignIn, page: Fragment) -> None:
        """Press each button of the first page, and continue on the page it leads to."""
        for name, value in page.buttons():
            other = self._sign_in()
            other.is_available()
            if other.begin() is None:
                continue
            next_page = self._must_not_pass(other, {name: value})
            if next_page is not None:
                self._odd_posts(other, next_page)

    def _must_not_pass(
        self, sign_in: SignIn, fields: Mapping[str, str], rule: str = "answers_every_post"
    ) -> Fragment | None:
        answer = sign_in.post(fields, rule)
        if isinstance(answer, tuple):
            posted = ", ".join(f"{n}={v[:20]!r}" for n, v in fields.items()) or "nothing"
            self._findings.add("passes_only_with_proof", f"claims for {posted}")
            return None
        return answer

    def _error(self, sign_in: SignIn) -> None:
        rule = "errors_have_a_page_or_none"
        error = ExternalAuthenticationException("raised by the kit", sign_in.context)
        try:
            page = self._adapter.on_error(HttpRequest("kit", NODE_BUILD), error)
        except Exception as thrown:
            self._findings.add(rule, one_line(thrown))
            return
        if isinstance(page, AdapterPresentation):
            PageChecker(self._adapter, self._findings).check(page, has_form=False)
        elif page is not None:
            self._findings.add(rule, f"{page!r}"[:200])

    def _one_after_another(self) -> None:
        one, other = self._sign_in(), self._sign_in()
        for step in (SignIn.is_available, SignIn.begin, _post_nothing):
            step(one)
            step(other)
            self._must_be_apart(one, other)
            self._must_be_apart(other, one)

    def _at_once(self) -> None:
        def some_sign_ins(_turn: int) -> list[SignIn]:
            sign_ins = [self._sign_in() for _ in range(SIGN_INS_A_THREAD)]
            for sign_in in sign_ins:
                if sign_in.begin() is not None:
                    _post_nothing(sign_in)
            return sign_ins

        with ThreadPoolExecutor(THREADS) as pool:
            turns = list(pool.map(some_sign_ins, range(THREADS)))
        all_of_them = [sign_in for turn in turns for sign_in in turn]
        for one in all_of_them:
            for other in all_of_them:
                if one is not other:
                    self._must_be_apart(one, other)

    def _without_a_place(self) -> None:
        """Sign in while no post may hang, as when too many do."""
        self._places.refuses = True
        sign_in = self._sign_in()
        page = sign_in.begin() if sign_in.is_available() else None
        if page is not None:
            self._must_not_pass(sign_in, {}, "has_a_page_without_a_place")
        self._places.refuses = False

    def _used_up(self) -> None:
        """Sign in while the shared store refuses everything, as after too many tries."""
        self._store.refuses = True
        sign_in = self._sign_in()
        page = sign_in.begin() if sign_in.is_available() else None
        if page is not None:
            for fields in ({}, dict.fromkeys(page.fields(), "1")):
                self._must_not_pass(sign_in, fields)

    def _must_be_apart(self, one: SignIn, other: SignIn) -> None:
        for mark in other.marks - one.marks:
            if mark in one.said or mark in repr(one.context.data):
                self._findings.add("sign_ins_do_not_mix", f"{mark!r} of another sign-in")
        shared = one.containers.keys() & other.containers.keys()
        if shared:
            seen = f"both hold one {type(one.containers[shared.pop()]).__name__}"
            self._findings.add("sign_ins_do_not_mix", seen)


def _post_nothing(sign_in: SignIn) -> None:
    sign_in.post({})


def _odd_fields(page: Fragment) -> Iterator[dict[str, str]]:
    """Yield posts that no user would make: odd texts in every field, and unknown fields."""
    names = [name for name in page.fields() if name not in TOKENS]
    yield {}
    for text in ODD_TEXTS:
        yield dict.fromkeys(names, text)
    for text in ODD_TEXTS:
        yield {"__EVENTTARGET": text, "no such field": text, text or "empty": text}
