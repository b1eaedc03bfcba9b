r"""Regular expressions of claim rules, matched by RE2 in time that is linear in the value.

Patterns come from administrators and values from users: with a backtracking matcher, ``^(a+)+$``
and thirty letters would keep a server busy for hours. RE2 supports the regular part of .NET's
syntax; look-around, back-references and atomic groups are refused. ``$`` only matches the very end,
and ``\b`` only knows the letters of ASCII.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any

from idp.federation.claim_rules.errors import BadRule, TooMuchWork

MAX_PATTERN_LENGTH = 1000
MAX_VALUE_LENGTH = 8192
_MEMORY = 1 << 20

_REFERENCE = re.compile(r"\$(?:(\d+)|\{(\w+)\}|\$|&)")
_TOKEN = re.compile(r"\\.|-?\[\^?\]?|\]", re.DOTALL)
_DOTNETS = {
    # what     outside a set                        inside one
    r"\d": (r"\p{Nd}",                           r"\p{Nd}"),
    r"\D": (r"\P{Nd}",                           r"\P{Nd}"),
    r"\w": (r"[\p{L}\p{Mn}\p{Nd}\p{Pc}]",        r"\p{L}\p{Mn}\p{Nd}\p{Pc}"),
    r"\W": (r"[^\p{L}\p{Mn}\p{Nd}\p{Pc}]",       None),
    r"\C": (None,                                None),
    r"\Z": (r"\z",                               None),
}  # fmt: skip
"""Classes that are Unicode in .NET and ASCII in RE2, or that one of them lacks; None: refused."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern; ``groups`` has the numbers that .NET gives its groups."""

    re2: Any
    groups: dict[str, int]

    def matches(self, text: str) -> bool:
        """Say whether the pattern matches somewhere in *text*."""
        return self.re2.search(text) is not None

    def replace(self, text: str, replacement: str) -> str:
        """Return *text* with every match replaced; ``$1``, ``${name}``, ``$&``, ``$$`` are filled.

        Raises :class:`TooMuchWork` if the result is longer than a value may be.
        """
        length = len(text)

        def fill(found: Any) -> str:
            nonlocal length
            filled = _REFERENCE.sub(lambda reference: self._group(reference, found), replacement)
            length += len(filled)
            if length > MAX_VALUE_LENGTH:
                raise TooMuchWork("A value becomes too long")
            return filled

        replaced: str = self.re2.sub(fill, text)
        return replaced

    def _group(self, reference: re.Match[str], found: Any) -> str:
        name = reference[1] or reference[2] or ""
        if reference[0] == "$$":
            return "$"
        number = 0 if reference[0] == "$&" or name == "0" else self.groups.get(name)
        return reference[0] if number is None else found[number] or ""


@functools.lru_cache(maxsize=512)
def compile_pattern(pattern: str) -> Pattern:
    """Return the compiled pattern of a text; raises :class:`BadRule`."""
    # Imported here, so that rules without a pattern do not load RE2.
    import re2

    if len(pattern) > MAX_PATTERN_LENGTH:
        raise BadRule("A pattern is too long", f"Give at most {MAX_PATTERN_LENGTH} characters")
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    try:
        made = re2.compile(_translate_from_dotnet(pattern), options)
    except re2.error as error:
        raise _not_understood(pattern, _message_of(error)) from None
    return Pattern(made, _numbered(made))


def _translate_from_dotnet(pattern: str) -> str:
    in_set = False

    def translate(token: re.Match[str]) -> str:
        nonlocal in_set
        if token[0][0] != "\\":
            if in_set and token[0][0] == "-":
                raise _not_understood(pattern, "set subtraction is not supported")
            in_set = token[0] != "]"
            return token[0]
        as_is = (token[0], token[0])
        translated = _DOTNETS.get(token[0], as_is)[in_set]
        if translated is None:
            raise _not_understood(pattern, f"{token[0]} is not supported there")
        return translated

    return _TOKEN.sub(translate, pattern)


def _numbered(made: Any) -> dict[str, int]:
    """Return RE2's numbers of the groups, by name and by .NET's number: named ones come last."""
    named = dict(made.groupindex)
    unnamed = [at for at in range(1, made.groups + 1) if at not in named.values()]
    numbers = enumerate([*unnamed, *named.values()], 1)
    return named | {str(number): at for number, at in numbers}


def _message_of(error: Exception) -> str:
    message = error.args[0] if error.args else ""
    return message.decode(errors="replace") if isinstance(message, bytes) else str(message)


def _not_understood(pattern: str, why: str) -> BadRule:
    return BadRule(
        f"The pattern {pattern!r} is not understood: {why}",
        "Look-around, back-references and atomic groups cannot be used",
    )
