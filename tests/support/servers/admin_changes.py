"""Every change of administration once, by REST and by page, with the verb of its entry.

``tests/admin/test_audit_log.py`` makes them all, and fails for a route that is missing here.
"""

from __future__ import annotations

import io
import json

import pyotp
from support.service_providers.metadata_parts import SP_ID, metadata
from support.users import ALICE

from idp.federation.metadata.schedule import PendingUpdate, RefreshState
from idp.management import farm_history
from idp.management.configuration.plan import compare

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "a new password of Alice"
SHARED = "a shared secret of the client"
CSV = f"upn,serial number,secret key,time interval\n{ALICE},T2,{SECRET},30\n"
OTHER_SP = "urn:other-sp"
BOB = "bob@example.test"

CONFIGURATION = {"format": 1, "nodes": [{"name": "sts6", "build": "20348.350"}]}

USER = f"/users/{ALICE}"
ONE_USER = "/users/<name>"
ONE_TRUST = "/trusts/<path:entity_id>"


def hold_update(services) -> None:
    held = PendingUpdate(metadata().encode(), ("for the test",))
    services.refreshes.save(SP_ID, RefreshState(services.clock.now(), held=held))


def newest_farm_change(services) -> int:
    return farm_history.history(services)[0][0].id


def code(services) -> str:
    """A code that was not used yet: each takes the next step of the clock."""
    services.clock.advance(seconds=31)
    return pyotp.TOTP(SECRET).at(services.clock.now())


def code_app(services, script) -> dict[str, str]:
    offer = script("POST", f"/admin/api{USER}/code-apps").json
    services.clock.advance(seconds=31)
    return {"sealed": offer["sealed"], "code": pyotp.TOTP(offer["secret"]).at(services.clock.now())}


def rest_changes(services, script):
    """Yield rule, method, path, body and the verb of the entry, each in the order of a story."""
    yield "/nodes/<name>", "PUT", "/nodes/sts9", {"build": "20348.350"}, "node.set"
    yield (
        "/nodes/import",
        "POST",
        "/nodes/import",
        {"csv": "name,build\nsts8,20348.350"},
        "node.set",
    )
    rename = "/nodes/sts9/rename"
    yield "/nodes/<name>/rename", "POST", rename, {"name": "sts7"}, "node.rename"
    yield "/nodes/<name>", "DELETE", "/nodes/sts7", None, "node.remove"
    gone = newest_farm_change(services)
    undo = "/farm/history/<change_id>/undo"
    yield undo, "POST", f"/farm/history/{gone}/undo", None, "node.set"
    yield "/nps/<name>", "PUT", "/nps/nps2", {"version": "1.2.2216.1"}, "nps.set"
    yield "/nps/<name>/registry", "PUT", "/nps/nps1/registry", {"override": "TRUE"}, "nps.set"
    yield "/nps/<name>/restart", "POST", "/nps/nps1/restart", None, "nps.restart"
    client = "/nps/nps1/clients/192.0.2.0/24"
    rule = "/nps/<name>/clients/<path:network>"
    yield rule, "PUT", client, {"secret": SHARED}, "nps_client.set"
    yield rule, "DELETE", client, None, "nps_client.remove"
    yield "/nps/<name>", "DELETE", "/nps/nps2", None, "nps.remove"
    yield "/keys", "POST", "/keys", {"kind": "ecdsa"}, "key.roll"
    second = script("GET", "/admin/api/keys").json[1]["thumbprint"]
    yield "/keys/<thumbprint>", "PUT", f"/keys/{second}", {"role": "primary"}, "key.promote"
    old = script("GET", "/admin/api/keys").json[1]["thumbprint"]
    yield "/keys/<thumbprint>", "DELETE", f"/keys/{old}", None, "key.retire"
    yield "/policy", "PATCH", "/policy", {"SoftwareOath.state": "enabled"}, "policy.set"
    policy = script("GET", "/admin/api/policy").json["policy"]
    yield "/policy", "PUT", "/policy", policy, "policy.set"
    other = {"metadata": metadata(OTHER_SP)}
    yield "/trusts", "POST", "/trusts", other, "trust.add"
    yield ONE_TRUST, "PUT", f"/trusts/{SP_ID}", {"token_lifetime": 30}, "trust.set"
    hold_update(services)
    yield ONE_TRUST, "POST", f"/trusts/{SP_ID}", {"accept": True}, "trust.accept"
    yield ONE_TRUST, "DELETE", f"/trusts/{OTHER_SP}", None, "trust.remove"
    token = {"user": ALICE, "serial_number": "T3", "secret_key": SECRET}
    yield "/tokens", "POST", "/tokens", token, "token.add"
    yield "/tokens/import", "POST", "/tokens/import", {"csv": CSV}, "token.add"
    activate = f"{ONE_USER}/tokens/<serial_number>/activate"
    yield activate, "POST", f"{USER}/tokens/T1/activate", {"code": code(services)}, "token.activate"
    confirm = f"{USER}/code-apps/confirm"
    body = code_app(services, script)
    yield f"{ONE_USER}/code-apps/confirm", "POST", confirm, body, "user.code_app_add"
    first, second, *_ = script("GET", f"/admin/api{USER}/methods").json["methods"]
    one_method, default = f"{ONE_USER}/methods/<method_id>", f"{ONE_USER}/methods/default"
    chosen = {"id": second["id"]}
    yield default, "PUT", f"{USER}/methods/default", chosen, "user.method_default"
    path = f"{USER}/methods/{first['id']}"
    yield one_method, "PATCH", path, {"name": "On the desk"}, "user.method_rename"
    yield one_method, "DELETE", path, None, "user.method_remove"
    yield f"{ONE_USER}/methods", "DELETE", f"{USER}/methods", None, "user.method_remove"
    yield f"{ONE_USER}/block", "POST", f"{USER}/block", {"days": 2}, "user.block"
    yield f"{ONE_USER}/block", "DELETE", f"{USER}/block", None, "user.unblock"
    yield f"{ONE_USER}/risk", "DELETE", f"{USER}/risk", None, "user.dismiss_risk"
    yield f"{ONE_USER}/access-pass", "POST", f"{USER}/access-pass", {}, "user.pass"
    yield f"{ONE_USER}/access-pass", "DELETE", f"{USER}/access-pass", None, "user.pass_remove"
    yield f"{ONE_USER}/nt-hash", "PUT", f"{USER}/nt-hash", None, "user.nt_hash_want"
    yield f"{ONE_USER}/nt-hash", "DELETE", f"{USER}/nt-hash", None, "user.nt_hash_drop"
    yield f"{ONE_USER}/unlock", "POST", f"{USER}/unlock", None, "user.unlock"
    made = {"name": "robot", "role": "auditor"}
    yield "/api-tokens", "POST", "/api-tokens", made, "api_token.add"
    yield "/api-tokens/<name>", "DELETE", "/api-tokens/robot", None, "api_token.revoke"
    reset = {"compromised": True, "password": PASSWORD}
    yield f"{ONE_USER}/reset", "POST", f"{USER}/reset", reset, "user.reset"
    yield from directory_changes()
    yield "/configuration", "PUT", "/configuration", CONFIGURATION, "configuration.apply"
    yield from access_changes()
    yield from adapter_changes()
    due = f"/faults/next/{SP_ID}"
    one_due = "/faults/next/<path:entity_id>"
    yield one_due, "PUT", due, {"fault": "audience_wrong"}, "trust.fault"
    yield one_due, "DELETE", due, None, "trust.fault_clear"


