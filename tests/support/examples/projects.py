"""The example projects in ``tests/examples``, and what they run in.

All those in Python have one environment, whose ``tallystick`` the one in Node.js starts, too.
A project is run from a copy, as a reader would make one: nothing of this tree's pytest settings
reaches it.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from shutil import copytree, ignore_patterns, which

from support.tools.environment import ready_environment
from support.tools.node_modules import ready_modules

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "tests" / "examples"
NODE_PROJECT = EXAMPLES / "nodejs_node_saml"
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


def run_pytest(name: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Copy a project in Python into *folder*, and run its tests there."""
    return _run(copytree(EXAMPLES / name, folder / name), ["pytest", "-q"])


def run_npm_test(folder: Path) -> subprocess.CompletedProcess[str]:
    """Copy the project in Node.js into *folder*, and run its tests there."""
    modules = ready_modules(NODE_PROJECT)
    # A reader's own modules stay behind: they may be others.
    ignored = ignore_patterns("node_modules")
    project = copytree(NODE_PROJECT, folder / NODE_PROJECT.name, ignore=ignored)
    (project / "node_modules").symlink_to(modules)
    return _run(project, ["npm", "test"])


def _run(project: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run *command* in a copy of a project, with the environment's programs on PATH."""
    programs = ready_python()
    # pysaml2 takes the xmlsec1 of the system if there is one.
    stand_ins = _write_xmlsec1(programs / "python", project.parent)
    path = os.pathsep.join((str(programs), os.environ["PATH"], str(stand_ins)))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(  # noqa: S603 - our own projects
        [str(which(command[0], path=path)), *command[1:]],
        cwd=project,
        env=kept | {"PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def _write_xmlsec1(python: Path, folder: Path) -> Path:
    """Write a program ``xmlsec1`` for machines without one; return its folder."""
    program = folder / "stand-ins" / "xmlsec1"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{python}" "{STAND_IN}" "$@"\n')
    program.chmod(0o700)
    return program.parent
