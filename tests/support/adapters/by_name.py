"""Finds an adapter of the tests by the name of its class."""

from __future__ import annotations

from support.adapters import failing_adapters, last_page_adapters, odd_adapters, probe_adapters


def type_name(name: str) -> str | None:
    """Return ``MODULE:CLASS`` for the adapter whose class is called *name*, None without one."""
    for module in (odd_adapters, failing_adapters, last_page_adapters, probe_adapters):
        if hasattr(module, name):
            return f"{module.__name__}:{name}"
    return None
