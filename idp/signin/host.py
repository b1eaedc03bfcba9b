"""Builds the sign-in from its collaborators, once for each process; read this first.

It needs no web framework: ``views.py`` puts Flask before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp.adapters.abilities import Abilities
from idp.adapters.registry import AdapterHost
from idp.audit.verbose import VerboseAudit
from idp.audit.writer import AuditWriter
from idp.mfa.adapter_places import AdapterPlaces
from idp.recorder.recorder import Recorder
from idp.services import Services
from idp.session.cookie import SessionCookie
from idp.session.node import AnsweringNode
from idp.signin import paths, recorded
from idp.signin.endpoints import METHODS, Endpoints
from idp.signin.error_handlers import ErrorHandler
from idp.signin.first_proof import FirstProof
from idp.signin.flow import SignInFlow
from idp.signin.held_pages import HeldPages
from idp.signin.log_in_pages import LogInPages
from idp.signin.logout.flow import LogOutFlow
from idp.signin.logout.messages import LogOutMessages
from idp.signin.outcomes import SignInOutcomes
from idp.signin.password_change import PasswordChange
from idp.signin.request_reader import RequestReader
from idp.signin.second_factor import SecondFactorSteps
from idp.signin.sending import Responses
from idp.web.answer import Answer
from idp.web.exchange import Exchange
from idp.web.form_fields import URL_ENCODED
from idp.web.host import Host, Route
from idp.web.theme.theme import NO_THEME, Theme

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

NAME = "signin"
"""The name under which requests are counted, before that of the route."""
GET = ["GET"]
POST = ["POST"]

Endpoint = Callable[..., Answer]
"""Takes a :class:`~idp.web.web_request.WebRequest`, and the variable parts of its path."""
Address = tuple[str, str, Endpoint, list[str]]


@dataclass(frozen=True, slots=True)
class SignInHost(Host):
    """The sign-in without a web framework.

    ``endpoints`` answer requests, ``errors`` answers what they raise, ``verbose`` and ``recorder``
    get each answer afterwards.
    """

    endpoints: Endpoints
    errors: ErrorHandler
    verbose: VerboseAudit
    recorder: Recorder

    def fixed_routes(self) -> Iterator[Route]:
        """Return what is answered at addresses without variable parts."""
        for path, name, endpoint, methods in addresses(self.endpoints):
            answer = partial(self.answer, endpoint)
            for method in methods if "<" not in path else ():
                yield Route(method, path, f"{NAME}.{name}", self, answer)

    def begin(self, exchange: Exchange) -> None:
        """Record the steps of a request from now on."""
        if self.recorder.is_on:
            exchange.activity.recording = self.recorder.begin(exchange.head().client_ip)

    def answer(self, endpoint: Endpoint, exchange: Exchange, **path_values: str) -> Answer:
        """Return what *endpoint* answers; raises what it raises."""
        _take_untyped_body_for_form(exchange.received.environ, exchange.received.path)
        request = exchange.request()
        answer = endpoint(request, **path_values)
        recorded.answered(request, answer)
        return answer

    def answer_error(self, error: TallystickError, exchange: Exchange) -> Answer:
        """Return the answer to a request that was refused, or could not be answered."""
        request = exchange.head()
        answer = self.errors.answer(error, request)
        recorded.answered(request, answer)
        return answer

    def end(self, exchange: Exchange, *, status: int, location: str) -> None:
        """Audit and store an answered request; *location* is the answer's header of that name."""
        request, activity = exchange.head(), exchange.activity
        self.verbose.request_answered(request, status=status, location=location)
        if activity.recording is not None:
            self.recorder.finish(activity.id, activity.recording)


def _take_untyped_body_for_form(environ: WSGIEnvironment, path: str) -> None:
    """Read a posted body without ``Content-Type`` as a form: Amazon's Python driver sends none.

    A browser can be made to send such a body by another site, with ``Origin`` like any other form.
    """
    is_message = environ["REQUEST_METHOD"] == "POST" and path.startswith(paths.LS)
    if is_message and not environ.get("CONTENT_TYPE"):
        environ["CONTENT_TYPE"] = URL_ENCODED


