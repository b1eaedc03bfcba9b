"""The section ``[theme]`` of the configuration."""

from __future__ import annotations

from pathlib import Path

from idp.config.section import Section


class ThemeSection(Section):
    """``[theme]``: the look of the pages (AD FS: Set-AdfsWebTheme, Set-AdfsGlobalWebContent)."""

    folder: Path | None = None
    """The folder with ``theme.toml`` and its files. None: the server's own look."""
