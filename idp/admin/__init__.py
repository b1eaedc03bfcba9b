"""The web host of administration: the pages under ``/admin/`` and the REST API ``/admin/api/``.

It reads requests, calls the use cases of :mod:`idp.management`, and shows what they return. The
command line calls the same use cases.

=================================  ======  =====================================  =================
address                            method  what it does                           module
=================================  ======  =====================================  =================
``/admin/``                        GET     the Overview, or the token form        pages/overview
``/admin/``                        POST    exchanges the token for a session      pages/sign_in
``/admin/sign-out``                POST    ends the session                       pages/sign_in
``/admin/sign-in``                 GET     signs in through /adfs/                pages/entry
``/admin/continue``                GET     proves again what a change needs       pages/entry
``/admin/farm``                    GET     the nodes and the NPS hosts            pages/nodes
``/admin/nodes[/builds]``          POST    sets the build of nodes                pages/nodes
``/admin/nodes/list``              POST    renames, removes and imports nodes     pages/node_list
``/admin/farm/history[/undo]``     both    past changes, and their undo           pages/farm_history
``/admin/nps[/restart]``           POST    sets or restarts an NPS host           pages/nps
``/admin/keys``                    both    token-signing keys                     pages/keys
``/admin/trusts``                  GET     relying party trusts                   pages/trusts
``/admin/trusts/one``              both    one trust and its settings             pages/trusts
``/admin/trusts/add``              both    a new trust: form, preview, adding     pages/adding
``/admin/trusts/remove``           both    asks, and removes a trust              pages/adding
``/admin/connect[/…]``             GET     what an application needs, settings    pages/connect
``/admin/faults``                  POST    the fault of a trust's next sign-in    pages/faults
``/admin/access``                  both    access control, rules for all trusts   pages/access
``/admin/access/policy``           both    one policy, a new one, or a copy       pages/access_*
``/admin/access/trust``            both    the policy of a trust                  pages/access_*
``/admin/access/test``             GET     tests a sign-in                        pages/access_*
``/admin/adapters[/one]``          both    the adapters of second factors         pages/adapters
``/admin/policies``                both    which methods users may use            pages/policies
``/admin/tokens``                  both    hardware tokens                        pages/tokens
``/admin/users``                   both    the list of users, and who is at risk  pages/users
``/admin/users/one``               both    one user, and every change of it       pages/user
``/admin/preview``                 GET     what a user will see                   pages/preview
``/admin/log``                     GET     the sign-in log                        pages/log
``/admin/traces[/ID[/export]]``    GET     the flight recorder                    pages/traces
``/admin/audit``                   GET     the audit log: who changed what        pages/audit
``/admin/api-tokens``              both    tokens of programs                     pages/api_tokens
``/admin/settings``                GET     the settings, and where they are from  pages/settings
``/admin/configuration[/…]``       both    the configuration as a file            pages/config
``/admin/api/nodes[/NAME]``        any     nodes of the farm                      api/nodes
``/admin/api/farm/history[/…]``    any     past changes, and their undo           api/farm_history
``/admin/api/nps[/NAME/…]``        any     NPS hosts, registry values, clients    api/nps
``/admin/api/keys[/THUMBPRINT]``   any     token-signing keys                     api/keys
``/admin/api/trusts[/ENTITY-ID]``  any     relying party trusts                   api/trusts
``/admin/api/connect[/KIND]``      GET     what an application needs, settings    api/connect
``/admin/api/faults[/next/…]``     any     faults, and what is due at a trust     api/faults
``/admin/api/access[/…]``          any     access control, and its test           api/access
``/admin/api/adapters[/NAME…]``    any     the adapters of second factors         api/adapters
``/admin/api/users[/NAME]``        any     the local directory                    api/directory
``/admin/api/users/NAME/…``        any     users' methods for the second factor   api/users
``/admin/api/users/NAME/…``        any     blocks, risks, access passes           api/protection
``/admin/api/tokens[/import]``     any     hardware tokens                        api/tokens
``/admin/api/policy[/diff]``       any     which methods users may use            api/policy
``/admin/api/preview``             GET     what a user will see                   api/preview
``/admin/api/sign-ins``            GET     the sign-in log                        api/sign_ins
``/admin/api/traces[/ID…]``        GET     the flight recorder                    api/traces
``/admin/api/audit``               GET     the audit log                          api/audit
``/admin/api/api-tokens[/NAME]``   any     tokens of programs                     api/api_tokens
``/admin/api/overview``            GET     what needs attention                   api/overview
``/admin/api/settings``            GET     the settings of this server            api/settings
``/admin/api/configuration[/…]``   any     the configuration as a document        api/config
``/admin/api/openapi.json``        GET     what the REST API takes and answers    api/openapi
=================================  ======  =====================================  =================

Read :mod:`idp.admin.authentication` (who is an administrator) and :mod:`idp.admin.frame` (what all
pages share) first: ``session``, ``cookies`` and ``identity`` keep who has signed in, ``actor`` says
whose changes they are, ``pending`` keeps a change while its administrator proves more, ``flash``
shows a message once, ``refusal_log`` logs what is refused, and ``navigation`` has the links.
``paging``, ``form_lines`` and the modules ``*_query`` (``access_query``, ``audit_query``,
``log_query``, ``trace_query``) read what a request asks for. ``locale`` has the texts of the pages
in other languages. :mod:`idp.web` has what all web hosts share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request

from idp.admin.actor import current_actor
from idp.admin.api import access as access_api
from idp.admin.api import adapters as adapters_api
from idp.admin.api import api_tokens as api_tokens_api
from idp.admin.api import audit as audit_api
from idp.admin.api import config as config_api
from idp.admin.api import connect as connect_api
from idp.admin.api import directory as directory_api
from idp.admin.api import farm_history as farm_history_api
from idp.admin.api import faults as faults_api
from idp.admin.api import guard, openapi
from idp.admin.api import keys as keys_api
from idp.admin.api import nodes as nodes_api
from idp.admin.api import nps as nps_api
from idp.admin.api import overview as overview_api
from idp.admin.api import policy as policy_api
from idp.admin.api import preview as preview_api
from idp.admin.api import protection as protection_api
from idp.admin.api import settings as settings_api
from idp.admin.api import sign_ins as sign_ins_api
from idp.admin.api import tokens as tokens_api
from idp.admin.api import traces as traces_api
from idp.admin.api import trusts as trusts_api
from idp.admin.api import users as users_api
from idp.admin.authentication import AdminAuthentication
from idp.admin.frame import Frame
from idp.admin.pages import (
    access,
    access_policy,
    access_test,
    access_trust,
    adapters,
    adding,
    api_tokens,
    audit,
    config,
    connect,
    entry,
    farm_history,
    faults,
    keys,
    log,
    node_list,
    nodes,
    nps,
    overview,
    policies,
    preview,
    settings,
    sign_in,
    tokens,
    traces,
    trusts,
    user,
    users,
)
from idp.admin.texts import DOMAIN, IN_TEMPLATES
from idp.web.page_texts import begin_language

if TYPE_CHECKING:
    from idp.services import Services

PAGES = (
    sign_in,
    overview,
    entry,
    nodes,
    node_list,
    farm_history,
    nps,
    keys,
    trusts,
    adding,
    connect,
    faults,
    access,
    access_policy,
    access_trust,
    access_test,
    adapters,
    policies,
    tokens,
    users,
    user,
    preview,
    log,
    traces,
    audit,
    api_tokens,
    settings,
    config,
)
API = (
    nodes_api,
    farm_history_api,
    nps_api,
    keys_api,
    trusts_api,
    connect_api,
    faults_api,
    access_api,
    adapters_api,
    directory_api,
    users_api,
    protection_api,
    tokens_api,
    policy_api,
    preview_api,
    sign_ins_api,
    traces_api,
    audit_api,
    api_tokens_api,
    overview_api,
    settings_api,
    config_api,
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
    for function in IN_TEMPLATES:
        made.add_app_template_global(function)
    made.before_request(lambda: begin_language(request, DOMAIN))
    services = services.acting(current_actor)
    authentication = AdminAuthentication(services)
    frame = Frame(services, authentication)
    frame.handle_errors(made)
    for pages in PAGES:
        pages.add_routes(made, services, frame)
    api = guard.GuardedApi(made, authentication, services)
    for part in API:
        api.add_part(part, services)
    api.add_part(openapi, services)
    api.refuse_the_rest()
    return made
