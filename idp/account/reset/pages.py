"""The views of password reset."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Blueprint, make_response, redirect, render_template
from werkzeug import Response

from adapter.errors import TallystickError
from adapter.mfa.policy import PUSH
from idp.account import texts
from idp.account.frame import Frame
from idp.account.reset.eligibility import are_codes
from idp.account.reset.flow import ResetFlow, View
from idp.account.reset.handle import FIRST_STEP, PATH, Handles, ResetRefused, new_id
from idp.mfa.password_reset import BEGUN_WINDOW, MAX_BEGUN, Reset, ResetEnded
from idp.session.rate_limit import RateLimit
from idp.web.activity import activity_id, log_refusal
from idp.web.flask_adapter import read_request
from idp.web.http_status import status_of
from idp.web.web_request import WebRequest

if TYPE_CHECKING:
    from idp.services import Services

START = f"{PATH}/"
STEP = f"{PATH}/step"

Answer = Callable[[WebRequest], Response]


class ResetPages:
    """The pages of one server; they are off unless the configuration switches them on."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._is_on = services.config.sign_in.password_reset
        self._clock = services.clock
        self._frame = frame
        self._flow = ResetFlow(services, frame)
        self._handles = Handles(services.config, services.sealer)
        self._begun = RateLimit(services.once, "password-reset", MAX_BEGUN, BEGUN_WINDOW)

    def guarded(self, view: Answer) -> Callable[[], Response]:
        """Wrap a view: it answers only if password reset is on."""

        def answer() -> Response:
            if not self._is_on:
                raise ResetRefused(
                    "Users cannot reset their passwords here",
                    "Ask your administrator for a new one",
                    code="reset_off",
                )
            return view(read_request())

        return answer

    def ask_name(self, web: WebRequest) -> Response:
        """Show the page that asks for the user name. It changes nothing of a reset in progress."""
        reset_id = self._handles.read(web)
        browser = reset_id or new_id()
        token = self._handles.token(browser, FIRST_STEP)
        page = self._frame.page("reset/name", None, token=token, action=START)
        return page if reset_id else self._handles.give(page, browser)

    def begin(self, web: WebRequest) -> Response:
        """Begin a reset, and lead to its first step, whatever name was typed."""
        step = self._handles.step_of_post(web, self._handles.read(web))
        if step != FIRST_STEP:
            return redirect(START, 303)
        if not self._begun.count(web.client_ip, self._clock.now()):
            raise ResetRefused(
                "Too many password resets were begun from this address",
                "Wait an hour, then try again",
                code="too_many_resets",
            )
        reset = self._flow.begin(web, web.form.get("UserName", ""))
        return self._handles.give(redirect(STEP, 303), reset.id)

    def show(self, web: WebRequest) -> Response:
        """Show the present step; it changes nothing."""
        reset_id = self._handles.read(web)
        if reset_id is None:
            return redirect(START, 303)
        reset = self._flow.find(reset_id)
        return self._page(reset, self._flow.view(reset))

    def take(self, web: WebRequest) -> Response:
        """Take one post of a step, and show the step that comes then."""
        reset_id = self._handles.read(web)
        step = self._handles.step_of_post(web, reset_id)
        return self._page(*self._flow.take(web, self._flow.find(reset_id), step))

    def _page(self, reset: Reset, view: View) -> Response:
        return self._frame.page(
            f"reset/{view.page}",
            None,
            token=self._handles.token(reset.id, reset.step),
            action=STEP,
            view=view,
            is_broker=view.is_broker,
            offers_push=PUSH in view.offers,
            offers_codes=are_codes(view.offers),
            new_password_errors=texts.NEW_PASSWORD,
        )


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add the addresses of password reset."""
    pages = ResetPages(services, frame)
    for path, name, view, method in (
        ("/reset/", "reset", pages.ask_name, "GET"),
        ("/reset/", "begin_reset", pages.begin, "POST"),
        ("/reset/step", "reset_step", pages.show, "GET"),
        ("/reset/step", "take_reset_step", pages.take, "POST"),
    ):
        blueprint.add_url_rule(path, name, pages.guarded(view), methods=[method])
    blueprint.register_error_handler(ResetRefused, _refused)
    blueprint.register_error_handler(ResetEnded, _refused)


def _refused(error: TallystickError) -> Response:
    """Return the page of a refusal, with the way to begin again, and log it."""
    log_refusal(error.code, error.problem)
    begins_again = error.code not in ("reset_off", "too_many_resets")
    text = render_template(
        "account/reset/refused.html",
        error=error,
        sentence=texts.refusal_sentence(error),
        activity_id=activity_id(),
        start=START if begins_again else "",
    )
    return make_response(text, status_of(error, 400))
