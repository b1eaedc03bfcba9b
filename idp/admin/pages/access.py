"""The page of access control: the rules for all trusts, the policies, and what each trust has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request
from werkzeug import Response

from adapter.errors import TallystickError, Unavailable
from adapter.sentences import sentence
from idp.admin import refusal_log
from idp.admin.flash import Flash
from idp.admin.frame import Frame
from idp.admin.paging import place_in
from idp.admin.session import AdminSession
from idp.admin.texts import error_text
from idp.federation.access_control.global_policy import SECOND_FACTOR
from idp.federation.access_control.words import describe_rule
from idp.management import access_control, second_factors

if TYPE_CHECKING:
    from idp.federation.access_control.catalogue import Listed
    from idp.services import Services

PATH = "/admin/access"
SAVED = sentence("The rules for all trusts are saved. They hold from the next request on.")
MAX_SUGGESTED = 500
"""So many trusts are suggested for a field; any other can be typed."""


class AccessPages:
    """The views of the page."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def show(self, session: AdminSession) -> Response:
        """Show the rules, the policies, and a page of the trusts with the parameter ``q``."""
        return self._page(session)

    def change(self, session: AdminSession) -> Response:
        """Set the rules for all trusts; else say what is wrong, and keep what was typed."""
        rule, text = request.form.get("second_factor"), request.form.get("rules")
        try:
            second_factors.set_rules(
                self._services, rule=rule, text=text and text.replace("\r\n", "\n")
            )
        except Unavailable:
            raise
        except TallystickError as error:
            refusal_log.log_refusal(error)
            return self._page(session, 422, problem=error_text(error), typed=request.form)
        warnings = access_control.warnings_of_rules(self._services, text or "")
        return self._frame.done(PATH, session, Flash("all trusts", SAVED, warnings))

    def _page(
        self,
        session: AdminSession,
        status: int = 200,
        *,
        problem: str = "",
        typed: dict[str, str] | None = None,
    ) -> Response:
        wanted, after = request.args.get("q", "").strip(), place_in(request.args)
        overview = access_control.overview(self._services, after, wanted)
        return self._frame.page(
            "access",
            session,
            status,
            overview=overview,
            policies=[(each, _sentences(each)) for each in self._services.access.list()],
            choices=SECOND_FACTOR,
            suggested=self._services.trusts.page(0, MAX_SUGGESTED).trusts,
            after=after,
            wanted=wanted,
            problem=problem,
            typed=typed or {},
        )


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add both methods of ``/admin/access``."""
    pages = AccessPages(services, frame)
    changing = frame.changing(pages.change, "access.mfa")
    blueprint.add_url_rule("/access", "access", frame.reading(pages.show), methods=["GET"])
    blueprint.add_url_rule("/access", "change_access", changing, methods=["POST"])


def _sentences(listed: Listed) -> list[str]:
    if isinstance(listed.policy, TallystickError):
        return []
    return [describe_rule(rule) for rule in listed.policy.rules]
