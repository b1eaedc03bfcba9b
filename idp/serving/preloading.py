"""Keeps the memory of a web server's workers small, and its collections of garbage short.

The process that forks the workers loads what they need and prepares their application, so that they
share the memory. The collector writes to every object that it looks at, which would give each
worker a copy of its own: what was made before the fork is out of its sight
(:func:`~idp.collector.paused_collector`), and in workers it looks seldom.
"""

from __future__ import annotations

import gc
from importlib import import_module

MODULES = (
    "encodings.idna",
    "encodings.unicode_escape",
    "idp.management.background",
    "webauthn",
)
"""What the start of an application or an early request imports; making it imports the rest."""

COLLECT_AFTER = 20_000
"""Objects with references that are made, and not yet freed, before the youngest are looked at.

Python's own 700 are made by two requests; hardly any object of ours is part of a cycle.
"""


def load_modules() -> None:
    """Load what workers share besides their application."""
    for name in MODULES:
        import_module(name)


def settle() -> None:
    """Take what a worker has made out of the collector's sight; call it at the end of its start."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
