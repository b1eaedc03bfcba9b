"""All files of an export together: the configuration document, and what became of each property."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from idp.federation.access_control.built_in import BUILT_IN
from idp.federation.access_control.policy_file import read_policy
from idp.management.adfs_import import kinds, service
from idp.management.adfs_import.policies import read_adfs_policy
from idp.management.adfs_import.powershell import (
    NotAnExport,
    Object,
    Unreadable,
    read_objects,
    text_of,
    texts_of,
)
from idp.management.adfs_import.report import Line, Report
from idp.management.adfs_import.trusts import NoTrust, read_adfs_trust
from idp.management.configuration.document import FORMAT
from idp.management.configuration.plan import compare

if TYPE_CHECKING:
    from idp.services import Services

NOT_REQUIRED = (
    "the trust follows the rule for all trusts, which asks for the second factor until you set "
    "tallystick access mfa never"
)


@dataclass(frozen=True, slots=True)
class Imported:
    """A document for ``config apply``, and a line for each property of the export."""

    document: Object
    lines: tuple[Line, ...]

    def as_json(self) -> dict[str, Any]:
        """Return both for scripts."""
        return {"document": self.document, "report": [line.as_json() for line in self.lines]}


def import_adfs(services: Services, files: Iterable[bytes]) -> Imported:
    """Return what the files of an export make; nothing is stored.

    Raises :class:`~idp.management.adfs_import.powershell.NotAnExport` for any other file.
    """
    return _Import(services).run([each for file in files for each in read_objects(file)])


class _Import:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._document: Object = {"format": FORMAT}
        self._lines: list[Line] = []
        self._policies = {**BUILT_IN, **services.access.rules().custom}

    def run(self, objects: list[Object | str]) -> Imported:
        by_kind: dict[str, list[Any]] = {kind: [] for kind in kinds.KINDS}
        for found in objects:
            kind = kinds.kind_of(found)
            if kind is None:
                known = ", ".join(kinds.KINDS)
                raise NotAnExport(f"An object is of none of these cmdlets: {known}")
            by_kind[kind].append(found)
        for found in by_kind[kinds.POLICY]:
            self._policy(found)
        for found in by_kind[kinds.RULE]:
            self._merge("second_factor", service.read_rule(found, self._report("all trusts")))
        self._service(by_kind)
        must_sign = False
        for found in by_kind[kinds.PROPERTIES]:
            must_sign |= service.read_properties(found, self._report("the service"))
        for found in by_kind[kinds.TRUST]:
            self._trust(found, must_sign=must_sign)
        return Imported(self._document, tuple(self._lines))

    def _service(self, by_kind: dict[str, list[Any]]) -> None:
        adapters = [provider.name for provider in self._services.providers.list()]
        nodes = [node.name for node in self._services.farm.nodes()]
        for found in by_kind[kinds.GLOBAL]:
            report = self._report("global policy")
            self._merge("adapters", service.read_global_policy(found, adapters, report))
        for found in by_kind[kinds.PROVIDER]:
            service.read_provider(found, adapters, self._report(f"adapter {_name_of(found)}"))
        for found in by_kind[kinds.FARM]:
            service.read_farm(found, nodes, self._report("the farm"))

    def _policy(self, found: Object) -> None:
        report, name = self._report(f"policy {_name_of(found)}"), _name_of(found)
        table = read_adfs_policy(found, report)
        if table is not None:
            self._document.setdefault("access_control_policies", []).append(table)
            self._policies[table["name"]] = read_policy(table["name"], table)
        elif name not in BUILT_IN:
            self._policies.pop(name, None)

    def _trust(self, found: Object, *, must_sign: bool) -> None:
        report = Report(f"trust {_name_of(found)}")
        try:
            table = read_adfs_trust(found, self._policies, report)
            if must_sign and not table["settings"].get("signed_saml_requests_required"):
                table["settings"]["signed_saml_requests_required"] = True
                report.take(
                    "SignedSamlRequestsRequired", "true, as for all trusts in Get-AdfsProperties"
                )
            self._must_be_possible(table)
        except NoTrust as error:
            report.lines = []
            report.leave("(the trust)", str(error))
        else:
            report.leave("(second factor)", NOT_REQUIRED)
            self._document.setdefault("trusts", []).append(table)
        self._lines += report.lines

    def _must_be_possible(self, table: Object) -> None:
        """Raise :class:`NoTrust` for a trust that applying the document would refuse."""
        document = {
            "format": FORMAT,
            "access_control_policies": self._document.get("access_control_policies"),
            "trusts": [table],
        }
        faults = compare(self._services, document).faults
        if faults:
            raise NoTrust("; ".join(f"{fault.problem} [{fault.code}]" for fault in faults[:5]))

    def _report(self, about: str) -> Report:
        return Report(about, self._lines)

    def _merge(self, section: str, table: Object) -> None:
        if table:
            self._document[section] = {**self._document.get(section, {}), **table}


def _name_of(found: Object) -> str:
    """Return how an object is called: its name, else its first identifier."""
    try:
        name = text_of(found.get("Name")) or next(iter(texts_of(found.get("Identifier"))), "")
    except Unreadable:
        name = ""
    return name or "without a name"
