"""The addresses of ``/adfs/``: read, ask, answer."""

from __future__ import annotations

from datetime import timedelta
from pathlib import PurePosixPath

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import MethodNotAllowed, NotFound

from adapter.errors import TallystickError, Unavailable
from idp.adapters.registry import STATIC_TYPES, AdapterHost
from idp.federation.issuance.default_claims import OFFERED
from idp.saml.metadata import write_idp_metadata
from idp.saml.refusal import Refused
from idp.services import Services
from idp.session.cookie import SessionCookie
from idp.session.current import session_not_ended, valid_session
from idp.session.node import AnsweringNode
from idp.session.seal import SealBroken
from idp.session.sso import Session
from idp.signin import errors, pages, paths
from idp.signin.audit_log import Recorder
from idp.signin.browser_request import BrowserRequest
from idp.signin.error_handlers import ErrorHandlers
from idp.signin.flow import SignInFlow
from idp.signin.logout.flow import Caller, LogOutFlow
from idp.signin.loop_detection import RecentTokens, rules_of
from idp.signin.password_change import PasswordChange
from idp.signin.request_reader import LogoutMessage, RequestReader
from idp.signin.second_factor import SecondFactor
from idp.signin.sign_in_facts import cached_loader
from idp.signin.verbose_audit import Audit
from idp.web.activity import accept_language, activity_id, request_context
from idp.web.origin import is_same_origin

CREDENTIALS = ("UserName", "Password", "Context")
"""Fields that make a post one of our own forms, which other sites may not send."""
METHODS = ["GET", "POST"]
_NO_FIELDS: MultiDict[str, str] = MultiDict()


def blueprint(services: Services) -> Blueprint:
    """Return the sign-in as a blueprint without a prefix."""
    host = AdapterHost(services.providers, services.policy, services.mfa)
    services.closing.callback(host.close)
    recorder, node = Recorder(services), AnsweringNode(services.config.server, services.farm)
    views = Views(services, host, recorder, node)
    refusals = ErrorHandlers(services, recorder, node)
    made = Blueprint("signin", __name__, template_folder="templates")
    Audit(services).watch(made)
    made.add_url_rule(paths.LS, "ls", views.ls, methods=METHODS)
    for suffix in ("", ".aspx", ".htm"):
        address = f"{paths.IDP_INITIATED}{suffix}"
        made.add_url_rule(address, f"idp{suffix[1:]}", views.idp_initiated, methods=METHODS)
    made.add_url_rule(paths.SIGN_OUT, "sign_out", views.sign_out, methods=METHODS)
    made.add_url_rule("/adfs/adapter/<name>/<filename>", "static", views.adapter_file)
    made.add_url_rule(paths.UPDATE_PASSWORD, "password", views.update_password, methods=METHODS)
    made.add_url_rule(paths.PROBE, "probe", views.probe)
    made.add_url_rule(paths.METADATA, "metadata", views.metadata)
    made.register_error_handler(Refused, refusals.refused)
    made.register_error_handler(SealBroken, refusals.seal_broken)
    made.register_error_handler(Unavailable, refusals.unavailable)
    made.register_error_handler(TallystickError, refusals.failed)
    return made


