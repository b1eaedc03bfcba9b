"""The section for people who write adapters."""

from __future__ import annotations

from idp.config.section import Section


class AdaptersSection(Section):
    """``[adapters]``: what helps to write an adapter."""

    reload: bool = False
    """Load an adapter anew when a file of its package has changed."""
    log_tracebacks: bool = False
    """Log the whole traceback when an adapter fails, not only the line that failed."""
