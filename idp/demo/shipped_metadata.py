"""Metadata of service providers that is part of the product."""

from __future__ import annotations

from pathlib import Path

import idp


def shipped_metadata_folder() -> Path:
    """Return the folder ``metadata`` of the product.

    In a checkout it is the one at the top, in which users may put further files.
    """
    packaged = Path(__file__).parent / "metadata"
    return packaged if packaged.is_dir() else Path(idp.__file__).parents[1] / "metadata"
