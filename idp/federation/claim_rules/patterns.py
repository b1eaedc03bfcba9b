r"""Regular expressions of claim rules, matched by RE2 in a time that is linear in the value.

Patterns come from administrators, values from users: with a matcher that goes back and tries
again, ``^(a+)+$`` and thirty letters would hold a server for hours. RE2 knows .NET's syntax as far
as it is regular; look-around, back-references and atomic groups are refused. ``$`` is the
very end, and the letters around ``\b`` are those of ASCII.
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
"""Where .NET means Unicode and RE2 ASCII, and what only one of them knows; None: refused."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that is ready to match; ``groups`` numbers its groups as .NET does."""

    re2: Any
    groups: dict[str, int]

    def matches(self, text: str) -> bool:
        """Say whether the pattern is somewhere in *text*."""
        return self.re2.search(text) is not None

    def replace(self, text: str, replacement: str) -> str:
        """Return *text* with every match replaced; ``$1``, ``${name}``, ``$&`` and ``$$`` count.

        Raises :class:`TooMuchWork` where that would be longer than a value may be.
        """
        length = len(text)

        def fill(found: Any) -> str:
            nonlocal length
            filled = _REFERENCE.sub(lambda reference: self._group(reference, found), replacement)
            length += len(filled)
            if length > MAX_VALUE_LENGTH:
                raise TooMuchWork("A value grows too long")
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
def compiled(pattern: str) -> Pattern:
    """Return the pattern of a text; raises :class:`BadRule`."""
    # Imported here: who reads no rule with a pattern need not load it.
    import re2

    if len(pattern) > MAX_PATTERN_LENGTH:
        raise BadRule("A pattern is too long", f"Give at most {MAX_PATTERN_LENGTH} characters")
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    try:
        made = re2.compile(_as_dotnet_means_it(pattern), options)
    except re2.error as error:
        raise _not_understood(pattern, _sentence(error)) from None
    return Pattern(made, _numbered(made))


def _as_dotnet_means_it(pattern: str) -> str:
    in_set = False

    def meant(token: re.Match[str]) -> str:
        nonlocal in_set
        if token[0][0] != "\\":
            if in_set and token[0][0] == "-":
                raise _not_understood(pattern, "a set cannot be taken from another")
            in_set = token[0] != "]"
            return token[0]
        as_is = (token[0], token[0])
        translated = _DOTNETS.get(token[0], as_is)[in_set]
        if translated is None:
            raise _not_understood(pattern, f"{token[0]} is not known there")
        return translated

    return _TOKEN.sub(meant, pattern)


def _numbered(made: Any) -> dict[str, int]:
    """Return where the groups are, by name and number; .NET numbers those with a name last."""
    named = dict(made.groupindex)
    unnamed = [at for at in range(1, made.groups + 1) if at not in named.values()]
    numbers = enumerate([*unnamed, *named.values()], 1)
    return named | {str(number): at for number, at in numbers}


def _sentence(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)


def _not_understood(pattern: str, why: str) -> BadRule:
    return BadRule(
        f"The pattern {pattern!r} is not understood: {why}",
        "Look-around, back-references and atomic groups cannot be used",
    )
