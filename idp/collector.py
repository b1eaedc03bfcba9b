"""Python's collector of garbage, which costs a start a tenth of its time or more.

Modules, classes and what is assembled from them live until the process ends. While they are made,
the collector looks through all of them again and again, and finds nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collector() -> Iterator[None]:
    """Let the collector rest meanwhile; one that rests already goes on resting afterwards."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
