"""What each address of ``/adfs/`` answers: a web request in, an answer out, no web framework.

Endpoints raise :class:`~adapter.errors.TallystickError`, which
:class:`~idp.signin.error_handlers.ErrorHandler` answers, and Werkzeug's ``HTTPException`` for what
HTTP itself refuses.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.utils import get_content_type

from adapter.errors import TallystickError, Unavailable
from idp.adapters.registry import STATIC_TYPES, AdapterHost
from idp.admission import Admission
from idp.management.connect.server_facts import metadata_of
from idp.mfa.waiting import RoomFull
from idp.saml.refusal import about
from idp.services import Services
from idp.session.cookie import SessionCookie
from idp.session.current import session_not_ended
from idp.session.node import AnsweringNode
from idp.session.sso import Session
from idp.signin import errors, pages, paths
from idp.signin.address import continues_sign_in
from idp.signin.browser_request import BrowserRequest
from idp.signin.destination import OwnPage
from idp.signin.first_proof import FirstProof
from idp.signin.flow import SignInFlow
from idp.signin.logout.flow import LogOutFlow
from idp.signin.logout.log_out_step import LogOutStep
from idp.signin.loop_detection import RecentTokens, loop_rules
from idp.signin.password_change import PasswordChange
from idp.signin.pending import PendingSignIn
from idp.signin.request_reader import LogoutMessage, RequestReader
from idp.signin.sign_in_facts import cached_loader
from idp.signin.sign_in_step import SignInStep
from idp.web.answer import Answer
from idp.web.http_status import RETRY_SOON, unavailable_text
from idp.web.languages import Language, choice_in, language_cookie_header, return_address
from idp.web.origin import is_same_origin
from idp.web.page_texts import page_language
from idp.web.theme.theme import Theme
from idp.web.web_request import WebRequest

CREDENTIALS = frozenset({"UserName", "Password", "Passkey", "Context"})
"""Fields that make a post one of our own forms, which other sites may not send."""
METHODS = ["GET", "POST"]
TEXT = ("Content-Type", "text/plain; charset=utf-8")
TRUSTS_PAGE = OwnPage(paths.LIST)
CHOICES_ON_PAGE = 100
"""Trusts on one page of the list from which users choose an application."""
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""Of the files of a theme: an SVG picture may have styles, and scripts in it do not run."""
MAX_DIGITS = 19
"""A place in that list is a number of 64 bits."""


