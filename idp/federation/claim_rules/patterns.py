"""Matching in linear time: all ways through a pattern are followed at once, none twice.

Patterns come from administrators, values from users: with a matcher that goes back and tries again,
``^(a+)+$`` and thirty letters would hold a server for hours. Here a match of *n* characters costs
at most *n* times the size of the pattern, and every step is counted. Priorities are those of .NET,
so that groups hold what they hold there.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field

from idp.federation.claim_rules.faults import BadRule, TooMuchWork
from idp.federation.claim_rules.syntax import (
    Choice,
    Group,
    IsIn,
    Node,
    One,
    Place,
    Repeat,
    Sequence,
    is_word,
    parse,
)

LONGEST_PROGRAM = 2000
LONGEST_VALUE = 8192
MOST_REMEMBERED = 64
"""How many states of a pattern, and ways on from each, are remembered between values."""
STEPS = 500_000
"""What one evaluation of rules may cost: about half a second."""


@dataclass(slots=True)
class Budget:
    """The steps that are left."""

    steps: int = STEPS

    def spend(self, steps: int) -> None:
        """Take *steps* off; raises :class:`TooMuchWork` when none are left."""
        self.steps -= steps
        if self.steps < 0:
            raise TooMuchWork("The patterns of the rules take too long for this user")


@dataclass(frozen=True, slots=True)
class Split:
    """Go on at both places; the first is preferred."""

    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Save:
    """Remember where one is."""

    slot: int


Step = IsIn | Split | Save | Place | None
"""A step of a program; a function takes a character, None is the end."""

_LAST_LINE_FEED = "\n$"

Slots = tuple[int | None, ...]
Threads = list[tuple[int, Slots]]


@dataclass(slots=True, eq=False)
class _State:
    """All ways at one character, and where each next character has led before."""

    waiting: tuple[int, ...]
    next: dict[tuple[str, str], _State | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A pattern that is ready to match. Slots 0 and 1 are the whole match."""

    program: tuple[Step, ...]
    groups: dict[str, int]
    _states: dict[tuple[int, ...], _State] = field(default_factory=dict)

    def matches(self, text: str, budget: Budget, at: int = 0) -> bool:
        """Say whether the pattern is somewhere in *text*, from *at* on.

        What was found out for one text is remembered for the next.
        """
        state, before, end = self._state(()), text[at - 1] if at else "", len(text)
        for position in range(at, end + 1):
            after = text[position : position + 1]
            if after == "\n" and position + 1 == end:
                after = _LAST_LINE_FEED
            budget.spend(1)
            known = state.next.get((before, after), _UNKNOWN)
            if known is _UNKNOWN:
                known = self._learn(state, text, position, (before, after), budget)
            if known is None:
                return True
            state, before = known, after[:1]
        return False

    def _learn(
        self, state: _State, text: str, position: int, key: tuple[str, str], budget: Budget
    ) -> _State | None:
        """Return the state after the character at *position*, None for a match."""
        seen: set[int] = set()
        ready: Threads = []
        for pc in (*state.waiting, 0):
            self._follow(pc, (), text, position, ready, seen)
        budget.spend(len(seen))
        steps = [(pc, self.program[pc]) for pc, _ in ready]
        if any(step is None for _, step in steps):
            found = None
        else:
            char = key[1][:1]
            found = self._state(
                tuple(pc + 1 for pc, step in steps if char and callable(step) and step(char))
            )
        if len(state.next) < MOST_REMEMBERED:
            state.next[key] = found
        return found

    def _state(self, waiting: tuple[int, ...]) -> _State:
        if len(self._states) > MOST_REMEMBERED:
            self._states.clear()
        return self._states.setdefault(waiting, _State(waiting))

    def replace(self, text: str, replacement: str, budget: Budget) -> str:
        """Return *text* with every match replaced; ``$1``, ``${name}``, ``$&`` and ``$$`` count."""
        parts: list[str] = []
        done = at = length = 0
        while at <= len(text) and self.matches(text, budget, at):
            found = self._search(text, at, budget)
            start, end = found[0] or 0, found[1] or 0
            parts += [text[done:start], self._filled(replacement, text, found)]
            length += len(parts[-1])
            if length > LONGEST_VALUE:
                raise TooMuchWork("A value grows too long")
            done = end
            at = end + (start == end)
        return "".join(parts) + text[done:]

    def _filled(self, replacement: str, text: str, slots: Slots) -> str:
        def group(found: re.Match[str]) -> str:
            name = found[1] or found[2] or ""
            if found[0] == "$$":
                return "$"
            number = 0 if found[0] == "$&" or name == "0" else self.groups.get(name)
            if number is None:
                return found[0]
            start, end = slots[2 * number], slots[2 * number + 1]
            return "" if start is None or end is None else text[start:end]

        return _REFERENCE.sub(group, replacement)

    def _search(self, text: str, at: int, budget: Budget) -> Slots:
        """Return where the first match from *at* on is, and its groups; there must be one."""
        empty: Slots = (None,) * (2 * (max(self.groups.values(), default=0) + 1))
        threads: Threads = []
        found: Slots | None = None
        for position in range(at, len(text) + 1):
            seen: set[int] = set()
            ready: Threads = []
            for pc, slots in threads:
                self._follow(pc, slots, text, position, ready, seen)
            if found is None:
                self._follow(0, empty, text, position, ready, seen)
            budget.spend(len(seen) + 1)
            char = text[position : position + 1]
            threads = []
            for pc, slots in ready:
                step = self.program[pc]
                if step is None:
                    found = slots
                    break
                if char and callable(step) and step(char):
                    threads.append((pc + 1, slots))
            if found is not None and not threads:
                break
        return found or empty

    def _follow(
        self, pc: int, slots: Slots, text: str, position: int, ready: Threads, seen: set[int]
    ) -> None:
        """Add the steps that wait for a character, in order of preference."""
        stack = [(pc, slots)]
        while stack:
            pc, slots = stack.pop()
            if pc in seen:
                continue
            seen.add(pc)
            match self.program[pc]:
                case Split(first, second):
                    stack += [(second, slots), (first, slots)]
                case Save(slot):
                    stack.append((pc + 1, _with(slots, slot, position)))
                case Place(kind):
                    if _is_there(kind, text, position):
                        stack.append((pc + 1, slots))
                case _:
                    ready.append((pc, slots))


