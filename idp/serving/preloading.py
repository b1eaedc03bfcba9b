"""Keeps the memory of a web server's workers small, and its collections of garbage short.

The process that forks the workers loads what they need, so that they share it. The collector
writes to every object that it looks at, which would give each worker a copy of its own: what is
loaded is taken out of its sight (:func:`gc.freeze`), and in workers it looks seldom.
"""

from __future__ import annotations

import gc
from importlib import import_module

MODULES = (
    "adapter.entra_mfa.adapter",
    "idp.account",
    "idp.admin",
    "idp.authenticator.views",
    "idp.management.background",
    "idp.management.start_log",
    "idp.signin",
    "idp.web.entry",
    "idp.web.theme.folder",
    "webauthn",
)
"""What the application or an early request imports; all else is loaded by need."""

COLLECT_AFTER = 20_000
"""Objects with references that are made, and not yet freed, before the youngest are looked at.

Python's own 700 are made by two requests; hardly any object of ours is part of a cycle.
"""


def preload() -> None:
    """Load what workers share; call it before they are forked, and before there are threads."""
    from idp.saml import schema

    gc.disable()  # what it frees would leave holes in memory that is to be shared
    for name in MODULES:
        import_module(name)
    schema.load()
    gc.freeze()
    gc.enable()


def settle() -> None:
    """Take what a worker has made out of the collector's sight; call it at the end of its start."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