def directory_changes():
    """Yield the same of a user's account."""
    added = {"name": BOB, "password": PASSWORD}
    yield "/users", "POST", "/users", added, "user.add"
    yield ONE_USER, "PATCH", USER, {"attributes": {"sn": "Archer"}}, "user.set"
    yield f"{ONE_USER}/groups", "PUT", f"{USER}/groups", {"groups": ["Staff"]}, "user.set"
    yield f"{ONE_USER}/password", "POST", f"{USER}/password", {"password": PASSWORD}, "user.passwd"
    yield f"{ONE_USER}/disabled", "PUT", f"{USER}/disabled", None, "user.disable"
    yield f"{ONE_USER}/disabled", "DELETE", f"{USER}/disabled", None, "user.enable"
    yield f"{ONE_USER}/sessions", "DELETE", f"{USER}/sessions", None, "user.sign_out"
    new = f"new.{BOB}"
    yield f"{ONE_USER}/rename", "POST", f"/users/{BOB}/rename", {"name": new}, "user.rename"
    yield ONE_USER, "DELETE", f"/users/{new}", None, "user.remove"


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


def adapter_changes():
    """Yield the same of the adapters of second factors."""
    ours, rule, path = "AzureMfaAuthentication", "/adapters/<name>", "/adapters/Badge"
    body = {"type": f"adapter.entra_mfa:{ours}", "config": "colour = 'red'"}
    yield rule, "PUT", path, body, "adapter.register"
    yield "/adapters", "PUT", "/adapters", {"enabled": ["Badge", ours]}, "adapter.enable"
    yield "/adapters", "PUT", "/adapters", {"enabled": [ours]}, "adapter.enable"
    yield rule, "DELETE", path, None, "adapter.unregister"


