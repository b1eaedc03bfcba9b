"""The errors that tell a test what it did wrong; pytest leaves out the frames they passed here."""

from __future__ import annotations

from adapter.errors import TallystickError

EXPECTED = (AssertionError, TallystickError, ValueError)
"""A module that has ``__tracebackhide__ = methodcaller("errisinstance", EXPECTED)`` is hidden."""
