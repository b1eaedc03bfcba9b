"""The whole examination: which checks there are, and in which order."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from adapter.errors import TallystickError
from idp import logs
from idp.app import assemble
from idp.config.reading import load
from idp.doctor import environment, federation, files, keys, passwords
from idp.doctor.findings import Finding, Findings, Level, ServerUnderTest, World, from_error

CHECKS: dict[str, Callable[[ServerUnderTest], Findings]] = {
    # code where all is well   check
    "configuration":           files.configuration,
    "secret_files":            files.secret_files,
    "administration":          files.administration,
    "token_signing_key":       keys.token_signing,
    "tls":                     keys.tls,
    "disks":                   files.disks,
    "database":                environment.database,
    "host_name":               environment.host_name,
    "proxies":                 environment.proxies,
    "clock":                   environment.clock,
    "libraries":               environment.libraries,
}  # fmt: skip

OF_THE_FEDERATION = {
    "nodes":                   federation.nodes,
    "adapters":                federation.adapters,
    "trusts":                  federation.trusts,
    "access":                  federation.access,
    "refreshes":               federation.refreshes,
    "users":                   federation.users,
    "log_clock":               federation.log_clock,
    "passwords":               passwords.passwords,
}  # fmt: skip


def examine(file: Path, world: World) -> Iterator[Finding]:
    """Yield a finding for whatever is wrong, and one of level ok for each check that found nothing.

    What cannot be looked at, because something else is broken, is left out.
    """
    try:
        patient = ServerUnderTest(file, load(file), world)
    except TallystickError as error:
        yield from_error(error)
        return
    found = [finding for name, check in CHECKS.items() for finding in _of(name, check(patient))]
    yield from found
    is_current = any(finding.code == "database" for finding in found)
    if is_current and not any(finding.level is Level.BROKEN for finding in found):
        yield from _of_federation(patient)


def _of_federation(patient: ServerUnderTest) -> Iterator[Finding]:
    logs.configure(stream=io.StringIO())  # what loading an adapter logs is told as a finding
    with closing(assemble(patient.config)) as services:
        for name, check in OF_THE_FEDERATION.items():
            yield from _of(name, check(patient, services))


def _of(name: str, found: Findings) -> Iterator[Finding]:
    is_well = True
    for finding in found:
        is_well = False
        yield finding
    if is_well:
        yield Finding(Level.OK, name)
