"""What ``tallystick serve`` runs: a value that the supervisor can be given by another process.

The supervisor lives as long as the server: it loads neither the configuration nor the application.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from idp.config import CONFIG_VARIABLE
from idp.serving.process import OnExit, ProcessSpec, python_module
from idp.serving.web_process import Engine, Listening, in_url, web_process


@dataclass(frozen=True, slots=True)
class Plan:
    """One server: its configuration file, its processes, and the addresses at which it listens."""

    config_file: str
    base_url: str
    listening: Listening
    engine: Engine
    workers: int
    """Processes that answer web requests."""
    answers_radius: bool
    metrics_bind: str
    metrics_port: int | None

    def to_json(self) -> str:
        """Return the plan as text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """Return the plan of a text."""
        values = json.loads(text)
        return cls(**{**values, "listening": Listening(**values["listening"])})

    @property
    def processes(self) -> tuple[ProcessSpec, ...]:
        """All processes that the supervisor runs; the web server is one and starts its workers."""
        web = web_process(self.config_file, self.listening, self.engine)
        return (web, self._radius_process()) if self.answers_radius else (web,)

    @property
    def metrics_url(self) -> str | None:
        """The URL that Prometheus scrapes, None if there is none."""
        port = self.metrics_port
        return f"http://{in_url(self.metrics_bind)}:{port}/metrics" if port else None

    def _radius_process(self) -> ProcessSpec:
        """Return the process that answers for the hosts of ``[radius]``."""
        return ProcessSpec(
            name="RADIUS",
            command=python_module("idp.serving.radius_process"),
            environment={CONFIG_VARIABLE: self.config_file},
            on_exit=OnExit.RESTART,
        )
