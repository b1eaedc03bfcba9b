"""Where a stranger's code failed, in words that hold nothing secret."""

from __future__ import annotations

import traceback


def place_of(error: BaseException) -> str:
    """Return where *error* was thrown, for the code's author; its own text may be secret."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
