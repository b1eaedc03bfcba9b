"""The base classes of all errors that users, administrators or log lines see."""

from __future__ import annotations

from adapter.sentences import Sentence, sentence


class TallystickError(Exception):
    """An error with a sentence about the problem, one about the remedy, and a code.

    ``code`` is for logs and scripts (``unknown_build``, ``MSIS7007``) and never changes; it is the
    class's unless the instance is given one. ``str()`` is one line with both sentences. None of
    them ever holds a secret. ``docs/errors.md`` lists the codes.
    """

    code = "error"

    def __init__(self, problem: str, remedy: str = "", *, code: str | None = None) -> None:
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return ". ".join(part.rstrip(".") for part in (self.problem, self.remedy) if part) + "."


def said_by(error: TallystickError) -> Sentence:
    """Return ``str(error)``, so that a page can translate it."""
    problem, remedy = (
        part.rstrip(".") if part.endswith(".") else part for part in (error.problem, error.remedy)
    )
    if not remedy:
        return sentence("{problem}.", problem=problem)
    return sentence("{problem}. {remedy}.", problem=problem, remedy=remedy)


class Unavailable(TallystickError):
    """Raised if something that every request needs is away: hosts answer 503 with Retry-After."""

    code = "unavailable"