class Endpoints:
    """The endpoints of one node."""

    def __init__(
        self,
        services: Services,
        adapters: AdapterHost,
        node: AnsweringNode,
        cookie: SessionCookie,
        reader: RequestReader,
        flow: SignInFlow,
        first_proof: FirstProof,
        log_out: LogOutFlow,
        password_change: PasswordChange,
        theme: Theme,
    ) -> None:
        self._theme = theme
        self._services = services
        self._adapters = adapters
        self._node = node
        self._cookie = cookie
        self._reader = reader
        self._flow = flow
        self._first_proof = first_proof
        self._log_out = log_out
        self._password_change = password_change
        self._base_url = services.config.server.base_url
        self._loop_rules = loop_rules(services.config)

    def ls(self, web: WebRequest) -> Answer:
        """Single sign-on: a message by either binding, or a post of one of our pages."""
        with self._services.database.of_request():
            return self._in_chosen_language(web, by_name=False)

    def idp_initiated(self, web: WebRequest) -> Answer:
        """IdP-initiated sign-on: by ``loginToRp``, by RelayState, or chosen from a list."""
        if not self._services.config.sign_in.idp_initiated:
            raise errors.no_handler()
        with self._services.database.of_request():
            return self._in_chosen_language(web, by_name=True)

    def own_page(self, web: WebRequest) -> Answer:
        """Sign a user in for a page of this server, which the address names."""
        return self._sign_in(web, by_name=False, own_page=_own_page_in(web))

    def home(self, _web: WebRequest) -> Answer:
        """Answer the bare address: redirect to the list of applications, or explain the server."""
        if self._services.config.sign_in.idp_initiated:
            return Answer(status=302, headers=(("Location", paths.LIST),))
        return pages.front_page()

    def sign_out(self, web: WebRequest) -> Answer:
        """Sign out of everything, or go on with a log-out that was interrupted."""
        _must_be_get_or_post(web)
        request = self._browser_request(web)
        session = session_not_ended(self._services.sign_ins, request.session)
        step = LogOutStep(request, session, self._node.name(web.cookies))
        if session is not None and web.method == "POST":
            self._must_be_from_here(web)
            return self._log_out.start(session, step, everywhere="Everywhere" in web.form)
        if session is not None:
            return pages.sign_out_page(session.user)
        handle = web.arguments.get("LogOut", "")
        leads_back = self._services.config.sign_in.idp_initiated
        return self._log_out.resume(step, handle) or pages.signed_out_page(
            [], leads_back=leads_back
        )

    def update_password(self, web: WebRequest) -> Answer:
        """Let users change their password: the page, or a post of it."""
        if web.method != "POST":
            return self._password_change.page()
        self._must_be_from_here(web)
        request = self._browser_request(web)
        return self._password_change.change(request, self._node.name(web.cookies))

    def language(self, web: WebRequest) -> Answer:
        """Keep the language that the user chose, and lead back to the page it was chosen on."""
        self._must_be_from_here(web)
        answer = Answer(status=303, headers=(("Location", return_address(web.form)),))
        language = choice_in(web.form)
        if language is None:
            return answer
        return answer.with_header("Set-Cookie", self._language_cookie(language))

    def probe(self, web: WebRequest) -> Answer:
        """Say whether this node can sign users in: database, build, keys and places are there."""
        self._node.name(web.cookies)
        try:
            self._services.signing_keys.must_be_readable()
        except TallystickError as error:
            raise Unavailable(error.problem, error.remedy, code=error.code) from None
        return _free_places(self._services.admission)

    def metadata(self, _web: WebRequest) -> Answer:
        """Return the signed SAML metadata of this server."""
        return _file(metadata_of(self._services), "application/samlmetadata+xml")

    def adapter_file(self, _web: WebRequest, name: str, filename: str) -> Answer:
        """Return a style or script file of an enabled adapter."""
        mimetype = STATIC_TYPES.get(PurePosixPath(filename).suffix)
        loaded = self._adapters.find(name) if mimetype else None
        content = loaded.static_file(filename) if loaded else None
        if content is None or mimetype is None:
            raise NotFound
        return _file(content, mimetype)

    def theme_file(self, _web: WebRequest, filename: str) -> Answer:
        """Return a file of the theme; a picture that is opened by itself can run nothing."""
        file = self._theme.files.get(filename)
        if file is None:
            raise NotFound
        answer = Answer(file.content, headers=(("Content-Type", file.mimetype),))
        return answer.with_header("Content-Security-Policy", FILE_POLICY)

    def _in_chosen_language(self, web: WebRequest, *, by_name: bool) -> Answer:
        """Answer in the language that the post chooses, if it chooses one, and keep that."""
        language = choice_in(web.form)
        if language is None or not is_same_origin(web, self._base_url):
            return self._sign_in(web, by_name=by_name)
        page_language().choose(language)
        answer = self._sign_in(web, by_name=by_name)
        return answer.with_header("Set-Cookie", self._language_cookie(language))

    def _language_cookie(self, language: Language) -> str:
        return language_cookie_header(language, secure=self._services.config.server.is_secure)

    def _sign_in(
        self, web: WebRequest, *, by_name: bool, own_page: OwnPage = TRUSTS_PAGE
    ) -> Answer:
        _must_be_get_or_post(web)
        fields = web.form
        if not CREDENTIALS.isdisjoint(fields):
            self._must_be_from_here(web)
        request = self._browser_request(web)
        if web.method == "GET" and (answer := self._flow.continued(request)) is not None:
            return answer
        if "Context" in fields:
            return self._flow.second_factor(request)
        pending = self._reader.read(web, request.load_facts, by_name=by_name)
        if pending is None:
            if not by_name and own_page == TRUSTS_PAGE:
                had_begun = continues_sign_in(web)
                raise errors.sign_in_ended() if had_begun else errors.no_handler()
            pending = PendingSignIn(own_page, self._services.clock.now(), web.activity.id)
        if isinstance(pending, LogoutMessage):
            node = request.load_facts(pending.sender).node.name
            return self._log_out.take(pending, LogOutStep(request, request.session, node))
        web.activity.continue_as(pending.activity_id)
        step = SignInStep(pending, request.load_facts(pending.entity_id), request)
        with about(pending.entity_id):
            if "Passkey" in fields:
                return self._first_proof.passkey(step)
            if "UserName" in fields or "Password" in fields:
                return self._first_proof.password(step)
            if pending.destination == TRUSTS_PAGE and step.facts.session is not None:
                return self._trusts_page(step.facts.session, web)
            return self._flow.proceed(step)

    def _trusts_page(self, session: Session, web: WebRequest) -> Answer:
        """Show a user who has signed in the applications, a page at a time."""
        text = web.arguments.get("after", "")
        after = int(text) if text.isascii() and text.isdigit() and len(text) < MAX_DIGITS else 0
        offered = self._services.trusts.offered(after, CHOICES_ON_PAGE)
        return pages.trusts_page(offered, user=session.user, is_first=not after)

    def _browser_request(self, web: WebRequest) -> BrowserRequest:
        session, node = self._cookie.read(web.cookies), self._node.chosen(web.cookies)
        return BrowserRequest(
            web=web,
            base_url=self._base_url,
            session=session,
            chosen_node=node,
            load_facts=cached_loader(self._services, session, node, web.request_context),
            load_adapters=self._adapters.enabled,
            recent_tokens=RecentTokens.of(self._loop_rules, web.cookies),
        )

    def _must_be_from_here(self, web: WebRequest) -> None:
        """Refuse one of our own forms if another site sent it; SAML messages come from there."""
        if not is_same_origin(web, self._base_url):
            raise errors.from_elsewhere(self._base_url)


def _own_page_in(web: WebRequest) -> OwnPage:
    """Return the page of security info that the address names; raises the refusal MSIS7065."""
    try:
        page = OwnPage(web.arguments.get("own-page", ""), again=web.arguments.get("again") == "1")
    except ValueError:
        raise errors.no_handler() from None
    if not page.verifies:
        raise errors.no_handler()
    return page


def _free_places(admission: Admission) -> Answer:
    """Return the probe's answer: which rooms are full, and 503 if no further client gets in."""
    full = admission.full_rooms()
    if not full:
        return Answer()
    body = f"full: {', '.join(full)}\n"
    if admission.is_closed_to_newcomers():
        text = unavailable_text(RoomFull.code) + body
        return Answer(text.encode(), 503, (TEXT, RETRY_SOON))
    return Answer(body.encode(), headers=(TEXT,))


def _must_be_get_or_post(web: WebRequest) -> None:
    """Refuse HEAD, which Flask routes like GET: it must not use up a request."""
    if web.method not in METHODS:
        raise MethodNotAllowed(METHODS)


def _file(content: bytes, mimetype: str) -> Answer:
    return Answer(content, headers=(("Content-Type", get_content_type(mimetype, "utf-8")),))
