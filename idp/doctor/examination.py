"""The list of all checks, and how they are run."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from adapter.errors import TallystickError
from idp import logs
from idp.assembly import assemble
from idp.config.reading import load
from idp.doctor import (
    environment_checks,
    federation_checks,
    file_checks,
    key_checks,
    password_checks,
)
from idp.doctor.findings import (
    Environment,
    Finding,
    Findings,
    Level,
    ServerUnderTest,
    from_error,
)

CHECKS: dict[str, Callable[[ServerUnderTest], Findings]] = {
    # code if nothing is wrong check
    "configuration":           file_checks.configuration,
    "secret_files":            file_checks.secret_files,
    "administration":          file_checks.administration,
    "token_signing_key":       key_checks.token_signing,
    "tls":                     key_checks.tls,
    "metadata_folder":         file_checks.metadata_folder,
    "theme":                   file_checks.theme,
    "disks":                   file_checks.disks,
    "database":                environment_checks.database,
    "host_name":               environment_checks.host_name,
    "proxies":                 environment_checks.proxies,
    "processes":               environment_checks.processes,
    "mail":                    environment_checks.mail,
    "testing":                 environment_checks.testing,
    "clock":                   environment_checks.clock,
    "libraries":               environment_checks.libraries,
}  # fmt: skip

QUICK = (
    "configuration",
    "secret_files",
    "administration",
    "token_signing_key",
    "tls",
    "metadata_folder",
    "theme",
    "proxies",
    "processes",
    "testing",
)
"""The checks that ``tallystick serve`` makes before it is ready: they wait for nothing."""

FEDERATION_CHECKS = {
    "nodes":                   federation_checks.nodes,
    "adapters":                federation_checks.adapters,
    "trusts":                  federation_checks.trusts,
    "metadata":                federation_checks.metadata,
    "access":                  federation_checks.access,
    "policies":                federation_checks.policies,
    "refreshes":               federation_checks.refreshes,
    "users":                   federation_checks.users,
    "log_clock":               federation_checks.log_clock,
    "passwords":               password_checks.passwords,
}  # fmt: skip


def examine(config_file: Path, environment: Environment) -> Iterator[Finding]:
    """Yield what is wrong, and a finding of level ``ok`` for each check that found nothing.

    The checks of the federation need a current database, and are left out if anything is broken.
    """
    try:
        server = ServerUnderTest(config_file, load(config_file), environment)
    except TallystickError as error:
        yield from_error(error)
        return
    found = [finding for name, check in CHECKS.items() for finding in _or_ok(name, check(server))]
    yield from found
    is_current = any(finding.code == "database" for finding in found)
    if is_current and not any(finding.level is Level.BROKEN for finding in found):
        yield from _examine_federation(server)


def examine_quickly(server: ServerUnderTest) -> Iterator[Finding]:
    """Yield what the checks of :data:`QUICK` find wrong."""
    for name in QUICK:
        yield from CHECKS[name](server)


def _examine_federation(server: ServerUnderTest) -> Iterator[Finding]:
    logs.configure(stream=io.StringIO())  # problems with adapters become findings
    with closing(assemble(server.config)) as services:
        for name, check in FEDERATION_CHECKS.items():
            yield from _or_ok(name, check(server, services))


def _or_ok(name: str, findings: Findings) -> Iterator[Finding]:
    """Yield the findings of a check, or that there are none."""
    is_ok = True
    for finding in findings:
        is_ok = False
        yield finding
    if is_ok:
        yield Finding(Level.OK, name)
