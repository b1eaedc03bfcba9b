"""Every change of administration once, by REST and by page, with the verb of its entry.

``tests/admin/test_audit_log.py`` makes them all, and fails for a route that is missing here. Each
module has the changes of one part; they are made in one order, since each finds what those before
it have left.
"""

from __future__ import annotations

from support.servers.admin_changes.accounts import (
    account_changes,
    account_posts,
    directory_changes,
    directory_posts,
)
from support.servers.admin_changes.farm import farm_posts, node_changes, nps_changes
from support.servers.admin_changes.second_factors import (
    adapter_changes,
    adapter_posts,
    method_changes,
    token_changes,
    token_posts,
)
from support.servers.admin_changes.server import server_changes, server_posts
from support.servers.admin_changes.trusts import (
    access_changes,
    access_posts,
    trust_changes,
    trust_posts,
)


def rest_changes(services, script):
    """Yield rule, method, path, body and the verb of the entry, each in the order of a story."""
    yield from node_changes(services)
    yield from nps_changes()
    yield from server_changes(script)
    yield from trust_changes(services)
    yield from access_changes()
    yield from token_changes(services)
    yield from method_changes(services, script)
    yield from adapter_changes()
    yield from account_changes()
    yield from directory_changes()


def page_changes(services):
    """Yield path, form and verb; a form may hold an open file."""
    yield from farm_posts(services)
    yield from server_posts(services)
    yield from trust_posts(services)
    yield from access_posts()
    yield from token_posts(services)
    yield from adapter_posts()
    yield from account_posts()
    yield from directory_posts()
