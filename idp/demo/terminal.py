"""Command lines to copy into a terminal; they work in every folder."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

PROGRAM = "tallystick"


def command_line(*words: object) -> str:
    """Return the command line that runs this program with *words*, quoted for a shell.

    It begins with the path of the program if PATH does not find it, as after ``make demo``.
    """
    installed = Path(sys.executable).with_name(PROGRAM)
    is_found = shutil.which(PROGRAM) or not installed.exists()
    return shlex.join([PROGRAM if is_found else str(installed), *map(str, words)])
