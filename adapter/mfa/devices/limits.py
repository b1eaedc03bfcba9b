"""How long an activation code works, and how often it may be tried."""

from __future__ import annotations

from datetime import timedelta

LIFETIME = timedelta(minutes=10)
MAX_TRIES = 5
"""Secrets that may be given for one activation, right or wrong."""
