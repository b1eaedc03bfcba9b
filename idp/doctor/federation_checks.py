"""Checks of the farm's nodes, the adapters and the trusts, as the database has them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

from adapter.mfa.policy_store import UnreadablePolicies
from idp.adapters.abilities import Abilities
from idp.adapters.registry import AdapterHost
from idp.doctor.findings import Findings, ServerUnderTest, broken, from_error, warning
from idp.federation.access_control.global_policy import UnreadableGlobalPolicy
from idp.federation.access_control.policies import BadAccessControlPolicy
from idp.federation.access_control.sides import rules_tell_sides_apart, trust_tells_sides_apart
from idp.federation.metadata.preview import report_certificates
from idp.federation.relying_party.settings import NOTHING
from idp.federation.relying_party.trust import UnreadableTrust, readable
from idp.federation.relying_party.weak_settings import WEAK_SETTINGS
from idp.management.nodes import nodes as node_views
from idp.management.trust_views import TrustView
from idp.mfa.adapter_places import AdapterPlaces

if TYPE_CHECKING:
    from idp.federation.access_control.access_rules import AccessRules
    from idp.federation.relying_party.trust import RelyingPartyTrust
    from idp.services import Services

MAX_AHEAD = timedelta(minutes=5)
"""How far in the future the last sign-in may seem to be: clocks of nodes differ."""


def nodes(server: ServerUnderTest, services: Services) -> Findings:
    """Check that this server is a node, and that the build of each node is in the table."""
    views = node_views(services)
    own = server.config.server.node
    names = [view.node.name for view in views]
    if not views or (own is not None and own not in names):
        yield broken(
            "no_node",
            f"This server is not a node of the farm{'' if own is None else f': {own}'}",
            f"tallystick server set {own or 'NODE'} BUILD",
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
                "The table of updates has no update with number matching for node "
                f"{view.node.name}, "
                f"build {view.node.build}",
                f"tallystick decide {view.node.build} shows what its users see",
            )


def adapters(_server: ServerUnderTest, services: Services) -> Findings:
    """Check that every enabled adapter can be loaded."""
    try:
        enabled = services.policy.enabled_providers()
    except UnreadableGlobalPolicy as fault:
        yield from_error(fault)
        return
    waiting = AdapterPlaces(services.mfa.push, room=services.admission.answers)
    abilities = Abilities(services.mfa, services.once, services.clock, waiting)
    settings = services.config.adapters
    with closing(AdapterHost(services.providers, services.policy, abilities, settings)) as host:
        loaded = {adapter.name for adapter in host.enabled()}
    for name in enabled:
        if name not in loaded:
            yield broken(
                "adapter_not_loaded",
                f"The adapter {name} is enabled but cannot be loaded",
                "Install its package, or enable other adapters: tallystick adapters enable NAME",
            )


def trusts(server: ServerUnderTest, services: Services) -> Findings:
    """Check that there is a trust, and that keys and signatures of trusts are strong."""
    found = services.trusts.list_all()
    if not found:
        yield warning("no_trust", "There is no relying party trust", "tallystick sp add FILE")
    for trust in found:
        if isinstance(trust, UnreadableTrust):
            yield from_error(trust)
    for weak in WEAK_SETTINGS:
        for entity_id in services.trusts.weakened_by(weak):
            yield warning("weak_trust", f"{entity_id}: {weak.warning}", weak.remedy)
    now = server.environment.now()
    for trust in readable(found):
        min_rsa_bits = trust.settings.min_rsa_bits
        for use, report in report_certificates(trust.service_provider, now, min_rsa_bits):
            for weakness in report.weaknesses:
                yield warning(
                    "weak_certificate",
                    f"{trust.entity_id}: {use} certificate {report.thumbprint[:16]}: {weakness}",
                    "Ask its owner for new metadata, then: tallystick sp add FILE",
                )


def metadata(server: ServerUnderTest, services: Services) -> Findings:
    """Check that no metadata ends before newer is fetched, and what was odd when it was read."""
    states, now = services.refreshes.states(), server.environment.now()
    for trust in readable(services.trusts.list_all()):
        view = TrustView(trust, states.get(trust.entity_id), now, sides_are_unknown=False)
        for problem in view.end_of_metadata:
            yield warning(
                "metadata_ends",
                f"{trust.entity_id}: {problem}",
                "Ask its owner for new metadata, then: tallystick sp add FILE",
            )
        for problem in trust.service_provider.warnings:
            yield warning(
                "metadata_is_odd",
                f"{trust.entity_id}: {problem}",
                "Ask its owner to correct the metadata, then: tallystick sp add FILE",
            )


def access(server: ServerUnderTest, services: Services) -> Findings:
    """Check that all policies can be read, and that every trust has one that lets users in."""
    rules = services.access.rules()
    for fault in (*rules.faults, *rules.unreadable.values()):
        yield from_error(fault)
    trusts = services.trusts.list()
    yield from _sides(server, rules, trusts)
    for trust in trusts:
        if trust.settings.authorized_by == NOTHING:
            yield warning(
                "nobody_gets_in",
                f"Nobody can sign in to {trust.entity_id}: it has no access control policy and "
                "no rules",
                "tallystick sp set ID access_control_policy=NAME",
            )
        try:
            services.access.check(trust.settings)
        except BadAccessControlPolicy as error:
            yield broken(error.code, f"{trust.entity_id}: {error.problem}", error.remedy)


def _sides(
    server: ServerUnderTest, rules: AccessRules, trusts: Sequence[RelyingPartyTrust]
) -> Findings:
    """Check that the server can tell intranet and extranet apart where access depends on it."""
    if server.config.proxies.web_application_proxies:
        return
    dependent = [
        trust.entity_id for trust in trusts if trust_tells_sides_apart(trust.settings, rules)
    ]
    if rules_tell_sides_apart(rules.additional):
        dependent.insert(0, "the rules for all trusts")
    if dependent:
        more = f" and {len(dependent) - 1} more" if len(dependent) > 1 else ""
        yield warning(
            "extranet_is_unknown",
            f"Access depends on intranet and extranet ({dependent[0]}{more}), but no Web "
            "Application Proxy is configured: users outside count as inside",
            "List the proxies through which users outside come under [proxies] "
            "web_application_proxies, or choose another policy",
        )


def policies(_server: ServerUnderTest, services: Services) -> Findings:
    """Check that the policies about methods of the second factor can be read."""
    try:
        services.mfa.policies.read()
    except UnreadablePolicies as fault:
        yield from_error(fault)


def refreshes(_server: ServerUnderTest, services: Services) -> Findings:
    """Check that no metadata is held back, and that what is can be read."""
    for entity_id, state in services.refreshes.states().items():
        if state.held is not None:
            yield warning(
                "update_held",
                f"{entity_id}: new metadata is held back: {'; '.join(state.held.reasons)}",
                f"Look at it: tallystick sp show {entity_id}, then accept it or ask its owner",
            )
        if state.held_is_unreadable:
            yield warning(
                "unreadable_update",
                f"{entity_id}: what is held back of its metadata cannot be read",
                f"tallystick sp refresh {entity_id}",
            )


def users(_server: ServerUnderTest, services: Services) -> Findings:
    """Check that all users can be read."""
    for user in services.directory.list():
        if user.unreadable:
            yield broken(
                "unreadable_user",
                f"The groups of {user.upn} cannot be read from the database; the user is disabled",
                "Restore a back-up, or remove the user and add them again: tallystick user remove",
            )


def log_clock(server: ServerUnderTest, services: Services) -> Findings:
    """Check that no sign-in was logged in the future, as happens when the clock is set back."""
    for entry in services.log.read(limit=1):
        if entry.record.at - server.environment.now() > MAX_AHEAD:
            yield broken(
                "clock_went_back",
                "The last sign-in was logged in the future, at "
                f"{entry.record.at:%Y-%m-%d %H:%M} UTC",
                "Set the clock of this machine and keep it right with NTP",
            )
