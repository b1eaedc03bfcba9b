"""What a server says of a stored row that cannot be read."""

from __future__ import annotations

from idp import logs
from idp.doctor.examination import examine
from idp.doctor.findings import Environment

UPGRADE = "Upgrade this node if another one runs a newer version"


def findings(server):
    world = Environment(resolve=lambda _host: None)
    found = {finding.code: finding for finding in examine(server.folder / "tallystick.toml", world)}
    logs.configure()  # the doctor has it write to where nobody reads
    return found


def error_of(entry):
    return entry["error"], entry["remedy"].partition(";")[0]
