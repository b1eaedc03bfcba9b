"""The addresses of ``/adfs/``: read, ask, answer."""

from __future__ import annotations

import string
from datetime import timedelta
from pathlib import PurePosixPath
from urllib.parse import quote

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from idp import web
from idp.federation.issuance import OFFERED
from idp.logs import get_logger
from idp.saml.assertions import write_status_response
from idp.saml.bindings import post_fields
from idp.saml.metadata import write_idp_metadata
from idp.saml.refusal import Refused
from idp.services import Services
from idp.session.seal import SealBroken
from idp.session.sso import Session
from idp.signin import failures, pages, paths
from idp.signin.adapters import STATIC_TYPES, AdapterHost
from idp.signin.flow import SignInFlow
from idp.signin.incoming import Incoming
from idp.signin.issuing import new_id
from idp.signin.known import NoNode, looking
from idp.signin.second_factor import SecondFactor
from idp.signin.visit import Visit

NODE_COOKIE = "tallystick_node"
CREDENTIALS = ("UserName", "Password", "Context")
"""Fields that make a post one of our own forms, which other sites may not send."""


def blueprint(services: Services) -> Blueprint:
    """Return the sign-in as a blueprint without a prefix."""
    host = AdapterHost(services.providers, services.policy, services.mfa)
    views = Views(services, host)
    pages_of_adfs = Blueprint("signin", __name__, template_folder="templates")
    both = ["GET", "POST"]
    pages_of_adfs.add_url_rule(paths.LS, "ls", views.ls, methods=both)
    for suffix in ("", ".aspx", ".htm"):
        address = f"{paths.IDP_INITIATED}{suffix}"
        pages_of_adfs.add_url_rule(address, f"idp{suffix[1:]}", views.idp_initiated, methods=both)
    pages_of_adfs.add_url_rule("/adfs/adapter/<name>/<filename>", "static", views.adapter_file)
    pages_of_adfs.add_url_rule(paths.PROBE, "probe", views.probe)
    pages_of_adfs.add_url_rule(paths.METADATA, "metadata", views.metadata)
    pages_of_adfs.register_error_handler(Refused, views.refused)
    pages_of_adfs.register_error_handler(SealBroken, views.seal_broken)
    return pages_of_adfs