class Views:
    """The views of one node."""

    def __init__(
        self, services: Services, host: AdapterHost, recorder: Recorder, node: AnsweringNode
    ) -> None:
        config = services.config
        self._services = services
        self._host = host
        self._node = node
        self._cookie = SessionCookie(config, services.sealer, services.clock)
        self._loop_rules = rules_of(services)
        second_factor = SecondFactor(host, activity_id, accept_language)
        self._flow = SignInFlow(services, second_factor, recorder, self._cookie)
        self._password_change = PasswordChange(services, self._flow, recorder)
        self._log_out = LogOutFlow(services, recorder, self._cookie)
        self._base_url = config.server.base_url
        self._incoming = RequestReader(
            base_url=config.server.base_url,
            seal=services.sealer.purpose("saml-session"),
            now=services.clock.now,
            skew=timedelta(seconds=config.trusts.clock_skew_seconds),
            lifetime=timedelta(seconds=config.trusts.request_lifetime_seconds),
            relay_state_names_trust=config.sign_in.idp_initiated_relay_state,
            only_signed=config.farm.signed_saml_requests_required,
        )

    def ls(self) -> Response:
        """Single sign-on: a message by either binding, or a post of one of our pages."""
        return self._sign_in(by_name=False)

    def idp_initiated(self) -> Response:
        """IdP-initiated sign-on: by ``loginToRp``, by RelayState, or chosen from a list."""
        if not self._services.config.sign_in.idp_initiated:
            raise errors.no_handler()
        return self._sign_in(by_name=True)

    def sign_out(self) -> Response:
        """Sign out of everything; or go on with a log-out that a service provider interrupted."""
        if request.method not in METHODS:
            raise MethodNotAllowed(METHODS)
        session = session_not_ended(self._services.sign_ins, self._cookie.read(request.cookies))
        caller = self._caller(session, self._visit(session), self._node.name(request.cookies))
        if session is not None and request.method == "POST":
            self._must_be_ours(True)
            return self._log_out.start(session, caller, everywhere="Everywhere" in request.form)
        if session is not None:
            return pages.sign_out(session.user)
        handle = request.args.get("LogOut", "")
        has_list = self._services.config.sign_in.idp_initiated
        return self._log_out.resume(caller, handle) or pages.signed_out([], leads_back=has_list)

    def update_password(self) -> Response:
        """Let users change their password: the page, or a post of it."""
        if request.method != "POST":
            return self._password_change.show()
        self._must_be_ours(True)
        visit = self._visit(self._cookie.read(request.cookies))
        return self._password_change.change(request.form, visit, self._node.name(request.cookies))

    def probe(self) -> Response:
        """Say whether this node can sign people in: database, build and keys are there."""
        self._node.name(request.cookies)
        try:
            self._services.signing_keys.must_be_readable()
        except TallystickError as error:
            raise Unavailable(error.problem, error.remedy, code=error.code) from None
        return Response(status=200)

    def metadata(self) -> Response:
        """Give the signed SAML metadata of this server."""
        keys = self._services.signing_keys.current()
        xml = write_idp_metadata(
            entity_id=self._services.config.server.entity_id,
            ls_url=f"{self._base_url}{paths.LS}",
            certificates=keys.certificates,
            key=keys.primary.key,
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

    def _sign_in(self, *, by_name: bool) -> Response:
        if request.method not in METHODS:  # a HEAD must not spend a request
            raise MethodNotAllowed(METHODS)
        fields = request.form if request.method == "POST" else _NO_FIELDS
        self._must_be_ours(any(name in fields for name in CREDENTIALS))
        session = self._cookie.read(request.cookies)
        visit = self._visit(session)
        if "Context" in fields:
            return self._flow.second_factor(fields["Context"], fields.to_dict(), session, visit)
        pending = self._incoming.read(request, fields, activity_id(), visit.look, by_name=by_name)
        if isinstance(pending, LogoutMessage):
            node = visit.look(pending.content.issuer).node.name
            return self._log_out.take(pending, self._caller(session, visit, node))
        if pending is None:
            return self._list_of_trusts(session, by_name=by_name)
        if "UserName" in fields or "Password" in fields:
            return self._flow.password(pending, fields, visit)
        return self._flow.proceed(pending, visit.look(pending.entity_id), visit)

    def _caller(self, session: Session | None, visit: BrowserRequest, node: str) -> Caller:
        return Caller(session, request.cookies, node, visit.look, visit.recent_tokens)

    def _must_be_ours(self, holds_credentials: bool) -> None:
        """Refuse our own forms from other sites; SAML messages come from there."""
        if holds_credentials and not is_same_origin(request, self._base_url):
            raise errors.from_elsewhere(self._base_url)

    def _list_of_trusts(self, session: Session | None, *, by_name: bool) -> Response:
        if not by_name:
            raise errors.no_handler()
        trusts = [trust for trust in self._services.trusts.list() if trust.settings.enabled]
        choices = [(t.entity_id, t.display_name or t.entity_id) for t in trusts]
        good = valid_session(self._services.sign_ins, session)
        return pages.trusts(choices, user=good.user if good else "")

    def _visit(self, session: Session | None) -> BrowserRequest:
        node = self._node.chosen(request.cookies)
        return BrowserRequest(
            address=f"{self._base_url}{request.path}",
            query=request.query_string,
            node=node,
            request_context=request_context(),
            look=cached_loader(self._services, session, node),
            recent_tokens=RecentTokens.of(self._loop_rules, request.cookies),
        )
