"""What the container image is built from, brought once: a base with Python, and wheels.

The base is made from Debian's packages, of the release of this machine, and pip downloads the
wheels for its Python. docs/container.md describes the same build without a network.
"""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

from support.tools.toolbox import alone, debian_program, run

PROJECT = Path(__file__).parents[3] / "pyproject.toml"
PACKAGES = "python3,python3-venv,ca-certificates"
PYTHON = Path("/usr/bin/python3")
"""Debian's own, of the same version as the base's."""


def ready_base() -> Path:
    """Return an archive with this machine's Debian and its Python."""
    with alone("container-base.tar") as archive:
        if not archive.exists():
            unfinished = archive.with_name("container-base-part.tar")
            make = [debian_program("mmdebstrap"), "--quiet", "--variant=minbase"]
            run([*make, f"--include={PACKAGES}", _debian_release(), unfinished])
            unfinished.rename(archive)
    return archive


def ready_wheels() -> Path:
    """Return a folder with the wheels of what the project needs now."""
    needed = _requirements()
    with alone("container-wheels") as folder:
        wanted = folder / "requirements.txt"
        if not wanted.exists() or wanted.read_text().split("\n") != needed:
            shutil.rmtree(folder, ignore_errors=True)
            run([PYTHON, "-m", "venv", folder / "python"])
            download = [folder / "python/bin/pip", "download", "--only-binary=:all:"]
            run([*download, "--dest", folder / "wheels", *needed])
            wanted.write_text("\n".join(needed))
    return folder / "wheels"


def _debian_release() -> str:
    text = Path("/etc/os-release").read_text()
    return dict(line.split("=", 1) for line in text.splitlines() if line)["VERSION_CODENAME"]


def _requirements() -> list[str]:
    """Return what an installation with PostgreSQL needs, and what builds it."""
    read = tomllib.loads(PROJECT.read_text())
    project = read["project"]
    extra = project["optional-dependencies"]["postgresql"]
    return [*read["build-system"]["requires"], *project["dependencies"], *extra]
