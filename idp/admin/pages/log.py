"""The page of sign-ins and refused requests, newest first, searched and paged by the database."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, request
from werkzeug import Response

from adapter.errors import TallystickError, Unavailable
from idp.admin import refusal_log
from idp.admin.frame import Frame
from idp.admin.log_query import SEARCHED, query_in
from idp.admin.paging import after_in, before_in
from idp.admin.session import AdminSession
from idp.audit.roles import READ_SIGN_INS
from idp.management import sign_in_log
from idp.management.sign_in_log import LogPage, NotATimeError
from idp.management.timelines import WHY_NONE
from idp.operating_system import command_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from idp.services import Services

PATH = "/admin/log"


class LogPages:
    """The view; it changes nothing."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def show(self, session: AdminSession) -> Response:
        """Show a page of the entries that the parameters ask for."""
        wanted = {name: request.args.get(name, "").strip() for name in SEARCHED}
        found, faults = LogPage((), None, None, frozenset()), {}
        try:
            query = query_in(wanted, self._services.clock.now())
            found = sign_in_log.page(
                self._services, query, before=before_in(request.args), after=after_in(request.args)
            )
        except Unavailable:
            raise
        except TallystickError as error:
            refusal_log.log_refusal(error)
            faults = {"since" if isinstance(error, NotATimeError) else "page": str(error)}
        kept = {name: value for name, value in wanted.items() if value}
        return self._frame.page(
            "log",
            session,
            422 if faults else 200,
            found=found,
            wanted=wanted,
            is_filtered=bool(kept),
            faults=faults,
            why_not_recorded=WHY_NONE[self._services.config.recorder.level],
            newest=f"{PATH}?{urlencode(kept)}" if found.newer is not None else "",
            newer=_address(kept, "after", found.newer),
            older=_address(kept, "before", found.older),
            same=_command(kept),
        )


def _address(kept: Mapping[str, str], name: str, value: int | None) -> str:
    return "" if value is None else f"{PATH}?{urlencode({**kept, name: value})}"


def _command(kept: Mapping[str, str]) -> str:
    words = [word for name, value in kept.items() for word in (f"--{name}", value)]
    return command_line(["tallystick", "log", *words, *(() if words else ("--follow",))])


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add ``GET /admin/log``."""
    showing = frame.reading(LogPages(services, frame).show, READ_SIGN_INS)
    blueprint.add_url_rule("/log", "log", showing, methods=["GET"])