class Views:
    """The views of one node."""

    def __init__(self, services: Services, host: AdapterHost) -> None:
        config = services.config
        self._services = services
        self._host = host
        self._flow = SignInFlow(services, SecondFactor(host, web.activity_id))
        self._base_url = config.server.base_url
        self._incoming = Incoming(
            base_url=config.server.base_url,
            seal=services.sealer.purpose("saml-session"),
            now=services.clock.now,
            skew=timedelta(seconds=config.trusts.clock_skew_seconds),
            lifetime=timedelta(seconds=config.trusts.request_lifetime_seconds),
            relay_state_names_trust=config.sign_in.idp_initiated_relay_state,
        )

    def ls(self) -> Response:
        """Single sign-on: a message by either binding, or a post of one of our pages."""
        return self._sign_in(by_name=False)

    def idp_initiated(self) -> Response:
        """IdP-initiated sign-on: by ``loginToRp``, by RelayState, or chosen from a list."""
        if not self._services.config.sign_in.idp_initiated:
            raise failures.no_handler()
        return self._sign_in(by_name=True)

    def probe(self) -> Response:
        """Say whether this node can sign people in."""
        self._node_name()
        return Response(status=200)

    def metadata(self) -> Response:
        """Give the signed SAML metadata of this server."""
        key = self._services.signing_key
        xml = write_idp_metadata(
            entity_id=self._services.config.server.entity_id,
            sso_url=f"{self._base_url}{paths.LS}",
            certificates=[key.certificate],
            key=key,
            now=self._services.clock.now(),
            attributes=OFFERED,
        )
        return Response(xml, mimetype="application/samlmetadata+xml")

    def adapter_file(self, name: str, filename: str) -> Response:
        """Give a style or script file of an enabled adapter."""
        kind = STATIC_TYPES.get(PurePosixPath(filename).suffix)
        loaded = self._host.find(name) if kind else None
        content = loaded.static_file(filename) if loaded else None
        if content is None:
            raise NotFound
        return Response(content, mimetype=kind)

    def refused(self, refused: Refused) -> Response:
        """Tell the service provider where it may be told, else the user."""
        node = self._node_name()
        get_logger().warning(
            "sign_in_refused",
            code=refused.code,
            activity_id=web.activity_id(),
            problem=refused.problem,
            client_ip=web.client_ip(),
        )
        if refused.status is None or refused.acs_url is None:
            return self._error_page(refused, node)
        return self._tell_service_provider(refused, node)

    def seal_broken(self, _error: SealBroken) -> Response:
        """Show the page for a form that we did not make, or too long ago."""
        return self.refused(failures.sign_in_ended())

    def _sign_in(self, *, by_name: bool) -> Response:
        fields = request.form
        if any(name in fields for name in CREDENTIALS) and not web.is_same_origin(
            request, self._base_url
        ):
            raise failures.from_elsewhere(self._base_url)
        session = self._flow.session_of(request.cookies)
        visit = self._visit(session)
        if "Context" in fields:
            return self._flow.second_factor(fields["Context"], fields.to_dict(), session, visit)
        pending = self._incoming.read(request, web.activity_id(), visit.look, by_name=by_name)
        if pending is None:
            return self._list_of_trusts(by_name=by_name)
        if "UserName" in fields or "Password" in fields:
            name, password = fields.get("UserName", ""), fields.get("Password", "")
            return self._flow.password(pending, name, password, visit)
        return self._flow.proceed(pending, visit.look(pending.entity_id), visit)

    def _list_of_trusts(self, *, by_name: bool) -> Response:
        if not by_name:
            raise failures.no_handler()
        trusts = [trust for trust in self._services.trusts.list() if trust.settings.enabled]
        return pages.trusts([(t.entity_id, t.display_name or t.entity_id) for t in trusts])

    def _tell_service_provider(self, refused: Refused, node: str) -> Response:
        """Answer by a SAML status; that is an answer too, and spends the request."""
        now = self._services.clock.now()
        xml = write_status_response(
            response_id=new_id(),
            issuer=self._services.config.server.entity_id,
            destination=refused.acs_url,
            in_response_to=refused.in_response_to,
            issue_instant=now,
            status=refused.status,
            key=self._services.signing_key,
        )
        spends = (refused.issuer, refused.in_response_to)
        if not self._flow.recorder.refused(spends, node, refused.code):
            return self._error_page(failures.answered_already(), node)
        return pages.post_form(refused.acs_url, post_fields(xml, refused.relay_state))

    def _error_page(self, refused: Refused, node: str) -> Response:
        return pages.error(
            code=refused.code,
            sentence=refused.problem,
            remedy=refused.remedy,
            status=failures.HTTP_STATUS.get(refused.code, 400),
            now=self._services.clock.now(),
            node=node,
        )

    def _visit(self, session: Session | None) -> Visit:
        query = quote(request.query_string, safe=string.punctuation)
        node = self._chosen_node()
        return Visit(
            action=f"{self._base_url}{request.path}" + (f"?{query}" if query else ""),
            node=node,
            client_ip=web.client_ip(),
            user_agent=request.user_agent.string,
            look=looking(self._services, session, node),
        )

    def _chosen_node(self) -> str | None:
        """The configured node, or the one a demo's visitor chose; None for the first."""
        server = self._services.config.server
        return request.cookies.get(NODE_COOKIE) if server.node_cookie else server.node

    def _node_name(self) -> str:
        """Return the name of the node that answers; raises :class:`NoNode`."""
        chosen = self._chosen_node()
        farm = self._services.farm
        node = farm.node(chosen) if chosen else None
        if node is None and self._services.config.server.node is None:
            node = farm.first()
        if node is None:
            raise NoNode
        return node.name
