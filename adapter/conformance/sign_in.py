"""Plays the host for one sign-in: carries the data as JSON between posts, checks every answer."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from typing import TypeAlias

from adapter.conformance.markup import Fragment
from adapter.conformance.page import PageChecker
from adapter.conformance.rules import Findings, one_line
from adapter.contract import (
    Adapter,
    AdapterPresentation,
    AuthenticationContext,
    Claim,
    ExplainsItself,
    Explanation,
    HttpRequest,
    Json,
    ProofData,
)

MAX_DATA_LENGTH = 8 * 1024

Answer: TypeAlias = "Fragment | tuple[Claim, ...] | None"


class SignIn:
    """A sign-in of one user at one adapter. Whatever the adapter raises becomes a finding."""

    def __init__(
        self,
        adapter: Adapter,
        claim: Claim,
        request: HttpRequest,
        context: AuthenticationContext,
        findings: Findings,
    ) -> None:
        self._adapter = adapter
        self._claim = claim
        self._request = request
        self._findings = findings
        self._pages = PageChecker(adapter, findings)
        self.context = context
        self.said = ""
        self.containers: dict[int, object] = {}

    @property
    def marks(self) -> frozenset[str]:
        """The values that belong to this sign-in alone."""
        application, _, _ = self._request.application.partition(" ")
        return frozenset((self.context.context_id, self.context.activity_id, application))

    def is_available(self) -> bool | None:
        """Ask whether the factor is available for the user; None if there was no valid answer."""
        try:
            answer = self._adapter.is_available_for_user(self._claim, self.context)
        except Exception as error:
            self._findings.add("availability_is_yes_or_no", one_line(error))
            return None
        if not isinstance(answer, bool):
            self._findings.add("availability_is_yes_or_no", f"{answer!r} for {self._claim.value}")
            return None
        return answer if self._carry() else None

    def begin(self) -> Fragment | None:
        """Begin the factor and return its first page, or None if there was no page."""
        rule = "begins_with_a_page"
        answer = self._ask(
            rule,
            lambda: self._adapter.begin_authentication(self._claim, self._request, self.context),
        )
        if isinstance(answer, tuple):
            self._findings.add(rule, "claims")
            return None
        return answer

    def post(self, fields: Mapping[str, str], rule: str = "answers_every_post") -> Answer:
        """Post *fields* and return the page or the claims; None after an error."""
        proof = ProofData({"AuthMethod": "kit", "Context": "sealed", **fields})
        return self._ask(
            rule, lambda: self._adapter.try_end_authentication(self.context, proof, self._request)
        )

    def rewound_to(self, data: dict[str, Json]) -> SignIn:
        """Return the same sign-in with earlier data, as after a browser's back button."""
        context = AuthenticationContext(
            self.context.activity_id,
            self.context.context_id,
            self.context.lcid,
            copy.deepcopy(data),
        )
        return SignIn(self._adapter, self._claim, self._request, context, self._findings)

    def _ask(self, rule: str, ask: Callable[[], AdapterPresentation | tuple[Claim, ...]]) -> Answer:
        try:
            answer = ask()
        except Exception as error:
            self._findings.add(rule, one_line(error))
            return None
        if not self._carry():
            return None
        self._explain()
        if isinstance(answer, tuple):
            return answer
        if not isinstance(answer, AdapterPresentation):
            self._findings.add(rule, f"{answer!r}"[:200])
            return None
        fragment = self._pages.check(answer)
        self.said += fragment.source
        return fragment

    def _carry(self) -> bool:
        """Turn the data into JSON and back, as a host does between two posts."""
        data = self.context.data
        self.containers.update(_containers(data))
        try:
            text = json.dumps(data, allow_nan=False, ensure_ascii=False)
            size = len(text.encode())
            self.context.data = back = json.loads(text)
        except (TypeError, ValueError, RecursionError) as error:
            self._findings.add("data_is_json", one_line(error))
            return False
        if repr(back) != repr(data):  # equal is not enough: an enumeration comes back as a text
            self._findings.add("data_is_json", f"{data!r} comes back as {back!r}"[:200])
        if size > MAX_DATA_LENGTH:
            self._findings.add("data_is_small", f"{size} bytes; {MAX_DATA_LENGTH} are allowed")
        return True

    def _explain(self) -> None:
        if not isinstance(self._adapter, ExplainsItself):
            return
        try:
            explanation = self._adapter.explain(self.context)
        except Exception as error:
            self._findings.add("explains_itself", one_line(error))
            return
        if not isinstance(explanation, Explanation):
            self._findings.add("explains_itself", f"{explanation!r}"[:200])


def _containers(value: object) -> dict[int, object]:
    """Return all lists and dictionaries within *value* by identity."""
    if not isinstance(value, list | dict):
        return {}
    found: dict[int, object] = {id(value): value}
    for inner in value.values() if isinstance(value, dict) else value:
        found.update(_containers(inner))
    return found
