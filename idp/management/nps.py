"""The NPS hosts of the farm with what their users see and why, and their clients.

Used by the Farm page, ``/admin/api/nps`` and ``tallystick nps``. Hosts are changed by
:mod:`idp.management.nps_changes`. Nothing here ever returns a client's secret.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.decision import Decision, decide
from adapter.sentences import sentence
from idp.instants import json_instant
from idp.management.nps_changes import client_state, recording_client, settings_of
from idp.nps.clients import DEFAULT_TIMEOUT, preset_of
from idp.nps.hosts import PROTOCOLS
from idp.nps.registry import UNSET, values_as_texts

if TYPE_CHECKING:
    from idp.nps.clients import NpsClient
    from idp.nps.hosts import NpsHost
    from idp.nps.store import HostChange
    from idp.services import Services

EXPERIENCE_TEXTS = {
    "totp":         sentence("a code"),
    "approve_deny": sentence("Approve/Deny"),
    "refused":      sentence("a refusal"),
}  # fmt: skip

NOT_ALLOWED = "protocol_not_allowed"
"""The reason of a case whose protocol the host does not allow."""


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of sign-in at a host by a user whose default method is the push, and its decision.

    ``decision`` is None if the host does not allow the protocol.
    """

    label: str
    protocol: str
    has_code: bool
    can_answer: bool
    decision: Decision | None

    @property
    def shows(self) -> str:
        """What the user sees, in words."""
        if self.decision is None:
            return sentence("a refusal: the host does not allow {protocol}", protocol=self.protocol)
        return experience_text(self.decision)

    @property
    def reason(self) -> str:
        """The code of the reason."""
        return NOT_ALLOWED if self.decision is None else self.decision.reason

    def as_json(self) -> dict[str, Any]:
        """Return the case as the REST API and ``tallystick nps list --json`` show it."""
        return {
            "protocol": self.protocol,
            "totp_registered": self.has_code,
            "client_can_answer_challenge": self.can_answer,
            "experience": self.decision.experience if self.decision else "refused",
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class NpsView:
    """A host, what its users see by the values in force, and what they would see after a restart.

    ``after_restart`` is empty unless a restart is pending.
    """

    host: NpsHost
    cases: tuple[Case, ...]
    after_restart: tuple[Case, ...]
    clients: int

    @property
    def main(self) -> Case:
        """The case of a user with a code, whose client can ask for it."""
        return self.cases[0]

    @property
    def override(self) -> str:
        """The override as it is set: ``unset``, ``TRUE``, ``FALSE``, or what counts as unset."""
        return self.host.registry.override or UNSET

    @property
    def override_in_force(self) -> str:
        """The override that the NPS service has read."""
        return self.host.in_force.override or UNSET

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about the version and the registry values."""
        return self.host.warnings()


def hosts(services: Services) -> tuple[NpsView, ...]:
    """Return all hosts in the order they were added."""
    clients = Counter(client.host for client in services.nps.clients())
    return tuple(view_of(host, clients[host.name]) for host in services.nps.hosts())


def host(services: Services, name: str) -> NpsView:
    """Return one host. Raises :class:`~idp.nps.hosts.BadNpsHost` if there is none."""
    return view_of(services.nps.existing(name), len(services.nps.clients(name)))


def view_of(host: NpsHost, clients: int) -> NpsView:
    """Return a host with what its users see, if a policy allows them push."""
    now = _cases(host, host.in_force.override)
    after = _cases(host, host.registry.override) if host.pending else ()
    return NpsView(host, now, after, clients)


def add_client(
    services: Services,
    host: str,
    network: str,
    *,
    secret: str | None,
    preset: str | None = None,
    can_answer_challenge: bool | None = None,
    needs_message_authenticator: bool | None = None,
    timeout: int | None = None,
    label: str | None = None,
) -> NpsClient:
    """Add a client, or replace the one of the same network; None stands for the default.

    Without a *secret*, the replaced client keeps its own. The *preset* is one of
    :data:`~idp.nps.clients.PRESETS`; what is given counts more. Raises
    :class:`~idp.nps.hosts.BadNpsHost` and :class:`~idp.nps.clients.BadNpsClient`.
    """
    can_answer = preset_of(preset)["can_answer_challenge"] if preset is not None else True
    asks = can_answer if can_answer_challenge is None else can_answer_challenge
    with recording_client(services, host, network, "nps_client.set"):
        return services.nps.add_client(
            host,
            network,
            services.changes.actor.label,
            secret=secret,
            can_answer_challenge=asks,
            needs_message_authenticator=needs_message_authenticator is not False,
            timeout=DEFAULT_TIMEOUT if timeout is None else timeout,
            label=label or "",
        )


def host_as_json(view: NpsView) -> dict[str, Any]:
    """Return a host as the REST API and ``tallystick nps --json`` show it."""
    host, main = view.host, view.main.as_json()
    return {
        "name": host.name,
        **settings_of(host),
        "in_force": values_as_texts(host.in_force),
        "pending_restart": host.pending,
        "experience": main["experience"],
        "reason": main["reason"],
        "cases": [case.as_json() for case in view.cases],
        "after_restart": [case.as_json() for case in view.after_restart],
        "clients": view.clients,
        "restarted_at": json_instant(host.restarted_at),
        "changed_at": json_instant(host.changed_at),
        "changed_by": host.changed_by,
        "warnings": list(view.warnings),
    }


def change_as_json(services: Services, change: HostChange) -> dict[str, Any]:
    """Return the host after a change, with all warnings about the change."""
    view = view_of(change.host, len(services.nps.clients(change.host.name)))
    return host_as_json(view) | {"warnings": list(change.warnings)}


def client_as_json(client: NpsClient) -> dict[str, Any]:
    """Return a client, without its secret."""
    return client_state(client) | {"warnings": list(client.warnings())}


def experience_text(decision: Decision) -> str:
    """Return what a user sees at a RADIUS sign-in, in words."""
    return EXPERIENCE_TEXTS[decision.experience or "refused"]


def _cases(host: NpsHost, override: str) -> tuple[Case, ...]:
    first = next((each for each in PROTOCOLS if each in host.protocols), PROTOCOLS[0])
    kinds = (
        # protocol    has a code  can answer  label
        ((first, True, True), sentence("{protocol}, user with a code", protocol=first)),
        ((first, False, True), sentence("{protocol}, user without a code", protocol=first)),
        (("MSCHAPv2", True, True), sentence("{protocol}, user with a code", protocol="MSCHAPv2")),
        (
            (first, True, False),
            sentence("{protocol}, client that cannot ask for a code", protocol=first),
        ),
    )
    labels: dict[tuple[str, bool, bool], str] = {}
    for kind, label in kinds:
        labels.setdefault(kind, label)
    return tuple(
        Case(label, *kind, _decision(host, override, *kind)) for kind, label in labels.items()
    )


def _decision(
    host: NpsHost, override: str, protocol: str, has_code: bool, can_answer: bool
) -> Decision | None:
    if protocol not in host.protocols:
        return None
    return decide(
        scenario="nps",
        host=host.version,
        override=override,
        totp_registered="yes" if has_code else "no",
        protocol=protocol,
        client_can_answer_challenge="yes" if can_answer else "no",
    )
