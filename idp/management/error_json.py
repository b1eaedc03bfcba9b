"""An error for scripts, in the one shape that REST and commands give it."""

from __future__ import annotations

from adapter.errors import TallystickError


def error_json(error: TallystickError) -> dict[str, str]:
    """Return code, problem and remedy; an element of a list with ``error`` cannot be read."""
    return {"error": error.code, "problem": error.problem, "remedy": error.remedy}
