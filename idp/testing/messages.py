"""``federation.requests`` and ``federation.responses``: sequences of messages, and assertions.

An assertion that fails says what was expected, what there was instead, and shows the XML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from typing import Any, Generic, Self, TypeVar, overload

from idp.saml.xml import indented
from idp.testing.faults import HasEntityId, entity_id_of
from idp.testing.message_values import ReceivedRequest, SentResponse, last_part

MAX_LISTED = 10
M = TypeVar("M", bound=ReceivedRequest | SentResponse)


class Messages(Sequence[M], Generic[M]):
    """Messages in the order in which they were answered, as they are at this moment."""

    kind: type[M]
    noun: str
    verb: str

    def __init__(self, messages: Iterable[M], forget: Callable[[], None]) -> None:
        self._messages = tuple(messages)
        self._forget = forget

    def __repr__(self) -> str:
        listed = "".join(f"\n  {each}" for each in self)
        return f"<{len(self)} {self.noun}{_s(len(self))} {self.verb}{listed}>"

    def __len__(self) -> int:
        return len(self._messages)

    def __iter__(self) -> Iterator[M]:
        return iter(self._messages)

    @overload
    def __getitem__(self, index: int) -> M: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[M]: ...
    def __getitem__(self, index: int | slice) -> M | Sequence[M]:
        return self._messages[index]

    @property
    def last(self) -> M:
        """The last one; raises AssertionError if there is none."""
        if not self._messages:
            raise AssertionError(f"No {self.noun} was {self.verb}")
        return self._messages[-1]

    def of(self, trust: HasEntityId | str) -> Self:
        """Return those of a trust: the fixture ``service_provider``, a trust, or an entity ID."""
        entity_id = entity_id_of(trust)
        return self._only(lambda each: entity_id in (each.trust, each.issuer))

    def where(self, **expected: Any) -> Self:
        """Return those that have every value that is given.

        A pattern of :mod:`re` is searched for in a text; a list stands for a tuple. Of an
        algorithm, format, context class or status, the last part of its URI is enough. Raises
        ValueError for a name that a message does not have.
        """
        _check_names(self.kind, expected)
        return self._only(lambda each: not differences(each, expected))

    def clear(self) -> None:
        """Forget all messages so far, also those that are not in this sequence."""
        self._forget()

    def assert_none(self, **expected: Any) -> None:
        """Assert that there is none, or none with the values that are given."""
        found = self.where(**expected)
        if found:
            raise AssertionError(
                f"Expected no {self.noun}{_shown(expected)}, but {len(found)} "
                f"{'was' if len(found) == 1 else 'were'} {self.verb}:{found._listed({})}"
            )

    def _require(self, expected: Mapping[str, Any], times: int | None) -> M:
        """Return the last one with the values of *expected*, of which there are *times*."""
        found = self.where(**expected)
        if (len(found) > 0) if times is None else (len(found) == times > 0):
            return found.last
        wanted = f"a {self.noun}" if times is None else f"{times} {self.noun}{_s(times)}"
        raise self._unlike(f"Expected {wanted}{_shown(expected)}", found, expected)

    def _unlike(self, expected: str, found: Self, values: Mapping[str, Any]) -> AssertionError:
        if not self:
            return AssertionError(f"{expected}, but no {self.noun} was {self.verb}")
        like = "are like that" if len(found) != 1 else "is like that"
        return AssertionError(
            f"{expected}, but {len(found)} of {len(self)} {self.verb} {like}:{self._listed(values)}"
        )

    def _only(self, is_wanted: Callable[[M], bool]) -> Self:
        return type(self)(filter(is_wanted, self), self._forget)

    def _listed(self, expected: Mapping[str, Any]) -> str:
        """Return each message with what is not as *expected*, and the XML of the nearest one."""
        different = [(differences(each, expected), each) for each in self]
        lines = [""]
        for unlike, each in different[-MAX_LISTED:]:
            lines += [f"  {each}", *(f"    {line}" for line in unlike)]
        fewest = min(len(unlike) for unlike, _ in different)
        nearest = [each for unlike, each in different if len(unlike) == fewest][-1]
        return "\n".join([*lines, f"The XML of {nearest.id or 'the last'}:", indented(nearest.xml)])


class ReceivedRequests(Messages[ReceivedRequest]):
    """What service providers sent to the federation server: requests, and answers to its own."""

    kind = ReceivedRequest
    noun = "request"
    verb = "received"

    def assert_received(self, *, times: int | None = None, **expected: Any) -> ReceivedRequest:
        """Assert that a request with the values that are given was received; return the last one.

        ``assert_received(issuer="https://app.example.test", force_authn=True)``. With *times*, just
        so many were. :meth:`where` says how values are compared.
        """
        return self._require(expected, times)

    def assert_signed(self, algorithm: str | None = None) -> None:
        """Assert that requests were received, each with a right signature, by *algorithm* if given.

        ``rsa-sha256`` or its URI.
        """
        expected: dict[str, Any] = {"is_signed": True, "is_verified": True}
        if algorithm is not None:
            expected["signature_algorithm"] = algorithm
        found = self.where(**expected)
        if not self or len(found) < len(self):
            by = f" by {algorithm}" if algorithm else ""
            raise self._unlike(f"Expected requests with right signatures{by}", found, expected)


class SentResponses(Messages[SentResponse]):
    """What the federation server sent to service providers: responses, and its own requests."""

    kind = SentResponse
    noun = "response"
    verb = "sent"

    def assert_sent(self, *, times: int | None = None, **expected: Any) -> SentResponse:
        """Assert that a response with the values that are given was sent; return the last one.

        ``assert_sent(destination=my_acs_url, status="Success")``, otherwise like
        :meth:`ReceivedRequests.assert_received`.
        """
        return self._require(expected, times)


def differences(message: ReceivedRequest | SentResponse, expected: Mapping[str, Any]) -> list[str]:
    """Return a line for each value of *message* that is not as *expected*."""
    identifiers = {each.name for each in fields(message) if each.metadata.get("identifier")}
    return [
        f"{name}: expected {_text(wanted)}, but it is {getattr(message, name)!r}"
        for name, wanted in expected.items()
        if not _matches(getattr(message, name), wanted, is_identifier=name in identifiers)
    ]


def _matches(value: Any, wanted: Any, *, is_identifier: bool) -> bool:
    if isinstance(wanted, re.Pattern):
        return isinstance(value, str) and wanted.search(value) is not None
    if isinstance(value, tuple):
        several = tuple(wanted) if isinstance(wanted, list | tuple) else (wanted,)
        return len(value) == len(several) and all(
            _matches(each, one, is_identifier=is_identifier)
            for each, one in zip(value, several, strict=True)
        )
    if is_identifier and isinstance(value, str):
        return wanted in (value, last_part(value))
    return bool(value == wanted)


def _check_names(kind: type, expected: Mapping[str, Any]) -> None:
    known = [each.name for each in fields(kind) if each.repr or each.name in ("xml", "http")]
    for name in expected:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            meant = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"
            raise ValueError(f"A message has no value {name!r} ({meant})")


def _shown(expected: Mapping[str, Any]) -> str:
    values = ", ".join(f"{name}={_text(value)}" for name, value in expected.items())
    return f" with {values}" if values else ""


def _text(value: Any) -> str:
    return repr(value.pattern if isinstance(value, re.Pattern) else value)


def _s(count: int) -> str:
    return "" if count == 1 else "s"
