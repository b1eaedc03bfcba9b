"""Changes of second factors: adapters, hardware tokens, and the methods of a user."""

from __future__ import annotations

import io

import pyotp
from support.servers.admin_changes.accounts import ONE_USER, USER
from support.users import ALICE

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CSV = f"upn,serial number,secret key,time interval\n{ALICE},T2,{SECRET},30\n"


def code(services) -> str:
    """A code that was not used yet: each takes the next step of the clock."""
    services.clock.advance(seconds=31)
    return pyotp.TOTP(SECRET).at(services.clock.now())


def code_app(services, script) -> dict[str, str]:
    offer = script("POST", f"/admin/api{USER}/code-apps").json
    services.clock.advance(seconds=31)
    return {"sealed": offer["sealed"], "code": pyotp.TOTP(offer["secret"]).at(services.clock.now())}


def token_changes(services):
    """Yield the changes of hardware tokens by REST."""
    token = {"user": ALICE, "serial_number": "T3", "secret_key": SECRET}
    yield "/tokens", "POST", "/tokens", token, "token.add"
    yield "/tokens/import", "POST", "/tokens/import", {"csv": CSV}, "token.add"
    activate = f"{ONE_USER}/tokens/<serial_number>/activate"
    yield activate, "POST", f"{USER}/tokens/T1/activate", {"code": code(services)}, "token.activate"


def method_changes(services, script):
    """Yield the changes of the methods of a user by REST."""
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


def adapter_changes():
    """Yield the same of the adapters of second factors."""
    ours, rule, path = "AzureMfaAuthentication", "/adapters/<name>", "/adapters/Badge"
    body = {"type": f"adapter.entra_mfa:{ours}", "config": "colour = 'red'"}
    yield rule, "PUT", path, body, "adapter.register"
    yield "/adapters", "PUT", "/adapters", {"enabled": ["Badge", ours]}, "adapter.enable"
    yield "/adapters", "PUT", "/adapters", {"enabled": [ours]}, "adapter.enable"
    yield rule, "DELETE", path, None, "adapter.unregister"


def token_posts(services):
    """Yield the same of the page of the hardware tokens."""
    file = (io.BytesIO(CSV.encode()), "tokens.csv")
    yield "/admin/tokens", {"action": "import", "file": file}, "token.add"
    activation = {
        "action": "activate",
        "user": ALICE,
        "serial_number": "T1",
        "code": code(services),
    }
    yield "/admin/tokens", activation, "token.activate"


def adapter_posts():
    """Yield the same of the page of the adapters."""
    path, ours = "/admin/adapters", "AzureMfaAuthentication"
    badge = {"action": "register", "name": "Badge", "type": f"adapter.entra_mfa:{ours}"}
    yield path, badge, "adapter.register"
    both = {"action": "enable", "order-Badge": "1", f"order-{ours}": "2"}
    yield path, both, "adapter.enable"
    yield path, {"action": "enable", f"order-{ours}": "1"}, "adapter.enable"
    yield path, {"action": "unregister", "name": "Badge"}, "adapter.unregister"
