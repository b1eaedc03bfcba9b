"""Where an adapter's code failed, in words that hold nothing secret."""

from __future__ import annotations

import traceback


def place_of(error: BaseException) -> str:
    """Return file and line where *error* was raised, for the adapter's author.

    The text of the error is left out: it may be secret.
    """
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
