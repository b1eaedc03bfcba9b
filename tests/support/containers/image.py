"""The image of ``Containerfile``, built and run by Debian's buildah and podman.

No registry is asked: :mod:`support.containers.parts` brings the base and the wheels.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.containers.parts import ready_base, ready_wheels
from support.tools.toolbox import debian_program

ROOT = Path(__file__).parents[3]
BASE = "localhost/debian-python"
IMAGE = "localhost/tallystick"
SECONDS = 300
STORAGE = """
[storage]
driver = "overlay"
graphroot = "{folder}/graph"
runroot = "{folder}/run"
"""
# A virtual machine may have no cgroups for crun, and allow no limits above those of this process.
CONTAINERS = """
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
tmp_dir = "{folder}/tmp"
"""


class CommandFailed(Exception):
    """Podman or buildah ended with another status than 0; the message is what it wrote."""


@dataclass(frozen=True)
class Image:
    """The image in a storage of its own, in ``folder``."""

    folder: Path

    def podman(self, *words: str | Path) -> str:
        """Run podman, and return what it prints on standard output."""
        return self._run("podman", *words)

    def is_healthy(self, name: str) -> bool:
        """Run the health check of a container once."""
        try:
            self.podman("healthcheck", "run", name)
        except CommandFailed:
            return False
        return True

    @contextmanager
    def started(
        self, name: str, *words: str, options: tuple[str, ...], **environment: str
    ) -> Iterator[None]:
        """Run a container with these words after the image's name, until the block ends."""
        variables = [f"--env={key}={value}" for key, value in environment.items()]
        self.podman("run", "--detach", "--name", name, *options, *variables, IMAGE, *words)
        try:
            yield
        finally:
            self.podman("rm", "--force", "--time", "0", name)

    def build(self) -> None:
        """Build the image from this tree, without a network."""
        self.podman("import", "--quiet", ready_base(), BASE)
        chosen = {"BASE": BASE, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/wheels"}
        arguments = [f"--build-arg={name}={value}" for name, value in chosen.items()]
        options = ["--quiet", "--isolation", "chroot", "--format", "docker", "--tag", IMAGE]
        wheels = ["--volume", f"{ready_wheels()}:/wheels:ro"]
        self._run("buildah", "bud", *options, *wheels, *arguments, ROOT)

    def _run(self, program: str, *words: str | Path) -> str:
        places = {
            "CONTAINERS_STORAGE_CONF": str(self.folder / "storage.conf"),
            "CONTAINERS_CONF": str(self.folder / "containers.conf"),
        }
        done = subprocess.run(  # noqa: S603 - Debian's
            [debian_program(program), *words],
            env=os.environ | places,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if done.returncode:
            raise CommandFailed(f"{program} {' '.join(map(str, words))}:\n{done.stderr[-2000:]}")
        return done.stdout.strip()


@contextmanager
def built_image() -> Iterator[Image]:
    """Build the image in a storage that is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="tally-"))  # podman's sockets need a short path
    (folder / "storage.conf").write_text(STORAGE.format(folder=folder))
    (folder / "containers.conf").write_text(CONTAINERS.format(folder=folder))
    image = Image(folder)
    try:
        image.build()
        yield image
    finally:
        # The programs leave their folder of layers mounted on itself.
        subprocess.run(["umount", folder / "graph" / "overlay"], check=False)  # noqa: S603, S607 - the system's
        shutil.rmtree(folder)
