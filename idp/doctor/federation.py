"""Nodes, adapters and trusts: what the database says of the federation."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

from idp.adapters.registry import AdapterHost
from idp.doctor.findings import Findings, ServerUnderTest, broken, warning
from idp.federation.access_control.policies import BadAccessControlPolicy
from idp.federation.metadata.preview import certificates_of
from idp.federation.relying_party.registry import SHA1_WARNING
from idp.federation.relying_party.settings import NOTHING
from idp.management.nodes import nodes as node_views

if TYPE_CHECKING:
    from idp.services import Services

AHEAD = timedelta(minutes=5)


def nodes(patient: ServerUnderTest, services: Services) -> Findings:
    """Whether this server is a node whose build decides."""
    views = node_views(services)
    mine = patient.config.server.node
    names = [view.node.name for view in views]
    if not views or (mine is not None and mine not in names):
        yield broken(
            "no_node",
            f"This server is no node of the farm{'' if mine is None else f': {mine}'}",
            f"tallystick server set {mine or 'NODE'} BUILD",
        )
    for view in views:
        if view.decision.reason == "not_in_table":
            yield warning(
                "build_not_in_table",
                f"No update is known that would bring number matching to node {view.node.name}, "
                f"build {view.node.build}",
                f"tallystick decide {view.node.build} says what its users see",
            )


def adapters(_patient: ServerUnderTest, services: Services) -> Findings:
    """Whether every second factor that is enabled can be loaded."""
    with closing(AdapterHost(services.providers, services.policy, services.mfa)) as host:
        loaded = {adapter.name for adapter in host.enabled()}
    for name in services.policy.enabled_providers():
        if name not in loaded:
            yield broken(
                "adapter_not_loaded",
                f"The adapter {name} is enabled and cannot be loaded",
                "Install its package, or enable others: tallystick adapters enable NAME",
            )


def trusts(patient: ServerUnderTest, services: Services) -> Findings:
    """Whether there is somebody to sign in to, by keys that are worth something."""
    found = services.trusts.list()
    if not found:
        yield warning("no_trust", "There is no relying party trust", "tallystick sp add FILE")
    for entity_id in services.trusts.signing_with_sha1():
        yield warning(
            "weak_trust",
            f"{entity_id}: {SHA1_WARNING}",
            "Ask whether it is still needed: tallystick sp set ID signature_algorithm=rsa-sha256",
        )
    for trust in found:
        for use, report in certificates_of(trust.service_provider, patient.world.now()):
            for weakness in report.weaknesses:
                yield warning(
                    "weak_certificate",
                    f"{trust.entity_id}: of its {use} certificate {report.thumbprint[:16]}, "
                    f"{weakness}",
                    "Ask for new metadata: tallystick sp add FILE",
                )


def access(_patient: ServerUnderTest, services: Services) -> Findings:
    """Whether every trust has something that lets users in."""
    for trust in services.trusts.list():
        if trust.settings.authorized_by == NOTHING:
            yield warning(
                "nobody_gets_in",
                f"{trust.entity_id} has neither an access control policy nor rules",
                "tallystick sp set ID access_control_policy=NAME",
            )
        try:
            services.access.check(trust.settings)
        except BadAccessControlPolicy as error:
            yield broken(error.code, f"{trust.entity_id}: {error.problem}", error.remedy)


def log_clock(patient: ServerUnderTest, services: Services) -> Findings:
    """Whether the clock has gone back behind what was logged."""
    for entry in services.log.read(limit=1):
        if entry.record.at - patient.world.now() > AHEAD:
            yield broken(
                "clock_went_back",
                f"The last sign-in was logged at {entry.record.at:%Y-%m-%d %H:%M} UTC, "
                "which is yet to come",
                "Set the clock of this machine, and let it be kept by NTP",
            )
