"""The real node-saml, unchanged, as a service provider in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Any

from support.tools.node_modules import ready_modules

HERE = Path(__file__).resolve().parents[2] / "clients" / "node_saml"
SECONDS = 90


class NodeSamlError(Exception):
    """What node-saml threw."""


@dataclass
class NodeSaml:
    """One ``SAML`` object of node-saml; every method of it can be called."""

    process: subprocess.Popen[str]

    def call(self, method: str, *arguments: object) -> Any:
        """Return what the method resolves to; raises :class:`NodeSamlError` when it throws."""
        return self._ask({"method": method, "args": arguments})

    def _ask(self, said: object) -> Any:
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
        env=os.environ | {"NODE_PATH": str(ready_modules(HERE))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    provider = NodeSaml(process)
    provider._ask(options)
    return provider
