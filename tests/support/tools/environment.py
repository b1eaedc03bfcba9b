"""Virtual environments of clients that would not fit into that of the tests."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from shutil import rmtree, which

from support.tools.toolbox import alone, run


def ready_environment(name: str, *steps: Sequence[str], files: Sequence[Path] = ()) -> Path:
    """Return the folder of an environment's programs, made by pip in these *steps*, on first use.

    Each step is the arguments of one ``pip install``. It is made again when one of *files* has
    changed, which the steps read.
    """
    wanted = repr(steps) + "".join(file.read_text() for file in files)
    with alone(name) as folder:
        made = folder / "made"
        if not made.exists() or made.read_text() != wanted:
            rmtree(folder, ignore_errors=True)
            _make(folder, steps)
            made.write_text(wanted)
    return folder / "bin"


def _make(folder: Path, steps: Sequence[Sequence[str]]) -> None:
    """Make the environment, with uv where that is on PATH."""
    python = folder / "bin" / "python"
    if which("uv"):
        run(["uv", "venv", "--python", sys.executable, folder])
        install = ["uv", "pip", "install", "--python", python]
    else:
        # No pip of its own, and no module compiled that is not used: both take as long as the rest.
        run([sys.executable, "-m", "venv", "--without-pip", folder])
        pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
        install = [*pip, "install", "--no-compile"]
    for step in steps:
        run([*install, *step])