_UNKNOWN = _State(())
_REFERENCE = re.compile(r"\$(?:(\d+)|\{(\w+)\}|\$|&)")


@functools.lru_cache(maxsize=512)
def compiled(pattern: str) -> Pattern:
    """Return the pattern of a text; raises :class:`BadRule`."""
    parsed = parse(pattern)
    program: list[Step] = []
    _compile(Group(parsed.node, 0), program)
    return Pattern((*program, None), parsed.groups)


def _compile(node: Node, program: list[Step]) -> None:
    if len(program) > LONGEST_PROGRAM:
        raise BadRule("A pattern repeats too much", "Give smaller numbers of repeats")
    match node:
        case One(is_in):
            program.append(is_in)
        case Place():
            program.append(node)
        case Sequence(parts):
            for part in parts:
                _compile(part, program)
        case Group(body, number):
            program.append(Save(2 * number))
            _compile(body, program)
            program.append(Save(2 * number + 1))
        case Choice(branches):
            _compile_choice(branches, program)
        case Repeat():
            _compile_repeat(node, program)


def _compile_choice(branches: tuple[Node, ...], program: list[Step]) -> None:
    ends = []
    for branch in branches[:-1]:
        split = _placeholder(program)
        _compile(branch, program)
        ends.append(_placeholder(program))
        program[split] = Split(split + 1, len(program))
    _compile(branches[-1], program)
    for end in ends:
        program[end] = Split(len(program), len(program))


def _compile_repeat(node: Repeat, program: list[Step]) -> None:
    for _ in range(node.least):
        before = len(program)
        _compile(node.body, program)
        if len(program) == before:  # nothing, however often
            return
    if node.most is None:
        start = _placeholder(program)
        _compile(node.body, program)
        program.append(Split(start, start))
        program[start] = _split(start + 1, len(program), node.greedy)
        return
    splits = []
    for _ in range(node.most - node.least):
        splits.append(_placeholder(program))
        _compile(node.body, program)
    for split in splits:
        program[split] = _split(split + 1, len(program), node.greedy)


def _placeholder(program: list[Step]) -> int:
    program.append(None)
    return len(program) - 1


def _split(body: int, rest: int, greedy: bool) -> Split:
    return Split(body, rest) if greedy else Split(rest, body)


def _with(slots: Slots, slot: int, position: int) -> Slots:
    return (*slots[:slot], position, *slots[slot + 1 :]) if slots else slots


def _is_there(kind: str, text: str, position: int) -> bool:
    before = text[position - 1] if position else ""
    after = text[position : position + 1]
    if kind in ("word", "no_word"):
        is_border = bool(before and is_word(before)) != bool(after and is_word(after))
        return is_border == (kind == "word")
    return {
        "start": not before,
        "line_start": before in ("", "\n"),
        "very_end": not after,
        "line_end": after in ("", "\n"),
        "end": not after or (after == "\n" and position + 1 == len(text)),
    }[kind]
