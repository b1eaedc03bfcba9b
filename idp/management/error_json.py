"""An error for scripts, in the one shape that REST and commands give it."""

from __future__ import annotations

from typing import Any

from adapter.errors import TallystickError


def error_json(error: TallystickError) -> dict[str, Any]:
    """Return code, problem and remedy; an element of a list with ``error`` cannot be read.

    ``faults`` says which of several given values are wrong, by their names, where that is known.
    """
    faults = getattr(error, "faults", None)
    told = {"error": error.code, "problem": error.problem, "remedy": error.remedy}
    return {**told, "faults": faults} if faults else told
