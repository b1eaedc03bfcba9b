"""Changes of the farm: nodes and NPS hosts, and the undo of one."""

from __future__ import annotations

from idp.management import farm_history

SHARED = "a shared secret of the client"


def newest_farm_change(services) -> int:
    return farm_history.history(services)[0][0].id


def node_changes(services):
    """Yield the changes of nodes by REST."""
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


def nps_changes():
    """Yield the changes of NPS hosts by REST."""
    yield "/nps/<name>", "PUT", "/nps/nps2", {"version": "1.2.2216.1"}, "nps.set"
    yield "/nps/<name>/registry", "PUT", "/nps/nps1/registry", {"override": "TRUE"}, "nps.set"
    yield "/nps/<name>/restart", "POST", "/nps/nps1/restart", None, "nps.restart"
    client = "/nps/nps1/clients/192.0.2.0/24"
    rule = "/nps/<name>/clients/<path:network>"
    yield rule, "PUT", client, {"secret": SHARED}, "nps_client.set"
    yield rule, "DELETE", client, None, "nps_client.remove"
    yield "/nps/<name>", "DELETE", "/nps/nps2", None, "nps.remove"


def farm_posts(services):
    """Yield the same of the page of the farm."""
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
