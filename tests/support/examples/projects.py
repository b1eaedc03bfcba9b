"""The example projects in ``tests/examples``, and an environment in which all those in Python run.

A project is run from a copy, as a reader would make one: nothing of this tree's pytest settings
reaches it.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from shutil import copytree

from support.tools.environment import ready_environment

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "tests" / "examples"
PYTHON_PROJECTS = tuple(sorted(file.parent.name for file in EXAMPLES.glob("*/requirements.txt")))
STAND_IN = ROOT / "tests" / "support" / "conformance" / "xmlsec1.py"
SECONDS = 240


def ready_python() -> Path:
    """Return the folder of the environment's programs, installed on first use.

    It has what the projects' requirements name, and this tree as the package ``tallystick``.
    """
    files = [EXAMPLES / name / "requirements.txt" for name in PYTHON_PROJECTS]
    install = ["--only-binary=lxml", "--only-binary=xmlsec", "--editable", str(ROOT)]
    for file in files:
        install += ["--requirement", str(file)]
    return ready_environment("examples", install, files=[ROOT / "pyproject.toml", *files])


def run_tests(name: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Copy a project into *folder*, and run its tests there by pytest."""
    programs = ready_python()
    return run_in_copy(name, folder, [str(programs / "pytest"), "-q"], programs)


def run_in_copy(
    name: str, folder: Path, command: list[str], programs: Path
) -> subprocess.CompletedProcess[str]:
    """Copy a project into *folder*, and run *command* there with *programs* on PATH."""
    project = copytree(EXAMPLES / name, folder / name)
    # pysaml2 takes the xmlsec1 of the system if there is one.
    path = (str(programs), os.environ["PATH"], str(_xmlsec1(programs / "python", folder)))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(  # noqa: S603 - our own projects
        command,
        cwd=project,
        env=kept | {"PATH": os.pathsep.join(path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def _xmlsec1(python: Path, folder: Path) -> Path:
    """Write a program ``xmlsec1`` for machines without one; return its folder."""
    program = folder / "stand-ins" / "xmlsec1"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{python}" "{STAND_IN}" "$@"\n')
    program.chmod(0o700)
    return program.parent
