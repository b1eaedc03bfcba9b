"""The one shape of every error a user, an administrator or a log line meets."""

from __future__ import annotations


class TallystickError(Exception):
    """What is wrong and what to do about it, in one line, with a code that never changes.

    ``code`` is for logs and machines (``unknown_build``, ``MSIS7007``), ``problem`` and
    ``remedy`` are sentences for people. Neither ever holds a secret.
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
    """Something that everybody needs is away for the moment: hosts answer "try again later"."""

    code = "unavailable"
