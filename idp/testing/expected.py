"""Keeps our frames out of the report of a test that used a fixture in a wrong way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

from adapter.errors import TallystickError

if TYPE_CHECKING:
    from types import TracebackType

    import pytest

EXPECTED = (AssertionError, TallystickError, ValueError, requests.ConnectionError)
"""The errors that say themselves what the test did wrong, or which address did not answer."""

_PRODUCT = ("idp", "adapter")
_PYTEST = ("_pytest", "pluggy")


def end_at_the_test(failure: pytest.ExceptionInfo[BaseException]) -> None:
    """End the traceback of an expected error where the test calls the product, and its causes.

    An error in one of our own fixtures keeps its frames: no line of the test led to it.
    """
    if not isinstance(failure.value, EXPECTED):
        return
    caller = failure.tb
    while caller.tb_next is not None and _package(caller.tb_next) not in _PRODUCT:
        caller = caller.tb_next
    if caller.tb_next is not None and _package(caller) not in _PYTEST:
        caller.tb_next = None
        failure.value.__cause__ = None  # which suppresses the context as well


def _package(traceback: TracebackType) -> str:
    name: str = traceback.tb_frame.f_globals.get("__name__", "")
    return name.partition(".")[0]
