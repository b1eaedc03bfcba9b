"""Debian's Firefox, unchanged, driven through WebDriver BiDi: the browser of the main flows.

Playwright's channel ``moz-firefox`` drives it. WebDriver BiDi can neither switch off scripts nor
choose the dark colour scheme for one context, so Firefox is told both by its preferences, and for
each combination there is a process of its own.

With scripts off no promise is ever kept in a page, so Playwright's ``expect``, ``fill`` and
``click`` wait for ever. Flows without script use the keyboard, ``wait_for`` and ``inner_text``.
"""

from __future__ import annotations

import os
import shutil
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, BrowserContext, Playwright
from support.tools.toolbox import ToolMissing

PROGRAM = "firefox-esr"
MILLISECONDS = 60_000
DARK = {"layout.css.prefers-color-scheme.content-override": 0}
LIGHT = {"layout.css.prefers-color-scheme.content-override": 1}
WITHOUT_SCRIPT = {"javascript.enabled": False}


class Firefox:
    """Opens contexts, as Playwright's ``Browser`` does, in the process that has the preferences."""

    def __init__(self, playwright: Playwright) -> None:
        self._playwright = playwright
        self._program = find_firefox()
        self._home = TemporaryDirectory()  # as root it refuses a home that is another user's
        self._running: dict[tuple[bool, bool], Browser] = {}

    def new_context(
        self, *, color_scheme: str = "light", java_script_enabled: bool = True, **options: object
    ) -> BrowserContext:
        """Return a context that is separate from all others; takes Playwright's options."""
        kind = (color_scheme == "dark", java_script_enabled)
        if kind not in self._running:
            self._running[kind] = self._launch(*kind)
        return self._running[kind].new_context(**options)

    def _launch(self, dark: bool, scripts: bool) -> Browser:
        return self._playwright.firefox.launch(
            channel="moz-firefox",
            executable_path=self._program,
            firefox_user_prefs=(DARK if dark else LIGHT) | ({} if scripts else WITHOUT_SCRIPT),
            env=os.environ | {"HOME": self._home.name},
            timeout=MILLISECONDS,
        )

    def close(self) -> None:
        """End all its processes."""
        for browser in self._running.values():
            browser.close()
        self._home.cleanup()


def find_firefox() -> str:
    """Return the program that ``make test-debian`` installs."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise ToolMissing(f"There is no {PROGRAM} here: run make test-debian as root.")
    return program
