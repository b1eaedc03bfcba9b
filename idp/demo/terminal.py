"""Commands as a newcomer can copy them into a terminal: they work in whatever folder it is."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

NAME = "tallystick"


def command(*words: object) -> str:
    """Return the command line that calls this program with *words*, quoted for a shell.

    After ``make demo`` no terminal finds the program by its name: then its path stands there.
    """
    beside = Path(sys.executable).with_name(NAME)
    found = shutil.which(NAME) or not beside.exists()
    return shlex.join([NAME if found else str(beside), *map(str, words)])
