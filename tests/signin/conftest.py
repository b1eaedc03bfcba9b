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
    "easy",
    "elsewhere",
    "enable",
    "lines",
    "pairs",
    "reassembled",
    "reconfigured",
    "served",
    "sp",
]
