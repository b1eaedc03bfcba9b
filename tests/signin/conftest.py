from leaving import app, browser, to
from signing_in import (
    easy,
    elsewhere,
    enable,
    lines,
    pairs,
    reassembled,
    reconfigured,
    served,
    sp,
)

__all__ = [
    "app",
    "browser",
    "easy",
    "elsewhere",
    "enable",
    "lines",
    "pairs",
    "reassembled",
    "reconfigured",
    "served",
    "sp",
    "to",
]
