"""Regular expressions as AD FS's rules write them: .NET's syntax, as far as it is regular.

Back-references, look-around and atomic groups are refused: without them a match takes a time that
is linear in the value (see :mod:`idp.federation.claim_rules.patterns`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from idp.federation.claim_rules.faults import BadRule

LONGEST_PATTERN = 1000
MOST_REPEATS = 1000
DEEPEST = 50

IsIn = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class One:
    """One character that is in a set."""

    is_in: IsIn


@dataclass(frozen=True, slots=True)
class Place:
    """A condition on where one is: ``start``, ``end``, ``line_start``, ``line_end``, ``very_end``,
    ``word`` or ``no_word``.
    """

    kind: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after another."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The first that leads to a match."""

    branches: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """From ``least`` to ``most`` times (None: without end), as often as possible if greedy."""

    body: Node
    least: int
    most: int | None
    greedy: bool


@dataclass(frozen=True, slots=True)
class Group:
    """What is remembered under a number."""

    body: Node
    number: int


Node = One | Place | Sequence | Choice | Repeat | Group


@dataclass(frozen=True, slots=True)
class Parsed:
    """A pattern, and the numbers of its groups by name; unnamed ones are called by number."""

    node: Node
    groups: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Flags:
    ignore_case: bool = False
    multi_line: bool = False
    single_line: bool = False


_FLAGS = {"i": "ignore_case", "m": "multi_line", "s": "single_line"}
_PLACES = {"A": "start", "Z": "end", "z": "very_end", "b": "word", "B": "no_word"}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "e": "\x1b"}
_BRACES = re.compile(r"\{([0-9]{1,9})(,([0-9]{1,9})?)?\}")
_WORD = ("L", "Mn", "Nd", "Pc")


def is_word(char: str) -> bool:
    r"""Say whether ``\w`` matches."""
    return unicodedata.category(char).startswith(_WORD)


def _opposite(is_in: IsIn) -> IsIn:
    return lambda char: not is_in(char)


_SETS: dict[str, IsIn] = {
    "d": str.isdecimal,
    "D": _opposite(str.isdecimal),
    "s": str.isspace,
    "S": _opposite(str.isspace),
    "w": is_word,
    "W": _opposite(is_word),
}


def parse(pattern: str) -> Parsed:
    """Read a pattern; raises :class:`BadRule` that says what, and at which character."""
    if len(pattern) > LONGEST_PATTERN:
        raise BadRule(f"The pattern is longer than {LONGEST_PATTERN} characters")
    reader = _Reader(pattern)
    node = reader.choice(_Flags(), 0)
    if not reader.at_end:
        raise reader.fault("a ) that closes nothing")
    return Parsed(node, reader.groups())


