"""The web host of administration: the pages under ``/admin/`` and the REST API ``/admin/api/``.

It reads requests, calls the use cases of :mod:`idp.management`, and shows what they return. The
command line calls the same use cases.

=================================  =======  ====================================  ================
address                            method   what it does                          module
=================================  =======  ====================================  ================
``/admin/``                        GET      what needs attention, or the sign-in  pages/overview
``/admin/``                        POST     begins a session by the token         pages/sign_in
``/admin/sign-out``                POST     ends the session                      pages/sign_in
``/admin/sign-in``                 GET      signs in through /adfs/               pages/entry
``/admin/farm``                    GET      the nodes and the NPS hosts           pages/nodes
``/admin/continue``                GET      asks for old proofs again             pages/entry
``/admin/nodes``                   POST     sets the build of a node              pages/nodes
``/admin/nps[/restart]``           POST     sets or restarts an NPS host          pages/nps
``/admin/keys``                    both     token-signing keys                    pages/keys
``/admin/trusts``                  GET      relying party trusts                  pages/trusts
``/admin/trusts/one``              both     one trust and its settings            pages/trusts
``/admin/access``                  GET      access control by trust               pages/access
``/admin/policies``                both     methods users may use                 pages/policies
``/admin/tokens``                  both     hardware tokens                       pages/tokens
``/admin/users``                   both     users blocked or at risk              pages/users
``/admin/log``                     GET      the last sign-ins                     pages/log
``/admin/audit``                   GET      the audit log: who changed what       pages/audit
``/admin/api-tokens``              both     tokens of programs                    pages/api_tokens
``/admin/api/nodes[/NAME]``        several  nodes of the farm                     api/nodes
``/admin/api/nps[/NAME/…]``        several  NPS hosts, registry values, clients   api/nps
``/admin/api/keys[/THUMBPRINT]``   several  token-signing keys                    api/keys
``/admin/api/trusts[/ENTITY-ID]``  several  relying party trusts                  api/trusts
``/admin/api/users/NAME/…``        several  users' second factors                 api/users
``/admin/api/tokens[/import]``     several  hardware tokens                       api/tokens
``/admin/api/users[/NAME/…]``      several  blocks, risks, access passes          api/blocks
``/admin/api/policy[/diff]``       several  methods users may use                 api/policy
``/admin/api/audit``               GET      the audit log                         api/audit
``/admin/api/overview``            GET      what needs attention                  api/overview
``/admin/api/api-tokens[/NAME]``   several  tokens of programs                    api/api_tokens
=================================  =======  ====================================  ================

Read :mod:`idp.admin.authentication` (who is an administrator) and :mod:`idp.admin.frame` (what all
pages share) first. :mod:`idp.web` has what all web hosts share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from idp.admin.actor import current_actor
from idp.admin.api import api_tokens as api_tokens_api
from idp.admin.api import audit as audit_api
from idp.admin.api import blocks as blocks_api
from idp.admin.api import guard
from idp.admin.api import keys as keys_api
from idp.admin.api import nodes as nodes_api
from idp.admin.api import nps as nps_api
from idp.admin.api import overview as overview_api
from idp.admin.api import policy as policy_api
from idp.admin.api import tokens as tokens_api
from idp.admin.api import trusts as trusts_api
from idp.admin.api import users as users_api
from idp.admin.authentication import AdminAuthentication
from idp.admin.frame import Frame
from idp.admin.pages import (
    access,
    api_tokens,
    audit,
    entry,
    keys,
    log,
    nodes,
    nps,
    overview,
    policies,
    sign_in,
    tokens,
    trusts,
    users,
)

if TYPE_CHECKING:
    from idp.services import Services

PAGES = (
    sign_in,
    overview,
    entry,
    nodes,
    nps,
    keys,
    log,
    audit,
    access,
    policies,
    trusts,
    tokens,
    users,
    api_tokens,
)
API = (
    nodes_api,
    nps_api,
    keys_api,
    trusts_api,
    users_api,
    blocks_api,
    tokens_api,
    policy_api,
    audit_api,
    api_tokens_api,
    overview_api,
)


def blueprint(services: Services) -> Blueprint:
    """Return the blueprint of ``/admin/`` and ``/admin/api/``."""
    made = Blueprint(
        "admin",
        __name__,
        url_prefix="/admin",
        template_folder="templates",
        static_folder="static",
    )
    services = services.acting(current_actor)
    authentication = AdminAuthentication(services)
    frame = Frame(services, authentication)
    frame.handle_errors(made)
    for pages in PAGES:
        pages.add_routes(made, services, frame)
    api = guard.GuardedApi(made, authentication)
    for part in API:
        part.add_routes(api, services)
    api.refuse_the_rest()
    return made
