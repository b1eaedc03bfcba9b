"""Builds of Windows Server: reading them from what servers print, products, updates.

=============================  ====================================================================
``builds``                     a build and how two compare; errors. Read first
``reading``                    a build from any text that a server prints
``versions``, ``registry``,    the places in such a text where a build is found
``packages``, ``hotfixes``
``labels``                     whose version a number is: the system's, or that of a file
``products``                   products by base build, and the update that brings number matching
``catalogue``                  every cumulative update: its KB, build and day
``servers``                    all of this about one build: :func:`describe`
=============================  ====================================================================

Microsoft's "How number matching works" names the required updates; the catalogue is
``adapter/data/windows-server-updates.csv``. ``adapter/adfs_server.py`` decides from what is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.windows.builds import (
    HOW_TO_TELL,
    Build,
    BuildError,
    NotABuildError,
    TextTooLongError,
    UpdateLevelUnknownError,
    bare_build,
    parse_build,
)
from adapter.windows.catalogue import (
    CatalogueUpdate,
    UnknownKBError,
    build_of_kb,
    installed_update,
    updates_of,
    updates_with_kb,
)
from adapter.windows.products import (
    NUMBER_MATCHING_SINCE,
    PRODUCTS,
    Product,
    RequiredUpdate,
    product_name,
)
from adapter.windows.servers import Server, describe

if TYPE_CHECKING:
    from adapter.windows.reading import (
        MAX_TEXT_LENGTH,
        Evidence,
        Reading,
        decode_output,
        read_build,
        read_server_text,
    )

__all__ = [
    "HOW_TO_TELL",
    "MAX_TEXT_LENGTH",
    "NUMBER_MATCHING_SINCE",
    "PRODUCTS",
    "Build",
    "BuildError",
    "CatalogueUpdate",
    "Evidence",
    "NotABuildError",
    "Product",
    "Reading",
    "RequiredUpdate",
    "Server",
    "TextTooLongError",
    "UnknownKBError",
    "UpdateLevelUnknownError",
    "bare_build",
    "build_of_kb",
    "decode_output",
    "describe",
    "installed_update",
    "parse_build",
    "product_name",
    "read_build",
    "read_server_text",
    "updates_of",
    "updates_with_kb",
]


def __getattr__(name: str) -> object:
    """Load what reads texts, with its many patterns, when it is first asked for (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from adapter.windows import reading

    return globals().setdefault(name, getattr(reading, name))
