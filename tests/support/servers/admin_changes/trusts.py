"""Changes of trusts, their faults, and who gets in."""

from __future__ import annotations

from support.service_providers.metadata_parts import SP_ID, metadata

from idp.federation.metadata.schedule import PendingUpdate, RefreshState

OTHER_SP = "urn:other-sp"
ONE_TRUST = "/trusts/<path:entity_id>"


def hold_update(services) -> None:
    held = PendingUpdate(metadata().encode(), ("for the test",))
    services.refreshes.save(SP_ID, RefreshState(services.clock.now(), held=held))


def trust_changes(services):
    """Yield the changes of trusts by REST."""
    other = {"metadata": metadata(OTHER_SP)}
    yield "/trusts", "POST", "/trusts", other, "trust.add"
    yield ONE_TRUST, "PUT", f"/trusts/{SP_ID}", {"token_lifetime": 30}, "trust.set"
    hold_update(services)
    yield ONE_TRUST, "POST", f"/trusts/{SP_ID}", {"accept": True}, "trust.accept"
    yield ONE_TRUST, "DELETE", f"/trusts/{OTHER_SP}", None, "trust.remove"
    due = f"/faults/next/{SP_ID}"
    one_due = "/faults/next/<path:entity_id>"
    yield one_due, "PUT", due, {"fault": "audience_wrong"}, "trust.fault"
    yield one_due, "DELETE", due, None, "trust.fault_clear"


def access_changes():
    """Yield the same of access control."""
    yield "/access", "PUT", "/access", {"second_factor": "always"}, "access.mfa"
    rule, path = "/access/policies/<path:name>", "/access/policies/Staff"
    yield rule, "PUT", path, {"permit": [{"groups": ["Staff"]}]}, "access.set"
    trust = f"/access/trusts/{SP_ID}"
    yield "/access/trusts/<path:entity_id>", "PUT", trust, {"policy": "Staff"}, "trust.set"
    yield (
        "/access/trusts/<path:entity_id>",
        "PUT",
        trust,
        {"policy": "Permit everyone"},
        "trust.set",
    )
    yield rule, "DELETE", path, None, "access.remove"


def trust_posts(services):
    """Yield the same of the pages of trusts."""
    yield "/admin/trusts/one", {"id": SP_ID, "token_lifetime": "30"}, "trust.set"
    hold_update(services)
    yield "/admin/trusts/one", {"id": SP_ID, "action": "accept"}, "trust.accept"
    entered = {"way": "entered", "entity_id": OTHER_SP, "acs": "https://other.example.test/acs"}
    yield "/admin/trusts/add", entered, "trust.add"
    yield "/admin/trusts/remove", {"id": OTHER_SP}, "trust.remove"
    yield "/admin/faults", {"id": SP_ID, "fault": "audience_wrong"}, "trust.fault"
    yield "/admin/faults", {"id": SP_ID, "fault": ""}, "trust.fault_clear"


def access_posts():
    """Yield the same of the pages of access control."""
    path = "/admin/access/policy"
    saved = {"action": "save", "name": "Staff", "rule-0-who": "some", "rule-0-groups": "Staff"}
    yield "/admin/access", {"second_factor": "always", "rules": ""}, "access.mfa"
    yield path, saved, "access.set"
    yield "/admin/access/trust", {"id": SP_ID, "policy": "Staff"}, "trust.set"
    yield "/admin/access/trust", {"id": SP_ID, "policy": "Permit everyone"}, "trust.set"
    yield path, {"action": "remove", "original": "Staff"}, "access.remove"
