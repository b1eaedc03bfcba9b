"""Nodes, adapters and trusts: what the database says of the federation."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

from idp.adapters.registry import AdapterHost
from idp.doctor.findings import Findings, ServerUnderTest, broken, from_error, warning
from idp.federation.access_control.global_policy import UnreadableGlobalPolicy
from idp.federation.access_control.policies import BadAccessControlPolicy
from idp.federation.metadata.preview import certificates_of
from idp.federation.relying_party.registry import SHA1_WARNING
from idp.federation.relying_party.settings import NOTHING
from idp.federation.relying_party.trust import UnreadableTrust, readable
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
        if view.decision.reason == "not_a_build":
            yield broken(
                "not_a_build",
                f"The build of node {view.node.name} cannot be read: {view.node.build[:80]!r}",
                f"tallystick server set {view.node.name} BUILD",
            )
        if view.decision.reason == "not_in_table":
            yield warning(
                "build_not_in_table",
                f"No update is known that would bring number matching to node {view.node.name}, "
                f"build {view.node.build}",
                f"tallystick decide {view.node.build} says what its users see",
            )


def adapters(_patient: ServerUnderTest, services: Services) -> Findings:
    """Whether every second factor that is enabled can be loaded."""
    try:
        enabled = services.policy.enabled_providers()
    except UnreadableGlobalPolicy as fault:
        yield from_error(fault)
        return
    with closing(AdapterHost(services.providers, services.policy, services.mfa)) as host:
        loaded = {adapter.name for adapter in host.enabled()}
    for name in enabled:
        if name not in loaded:
            yield broken(
                "adapter_not_loaded",
                f"The adapter {name} is enabled and cannot be loaded",
                "Install its package, or enable others: tallystick adapters enable NAME",
            )


def trusts(patient: ServerUnderTest, services: Services) -> Findings:
    """Whether there is somebody to sign in to, by keys that are worth something."""
    found = services.trusts.list_all()
    if not found:
        yield warning("no_trust", "There is no relying party trust", "tallystick sp add FILE")
    for trust in found:
        if isinstance(trust, UnreadableTrust):
            yield from_error(trust)
    for entity_id in services.trusts.signing_with_sha1():
        yield warning(
            "weak_trust",
            f"{entity_id}: {SHA1_WARNING}",
            "Ask whether it is still needed: tallystick sp set ID signature_algorithm=rsa-sha256",
        )
    for trust in readable(found):
        for use, report in certificates_of(trust.service_provider, patient.world.now()):
            for weakness in report.weaknesses:
                yield warning(
                    "weak_certificate",
                    f"{trust.entity_id}: of its {use} certificate {report.thumbprint[:16]}, "
                    f"{weakness}",
                    "Ask for new metadata: tallystick sp add FILE",
                )


def access(_patient: ServerUnderTest, services: Services) -> Findings:
    """Whether every trust has something that lets users in, and all policies can be read."""
    rules = services.access.rules()
    for fault in (*rules.faults, *rules.unreadable.values()):
        yield from_error(fault)
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


def refreshes(_patient: ServerUnderTest, services: Services) -> Findings:
    """Whether all metadata that is held back can be read."""
    for entity_id, state in services.refreshes.states().items():
        if state.held_is_unreadable:
            yield warning(
                "unreadable_update",
                f"{entity_id}: what is held back of its metadata cannot be read",
                f"tallystick sp refresh {entity_id}",
            )


def users(_patient: ServerUnderTest, services: Services) -> Findings:
    """Whether all users can be read."""
    for user in services.directory.list():
        if user.unreadable:
            yield broken(
                "unreadable_user",
                f"The groups of {user.upn} cannot be read from the database; the user is disabled",
                "Restore a back-up, or remove the user and add them again: tallystick user remove",
            )


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