def build_host(services: Services, theme: Theme = NO_THEME) -> SignInHost:
    """Return the sign-in over the rooms of *services*; it unloads adapters when they close."""
    config, clock = services.config, services.clock
    adapters, waiting = _adapters(services)
    node = AnsweringNode(config.server, services.farm)
    cookie = SessionCookie(config, services.sealer, clock)
    verbose = VerboseAudit(is_on=config.logging.audit == "verbose")
    writer = AuditWriter(services.sign_ins, clock, verbose, services.counters)
    outcomes = _outcomes(services, writer, verbose)
    second_factor = SecondFactorSteps(
        services.sealer.purpose("second-factor-context"),
        outcomes,
        clock,
        services.mfa,
        HeldPages(waiting, services.admission.waiting_pages),
    )
    log_in_pages = LogInPages(config, services.sealer.purpose("saml-session"), clock, services.mfa)
    responses, messages = _senders(services, writer)
    flow = SignInFlow(services, cookie, second_factor, outcomes, log_in_pages, verbose, responses)
    first_proof = FirstProof(services, flow, log_in_pages, writer)
    endpoints = Endpoints(
        services,
        adapters,
        node,
        cookie,
        reader=_request_reader(services),
        flow=flow,
        first_proof=first_proof,
        log_out=LogOutFlow(services, writer, cookie, messages),
        password_change=_password_change(services, first_proof, writer),
        theme=theme,
    )
    errors = _error_handler(services, outcomes, node)
    return SignInHost(endpoints, errors, verbose, services.recorder)


def addresses(endpoints: Endpoints) -> tuple[Address, ...]:
    """Return every address: its path, its name, what answers it, and the methods it takes."""
    of_idp, of_password = endpoints.idp_initiated, endpoints.update_password
    return (
        (paths.LS,                       "ls",       endpoints.ls,           METHODS),
        (paths.IDP_INITIATED,            "idp",      of_idp,                 METHODS),
        (f"{paths.IDP_INITIATED}.aspx",  "idpaspx",  of_idp,                 METHODS),
        (f"{paths.IDP_INITIATED}.htm",   "idphtm",   of_idp,                 METHODS),
        (paths.OWN_PAGE,                 "own_page", endpoints.own_page,     METHODS),
        (paths.SIGN_OUT,                 "sign_out", endpoints.sign_out,     METHODS),
        (paths.UPDATE_PASSWORD,          "password", of_password,            METHODS),
        (paths.LANGUAGE,                 "language", endpoints.language,     POST),
        (paths.ADAPTER_FILE,             "static",   endpoints.adapter_file, GET),
        (paths.THEME_FILE,               "theme_static", endpoints.theme_file, GET),
        (paths.PROBE,                    "probe",    endpoints.probe,        GET),
        (paths.METADATA,                 "metadata", endpoints.metadata,     GET),
    )  # fmt: skip


def _adapters(services: Services) -> tuple[AdapterHost, AdapterPlaces]:
    """Return the running adapters, and the places of posts that wait in one of them."""
    waiting = AdapterPlaces(services.mfa.push, room=services.admission.answers)
    services.ending.callback(waiting.close)
    abilities = Abilities(services.mfa, services.once, services.clock, waiting)
    own = services.config.adapters
    adapters = AdapterHost(services.providers, services.policy, abilities, own)
    services.closing.callback(adapters.close)
    return adapters, waiting


def _outcomes(services: Services, writer: AuditWriter, verbose: VerboseAudit) -> SignInOutcomes:
    return SignInOutcomes(
        writer,
        verbose,
        services.sign_ins,
        services.once,
        services.clock,
        longest_freshness=services.config.trusts.longest_freshness,
    )


def _senders(services: Services, writer: AuditWriter) -> tuple[Responses, LogOutMessages]:
    """Return what sends responses and log-out requests: with faults on a server for testing."""
    config, keys, clock = services.config, services.signing_keys, services.clock
    entity_id = config.server.entity_id
    if not config.testing.allow_faults:
        return Responses(), LogOutMessages(entity_id, keys, clock)
    # A server for real use does not even load them.
    from idp.signin.faulty import FaultyLogOutMessages, FaultyResponses, due_faults

    due = due_faults(services, writer)
    return FaultyResponses(due), FaultyLogOutMessages(entity_id, keys, clock, due)


def _request_reader(services: Services) -> RequestReader:
    config = services.config
    return RequestReader(
        destinations=config.server.destinations,
        seal=services.sealer.purpose("saml-session"),
        now=services.clock.now,
        skew=timedelta(seconds=config.trusts.clock_skew_seconds),
        lifetime=timedelta(seconds=config.trusts.request_lifetime_seconds),
        relay_state_names_trust=config.sign_in.idp_initiated_relay_state,
        only_signed=config.farm.signed_saml_requests_required,
    )


def _password_change(
    services: Services, first_proof: FirstProof, writer: AuditWriter
) -> PasswordChange:
    return PasswordChange(
        services.directory,
        writer,
        first_proof,
        services.sealer.purpose("saml-session"),
        is_on=services.config.sign_in.password_change,
        base_url=services.config.server.base_url,
    )


def _error_handler(
    services: Services, outcomes: SignInOutcomes, node: AnsweringNode
) -> ErrorHandler:
    return ErrorHandler(
        entity_id=services.config.server.entity_id,
        keys=services.signing_keys,
        find_trust=services.trusts.find,
        outcomes=outcomes,
        node=node,
        clock=services.clock,
        counters=services.counters,
        lists_applications=services.config.sign_in.idp_initiated,
    )
