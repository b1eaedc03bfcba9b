"""What an import took, and as what; and what it did not take, and why."""

from __future__ import annotations

from dataclasses import dataclass, field

TAKEN, LEFT_OUT, CLOSED = "taken", "left out", "closed"
"""``closed``: not understood, so that nobody gets in, or everybody is asked for more."""


@dataclass(frozen=True, slots=True)
class Line:
    """One property of one object of AD FS. ``text`` has no full stop."""

    about: str
    property: str
    outcome: str
    text: str

    def as_json(self) -> dict[str, str]:
        """Return the line for scripts."""
        return {
            "object": self.about,
            "property": self.property,
            "outcome": self.outcome,
            "text": self.text,
        }


@dataclass(slots=True)
class Report:
    """The lines of one object, or of all of them."""

    about: str = ""
    lines: list[Line] = field(default_factory=list)

    def take(self, property_: str, text: str) -> None:
        """Report that a property was taken over, and as what."""
        self.lines.append(Line(self.about, property_, TAKEN, text))

    def leave(self, property_: str, text: str) -> None:
        """Report that a property was not taken over, and why."""
        self.lines.append(Line(self.about, property_, LEFT_OUT, text))

    def close(self, property_: str, text: str) -> None:
        """Report what nobody gets, because a property was not understood."""
        self.lines.append(Line(self.about, property_, CLOSED, text))
