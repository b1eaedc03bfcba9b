"""Changes of the server itself: keys, policies, tokens of programs, the whole configuration."""

from __future__ import annotations

import json

from idp.management.configuration.plan import compare

CONFIGURATION = {"format": 1, "nodes": [{"name": "sts6", "build": "20348.350"}]}


def server_changes(script):
    """Yield the changes of keys, policies and tokens by REST."""
    yield "/keys", "POST", "/keys", {"kind": "ecdsa"}, "key.roll"
    second = script("GET", "/admin/api/keys").json[1]["thumbprint"]
    yield "/keys/<thumbprint>", "PUT", f"/keys/{second}", {"role": "primary"}, "key.promote"
    old = script("GET", "/admin/api/keys").json[1]["thumbprint"]
    yield "/keys/<thumbprint>", "DELETE", f"/keys/{old}", None, "key.retire"
    yield "/policy", "PATCH", "/policy", {"SoftwareOath.state": "enabled"}, "policy.set"
    policy = script("GET", "/admin/api/policy").json["policy"]
    yield "/policy", "PUT", "/policy", policy, "policy.set"
    made = {"name": "robot", "role": "auditor"}
    yield "/api-tokens", "POST", "/api-tokens", made, "api_token.add"
    yield "/api-tokens/<name>", "DELETE", "/api-tokens/robot", None, "api_token.revoke"
    yield "/configuration", "PUT", "/configuration", CONFIGURATION, "configuration.apply"


def server_posts(services):
    """Yield the same of the pages."""
    yield "/admin/keys", {"action": "roll", "kind": "ecdsa"}, "key.roll"
    yield "/admin/keys", {"action": "promote"}, "key.promote"
    yield "/admin/keys", {"action": "retire"}, "key.retire"
    saved = {"action": "save", "version": "0", "SoftwareOath.state": "disabled"}
    yield "/admin/policies", saved, "policy.set"
    added = {"action": "add", "name": "robot", "role": "auditor", "expires": "1d"}
    yield "/admin/api-tokens", added, "api_token.add"
    yield "/admin/api-tokens", {"action": "revoke", "name": "robot"}, "api_token.revoke"
    seen = compare(services, CONFIGURATION).digest
    applied = {"action": "apply", "text": json.dumps(CONFIGURATION), "seen": seen}
    yield "/admin/configuration", applied, "configuration.apply"
