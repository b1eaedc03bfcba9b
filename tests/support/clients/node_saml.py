"""The real node-saml, unchanged, as a service provider in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree, which

from support.tools.toolbox import ToolMissing, alone, run

HERE = Path(__file__).resolve().parents[2] / "clients" / "node_saml"
SECONDS = 60


def ready_modules() -> Path:
    """Return the folder of node-saml and what it needs, as its lock file names them."""
    if which("node") is None or which("npm") is None:
        raise ToolMissing("No node or npm on PATH, which node-saml runs on: install Node.js 18+.")
    wanted = (HERE / "package-lock.json").read_bytes()
    with alone("node-saml") as folder:
        made = folder / "made"
        if not made.exists() or made.read_bytes() != wanted:
            rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for name in ("package.json", "package-lock.json"):
                (folder / name).write_bytes((HERE / name).read_bytes())
            run(["npm", "ci", "--silent", "--ignore-scripts", "--prefix", folder])
            made.write_bytes(wanted)
    return folder / "node_modules"


class NodeSamlError(Exception):
    """What node-saml threw."""


@dataclass
class NodeSaml:
    """One ``SAML`` object of node-saml; every method of it can be called."""

    process: subprocess.Popen[str]

    def call(self, method: str, *arguments: object) -> object:
        """Return what the method resolves to; raises :class:`NodeSamlError` when it throws."""
        return self._ask({"method": method, "args": arguments})

    def _ask(self, said: object) -> object:
        self.process.stdin.write(json.dumps(said) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline() or '{"error": "it ended"}')
        if "error" in answer:
            raise NodeSamlError(answer["error"])
        return answer.get("value")

    def end(self) -> None:
        """End the process by the end of its input."""
        self.process.stdin.close()
        self.process.wait(SECONDS)
        self.process.stdout.close()


def start(**options: object) -> NodeSaml:
    """Start node-saml with options of its ``SAML`` constructor."""
    process = subprocess.Popen(  # noqa: S603 - our own script
        [str(which("node")), str(HERE / "provider.cjs")],
        env=os.environ | {"NODE_PATH": str(ready_modules())},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    provider = NodeSaml(process)
    provider._ask(options)
    return provider
