"""Command lines to copy into a terminal; they work in every folder."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from idp import operating_system

PROGRAM = "tallystick"


def command_line(*words: object) -> str:
    """Return the command line that runs this program with *words*, quoted for a shell.

    It begins with the path of the program if PATH does not find it, as after ``make demo``.
    """
    beside_python = shutil.which(PROGRAM, path=str(Path(sys.executable).parent))
    program = PROGRAM if shutil.which(PROGRAM) else beside_python or PROGRAM
    return operating_system.command_line([program, *map(str, words)])