def page_changes(services):
    """Yield path, form and verb; a form may hold an open file."""
    yield "/admin/nodes", {"name": "sts9", "build": "20348.350"}, "node.set"
    yield "/admin/nodes/builds", {"node": "sts9", "build": "20348.349"}, "node.set"
    listed = {"action": "import", "csv": "name,build\nsts8,20348.350"}
    yield "/admin/nodes/list", listed, "node.set"
    renamed = {"action": "rename", "name": "sts8", "new_name": "sts7"}
    yield "/admin/nodes/list", renamed, "node.rename"
    yield "/admin/nodes/list", {"action": "remove", "name": "sts7"}, "node.remove"
    gone = {"id": newest_farm_change(services)}
    yield "/admin/farm/history/undo", gone, "node.set"
    yield "/admin/nps", {"name": "nps1", "version": "1.2.2216.1"}, "nps.set"
    yield "/admin/nps/restart", {"name": "nps1"}, "nps.restart"
    yield "/admin/keys", {"action": "roll", "kind": "ecdsa"}, "key.roll"
    yield "/admin/keys", {"action": "promote"}, "key.promote"
    yield "/admin/keys", {"action": "retire"}, "key.retire"
    yield "/admin/trusts/one", {"id": SP_ID, "token_lifetime": "30"}, "trust.set"
    hold_update(services)
    yield "/admin/trusts/one", {"id": SP_ID, "action": "accept"}, "trust.accept"
    saved = {"action": "save", "version": "0", "SoftwareOath.state": "disabled"}
    yield "/admin/policies", saved, "policy.set"
    file = (io.BytesIO(CSV.encode()), "tokens.csv")
    yield "/admin/tokens", {"action": "import", "file": file}, "token.add"
    activation = {
        "action": "activate",
        "user": ALICE,
        "serial_number": "T1",
        "code": code(services),
    }
    yield "/admin/tokens", activation, "token.activate"
    added = {"action": "add", "name": "robot", "role": "auditor", "expires": "1d"}
    yield "/admin/api-tokens", added, "api_token.add"
    yield "/admin/api-tokens", {"action": "revoke", "name": "robot"}, "api_token.revoke"
    for action, verb in (
        ("unlock", "user.unlock"),
        ("block", "user.block"),
        ("unblock", "user.unblock"),
        ("dismiss", "user.dismiss_risk"),
        ("nt_hash_on", "user.nt_hash_want"),
        ("nt_hash_off", "user.nt_hash_drop"),
    ):
        yield "/admin/users", {"action": action, "name": ALICE}, verb
    yield from directory_posts()
    entered = {"way": "entered", "entity_id": OTHER_SP, "acs": "https://other.example.test/acs"}
    yield "/admin/trusts/add", entered, "trust.add"
    yield "/admin/trusts/remove", {"id": OTHER_SP}, "trust.remove"
    seen = compare(services, CONFIGURATION).digest
    applied = {"action": "apply", "text": json.dumps(CONFIGURATION), "seen": seen}
    yield "/admin/configuration", applied, "configuration.apply"
    yield from access_posts()
    yield from adapter_posts()
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


def adapter_posts():
    """Yield the same of the page of the adapters."""
    path, ours = "/admin/adapters", "AzureMfaAuthentication"
    badge = {"action": "register", "name": "Badge", "type": f"adapter.entra_mfa:{ours}"}
    yield path, badge, "adapter.register"
    both = {"action": "enable", "order-Badge": "1", f"order-{ours}": "2"}
    yield path, both, "adapter.enable"
    yield path, {"action": "enable", f"order-{ours}": "1"}, "adapter.enable"
    yield path, {"action": "unregister", "name": "Badge"}, "adapter.unregister"


def directory_posts():
    """Yield the same of the page of one user."""
    yield "/admin/users", {"action": "add", "name": BOB, "password": PASSWORD}, "user.add"
    for action, verb, fields in (
        ("attributes", "user.set", {"a-sn": "Archer"}),
        ("groups", "user.set", {"groups": "Staff"}),
        ("pass", "user.pass", {}),
        ("password", "user.passwd", {"password": PASSWORD}),
        ("disable", "user.disable", {}),
        ("enable", "user.enable", {}),
        ("sign_out", "user.sign_out", {}),
        ("remove_methods", "user.method_remove", {}),
        ("compromised", "user.reset", {"password": PASSWORD}),
        ("rename", "user.rename", {"new_name": f"new.{BOB}"}),
    ):
        yield "/admin/users/one", {"action": action, "name": BOB, **fields}, verb
    gone = f"new.{BOB}"
    yield "/admin/users/one", {"action": "remove", "name": gone, "confirm": gone}, "user.remove"
