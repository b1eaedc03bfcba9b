"""The adapters of second factors as administrators see them: which there are, and what each is.

``tallystick adapters``, the page ``/admin/adapters`` and ``/admin/api/adapters`` are built on it.
:mod:`idp.management.second_factors` registers and enables adapters.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.errors import TallystickError
from adapter.sentences import sentence
from idp import operating_system
from idp.adapters.lcids import tag_of
from idp.federation.access_control.global_policy import UnreadableGlobalPolicy
from idp.federation.claims import short_name
from idp.federation.providers import BadProvider, load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from idp.federation.providers import AuthenticationProvider
    from idp.services import Services

CHECK_SECONDS = 120
"""Upper limit of one check; an adapter that hangs is ended then."""

_CHECK = (sys.executable, "-c", "from idp.cli import main; main()", "adapters", "check")


class CheckFailed(TallystickError):
    """Raised if the conformance kit gave no result."""

    code = "adapter_check_failed"


@dataclass(frozen=True, slots=True)
class AdapterView:
    """An adapter that can be enabled; ``order`` counts the enabled ones from 1, None: it is not.

    ``is_registered`` is True if it was registered here, False if an installed package offers it.
    """

    provider: AuthenticationProvider
    order: int | None
    is_registered: bool

    def as_json(self) -> dict[str, Any]:
        """Return the adapter for scripts; its configuration may hold secrets and is left out."""
        return {
            "name": self.provider.name,
            "type": self.provider.type_name,
            "enabled": self.order is not None,
            "order": self.order,
            "registered": self.is_registered,
            "has_config": self.provider.config is not None,
        }


@dataclass(frozen=True, slots=True)
class Announcement:
    """What the metadata of an adapter says.

    ``languages`` have the LCID, its tag, and the name and description that users see.
    """

    admin_name: str
    methods: tuple[str, ...]
    identity_claims: tuple[str, ...]
    requires_identity: bool
    languages: tuple[tuple[int, str, str, str], ...]

    def as_json(self) -> dict[str, Any]:
        """Return the metadata for scripts."""
        keys = ("lcid", "tag", "name", "description")
        return {
            "admin_name": self.admin_name,
            "authentication_methods": list(self.methods),
            "identity_claims": list(self.identity_claims),
            "requires_identity": self.requires_identity,
            "languages": [dict(zip(keys, each, strict=True)) for each in self.languages],
        }


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """A rule of the contract that an adapter breaks."""

    rule: str
    sentence: str
    seen: str
    remedy: str


def adapters(services: Services) -> tuple[tuple[AdapterView, ...], str]:
    """Return all adapters, the enabled ones first and in their order, and a problem or "".

    A stored list of enabled adapters that cannot be read counts as empty; the problem says so.
    """
    enabled, problem = _enabled(services)
    registered = services.providers.registered_names()
    views = [
        AdapterView(
            provider,
            enabled.index(provider.name) + 1 if provider.name in enabled else None,
            provider.name in registered,
        )
        for provider in services.providers.list()
    ]
    views.sort(key=lambda view: (view.order is None, view.order or 0))
    return tuple(views), problem


def find_adapter(services: Services, name: str) -> AdapterView:
    """Return one adapter; raises :class:`BadProvider`."""
    for view in adapters(services)[0]:
        if view.provider.name == name:
            return view
    raise BadProvider(
        sentence("There is no provider {name}", name=repr(name[:63])), sentence("See adapters list")
    )


def announced_by(view: AdapterView) -> Announcement:
    """Return what an adapter announces.

    It imports the adapter's module and makes an object of its class, as registering it does.
    Raises :class:`BadProvider` for one that cannot be loaded or says nothing that makes sense.
    """
    kind = load(view.provider.type_name)
    try:
        metadata = kind().metadata
        lcids = sorted({*map(int, metadata.available_lcids), *map(int, metadata.friendly_names)})
        return Announcement(
            admin_name=str(metadata.admin_name),
            methods=tuple(map(str, metadata.authentication_methods)),
            identity_claims=tuple(short_name(str(each)) for each in metadata.identity_claims),
            requires_identity=bool(metadata.requires_identity),
            languages=tuple(
                (
                    lcid,
                    tag_of(lcid),
                    str(metadata.friendly_names.get(lcid, "")),
                    str(metadata.descriptions.get(lcid, "")),
                )
                for lcid in lcids
            ),
        )
    except Exception as error:  # whatever foreign code raises
        raise BadProvider(
            sentence(
                "The metadata of {name} cannot be read: {error}",
                name=view.provider.name,
                error=f"{type(error).__name__}: {error}",
            ),
            sentence("Run {command}", command="tallystick adapters check"),
        ) from error


def check_adapter(view: AdapterView) -> tuple[CheckFinding, ...]:
    """Run the conformance kit on an adapter, with its configuration; return the rules it breaks.

    The kit runs in a process of its own, so that code that hangs or ends its process harms no
    sign-in. An adapter that can rehearse acts for nobody. Raises :class:`CheckFailed`.
    """
    provider = view.provider
    out, err = _run_check(provider)
    try:
        return tuple(CheckFinding(**each) for each in json.loads(out))
    except (ValueError, TypeError):
        lines = err.decode(errors="replace").strip().splitlines() or ["it printed nothing"]
        raise CheckFailed(
            sentence(
                "The check of {name} gave no result: {told}",
                name=provider.name,
                told=lines[-1][:300],
            ),
            sentence("Run {command}", command=f"tallystick adapters check {provider.type_name}"),
        ) from None


def _run_check(provider: AuthenticationProvider) -> tuple[bytes, bytes]:
    """Return what the kit prints as JSON, and its errors; raises :class:`CheckFailed`."""
    command: tuple[str, ...] = (*_CHECK, provider.type_name, "--json")
    if provider.config is not None:
        command += ("--config", "-")
    process = operating_system.start_in_own_group(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(),
    )
    try:
        return process.communicate(provider.config or b"", timeout=CHECK_SECONDS)
    except subprocess.TimeoutExpired:
        operating_system.kill_group(process)
        process.communicate()
        raise CheckFailed(
            sentence(
                "The check of {name} took more than {seconds} seconds and was ended",
                name=provider.name,
                seconds=CHECK_SECONDS,
            ),
            sentence("See why the adapter hangs"),
        ) from None


def restart_notice(services: Services, type_name: str) -> str:
    """Return what to do after registering a class that was known before; empty if nothing."""
    known = any(each.type_name == type_name for each in services.providers.list())
    if not known or services.config.adapters.reload:
        return ""
    return sentence("If its code has changed, restart the server: it keeps the code it has loaded.")


def _enabled(services: Services) -> tuple[tuple[str, ...], str]:
    try:
        return services.policy.enabled_providers(), ""
    except UnreadableGlobalPolicy as fault:
        return (), str(fault)


def _environment() -> Mapping[str, str]:
    """Return the environment of the check: it can import what the server can."""
    path = os.pathsep.join(each for each in sys.path if each)
    return {**os.environ, "PYTHONPATH": path}
