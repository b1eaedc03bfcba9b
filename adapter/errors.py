"""The base class of every error that users, administrators or logs see."""

from __future__ import annotations


class TallystickError(Exception):
    """Says what is wrong and what to do about it, in one line, with a code that never changes.

    ``code`` is for logs and machines (``unknown_kb``, ``MSIS7007``; all are in docs/errors.md),
    ``problem`` and ``remedy`` are sentences for people. None of them ever contains a secret.
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


class Unavailable(TallystickError):
    """Raised when something every request needs is away for the moment; hosts answer with 503."""

    code = "unavailable"
