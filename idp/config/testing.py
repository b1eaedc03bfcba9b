"""``[testing]``: what only a server for testing service providers may do."""

from __future__ import annotations

from idp.config.section import Section


class TestingSection(Section):
    """``[testing]``: what only a server for testing service providers may do."""

    __test__ = False  # pytest takes classes of such names for tests

    allow_faults: bool = False
    """Send faulty responses where an administrator asks for them: docs/conformance.md.

    On in the demo and the pytest plugin. Every answer of such a server says so.
    """
