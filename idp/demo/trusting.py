"""The service providers whose metadata comes with the product."""

from __future__ import annotations

from pathlib import Path

import idp


def shipped() -> Path:
    """Return the folder ``metadata`` that comes with the product.

    In a checkout it is the one at the top, where visitors may drop their own.
    """
    packaged = Path(__file__).parent / "metadata"
    return packaged if packaged.is_dir() else Path(idp.__file__).parents[1] / "metadata"
