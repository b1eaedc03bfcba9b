"""What is wrong with a document: every fault with its place, such as ``trusts[2].settings.acs``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from adapter.errors import TallystickError
from idp.model_errors import faults_in

UNKNOWN_KEY = "unknown_key"
BAD_VALUE = "bad_value"
MISSING_KEY = "missing_key"
GIVEN_TWICE = "given_twice"
MAX_FAULTS = 500

Place = tuple[str, ...]

_CODES = {"extra_forbidden": UNKNOWN_KEY, "missing": MISSING_KEY}
_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class ConfigurationFault:
    """One fault: its place, a code that does not change, and a sentence without a full stop.

    ``name`` names the entry at the place, since a number is hard to find in a file.
    """

    place: Place
    code: str
    problem: str
    name: str = ""

    def __str__(self) -> str:
        of_name = f" ({self.name[:200]})" if self.name else ""
        return f"{place_text(self.place)}{of_name}: {self.problem}"

    def as_json(self) -> dict[str, str]:
        """Return the fault for scripts."""
        place = place_text(self.place)
        return {"place": place, "code": self.code, "problem": self.problem, "name": self.name}


class BadConfiguration(TallystickError):
    """Raised for a document with faults; nothing of it was applied. ``found`` has all faults."""

    code = "bad_configuration"

    def __init__(self, found: Sequence[ConfigurationFault]) -> None:
        self.found = tuple(found)[:MAX_FAULTS]
        told = "; ".join(f"{fault} [{fault.code}]" for fault in self.found[:20])
        super().__init__(
            f"The configuration has {_count(len(found))}: {told}",
            "Correct them; docs/configuration-file.md has every key",
        )
        self.faults = self.placed_faults = [fault.as_json() for fault in self.found]


class ConfigurationChanged(TallystickError):
    """Raised if applying would do something else than what was seen before."""

    code = "configuration_changed"

    def __init__(self) -> None:
        super().__init__(
            "The server has changed since you saw what would be done", "Look at it again"
        )


def place_text(place: Place) -> str:
    """Return a place as it is written: ``trusts[2].settings.acs``; "the file" for all of it."""
    text = ""
    for part in place:
        if part.isdigit():
            text += f"[{part}]"
        else:
            text += f".{part}" if _BARE.fullmatch(part) else f'."{part}"'
    return text.removeprefix(".") or "the file"


def model_faults(
    model: type[BaseModel], values: object, place: Place, name: str = ""
) -> Iterator[ConfigurationFault]:
    """Yield what is wrong with *values* by a model; an unknown key gets the nearest known one."""
    try:
        model.model_validate(values)
    except ValidationError as error:
        for fault in faults_in(error, "this key is unknown", model):
            code = _CODES.get(fault.kind, BAD_VALUE)
            problem = "it is missing" if code == MISSING_KEY else fault.message
            yield ConfigurationFault((*place, *fault.place), code, problem, name)


def fault_of_error(
    error: TallystickError, place: Place, name: str = ""
) -> Iterator[ConfigurationFault]:
    """Yield what a use case said is wrong; at the setting itself where the error names it."""
    named: Any = getattr(error, "faults", None)
    if isinstance(named, dict) and named:
        for key, problem in named.items():
            parts = tuple(filter(None, str(key).split(".")))
            yield ConfigurationFault((*place, *parts), error.code, str(problem), name)
    else:
        yield ConfigurationFault(place, error.code, error.problem, name)


def _count(number: int) -> str:
    return "a fault" if number == 1 else f"{number} faults"
