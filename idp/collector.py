"""Python's collector of garbage, which costs a start a tenth of its time or more.

Modules, classes and what is assembled from them live until the process ends. While they are made,
the collector looks through all of them again and again, and finds nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collector(*, keeps: bool = False) -> Iterator[None]:
    """Let the collector rest meanwhile; one that rests already goes on resting afterwards.

    If it *keeps* what is there at the end, that stays until the process ends, and the collector
    does not look at it again.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
        if keeps:
            gc.freeze()
    finally:
        if was_enabled:
            gc.enable()