@dataclass(slots=True)
class _Reader:
    text: str
    at: int = 0
    unnamed: list[int] = field(default_factory=list)
    named: dict[str, int] = field(default_factory=dict)

    @property
    def at_end(self) -> bool:
        return self.at >= len(self.text)

    def fault(self, what: str) -> BadRule:
        return BadRule(
            f"The pattern {self.text!r} has {what} at character {self.at + 1}",
            "Look-around, back-references and atomic groups are not understood",
        )

    def take(self, token: str) -> bool:
        found = self.text.startswith(token, self.at)
        self.at += len(token) * found
        return found

    def next(self) -> str:
        if self.at_end:
            raise self.fault("an end where more is due")
        self.at += 1
        return self.text[self.at - 1]

    def until(self, end: str) -> str:
        stop = self.text.find(end, self.at)
        if stop < 0:
            raise self.fault(f"no {end}")
        found, self.at = self.text[self.at : stop], stop + 1
        return found

    def choice(self, flags: _Flags, depth: int) -> Node:
        if depth > DEEPEST:
            raise self.fault("too many groups in each other")
        branches: list[Node] = []
        while True:
            branch, flags = self.sequence(flags, depth)
            branches.append(branch)
            if not self.take("|"):
                return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def sequence(self, flags: _Flags, depth: int) -> tuple[Node, _Flags]:
        parts: list[Node] = []
        while not self.at_end and self.text[self.at] not in "|)":
            if changed := self.flags(flags):
                flags = changed
                continue
            parts.append(self.repeated(self.atom(flags, depth)))
        return Sequence(tuple(parts)), flags

    def flags(self, flags: _Flags) -> _Flags | None:
        """Read ``(?i)``, which holds until the group ends; None where there is none."""
        start = self.at
        if self.take("(?"):
            letters = self.text[self.at : self.text.find(")", self.at) + 1]
            if letters and not set(letters) - set("ims-)"):
                self.at += len(letters)
                return _changed(flags, letters[:-1])
        self.at = start
        return None

    def atom(self, flags: _Flags, depth: int) -> Node:
        char = self.next()
        if char == "(":
            return self.group(flags, depth)
        if char == "[":
            return One(self.set_(flags))
        if char == "\\":
            return self.escape(flags)
        if char == "^":
            return Place("line_start" if flags.multi_line else "start")
        if char == "$":
            return Place("line_end" if flags.multi_line else "end")
        if char == ".":
            return One(_any if flags.single_line else _no_line_feed)
        if char in "*+?":
            self.at -= 1
            raise self.fault(f"a {char} that repeats nothing")
        return One(_only(char, flags))

    def group(self, flags: _Flags, depth: int) -> Node:
        number = 0
        if not self.take("?"):
            number = self.next_number()
            self.unnamed.append(number)
        elif self.text[self.at : self.at + 1] in ("<", "'"):
            number = self.named_group()
        elif not self.take(":"):
            flags = _changed(flags, self.scoped())
        body = self.choice(flags, depth + 1)
        if not self.take(")"):
            raise self.fault("no )")
        return Group(body, number) if number else body

    def scoped(self) -> str:
        letters = self.text[self.at : max(self.text.find(":", self.at), self.at)]
        if not letters or set(letters) - set("ims-"):
            raise self.fault("a group of a kind that there is not")
        self.at += len(letters) + 1
        return letters

    def named_group(self) -> int:
        name = self.until(">" if self.next() == "<" else "'")
        if not name.isidentifier():
            raise self.fault("a group of a kind that there is not")
        return self.named.setdefault(name, self.next_number())

    def next_number(self) -> int:
        return 1 + len(self.unnamed) + len(self.named)

    def groups(self) -> dict[str, int]:
        """Return the groups by name and by number; those with a name are numbered last."""
        numbered = (*self.unnamed, *self.named.values())
        return self.named | {str(at): number for at, number in enumerate(numbered, 1)}

    def escape(self, flags: _Flags) -> Node:
        char = self.next()
        if char in _PLACES:
            return Place(_PLACES[char])
        if char in _SETS:
            return One(_SETS[char])
        return One(_only(self.escaped(char), flags))

    def escaped(self, char: str) -> str:
        r"""Return the character that ``\`` and *char* stand for."""
        if char in "xu":
            return self.code(2 if char == "x" else 4)
        if char.isalnum() and char not in _CONTROLS:
            raise self.fault(f"a \\{char} that is not understood")
        return _CONTROLS.get(char, char)

    def code(self, digits: int) -> str:
        text = self.text[self.at : self.at + digits]
        if len(text) < digits or set(text) - set("0123456789abcdefABCDEF"):
            raise self.fault("a character code without its digits")
        self.at += digits
        return chr(int(text, 16))

    def set_(self, flags: _Flags) -> IsIn:
        negated, first = self.take("^"), True
        members: list[IsIn] = []
        while first or not self.take("]"):
            first = False
            members.append(self.member(flags))
        found = _one_of(tuple(members))
        return _opposite(found) if negated else found

    def member(self, flags: _Flags) -> IsIn:
        low = self.next()
        if low == "-" and self.text[self.at : self.at + 1] == "[":
            raise self.fault("a set taken from a set")
        if low == "\\":
            char = self.next()
            if char in _SETS:
                return _SETS[char]
            low = "\b" if char == "b" else self.escaped(char)
        if self.text[self.at : self.at + 1] != "-" or self.text[self.at + 1 : self.at + 2] == "]":
            return _only(low, flags)
        self.at += 1
        high = self.next()
        if high == "\\":
            high = self.escaped(self.next())
        if high == "[" or high < low:
            raise self.fault("a range that is none")
        return _between(low, high, flags)

    def repeated(self, node: Node) -> Node:
        bounds = self.bounds()
        if bounds is None:
            return node
        greedy = not self.take("?")
        if self.bounds() is not None:
            raise self.fault("a repeat of a repeat")
        return Repeat(node, *bounds, greedy)

    def bounds(self) -> tuple[int, int | None] | None:
        for token, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.take(token):
                return bounds
        return self.braces()

    def braces(self) -> tuple[int, int | None] | None:
        found = _BRACES.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        least = int(found[1])
        most = int(found[3]) if found[3] else None if found[2] else least
        if max(least, most or 0) > MOST_REPEATS or (most is not None and most < least):
            raise self.fault("a number of repeats that cannot be")
        return least, most


def _changed(flags: _Flags, letters: str) -> _Flags:
    value = True
    for letter in letters:
        if letter == "-":
            value = False
        else:
            flags = replace(flags, **{_FLAGS[letter]: value})
    return flags


def _any(char: str) -> bool:
    return True


def _no_line_feed(char: str) -> bool:
    return char != "\n"


def _only(wanted: str, flags: _Flags) -> IsIn:
    if flags.ignore_case and (cases := {wanted.lower(), wanted.upper()}) != {wanted}:
        return cases.__contains__
    return wanted.__eq__


def _between(low: str, high: str, flags: _Flags) -> IsIn:
    if not flags.ignore_case:
        return lambda char: low <= char <= high
    return lambda char: any(low <= case <= high for case in (char, char.lower(), char.upper()))


def _one_of(members: tuple[IsIn, ...]) -> IsIn:
    return lambda char: any(is_in(char) for is_in in members)
