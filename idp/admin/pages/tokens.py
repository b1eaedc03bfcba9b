"""The page of hardware tokens: a list, and forms that register those of a file and activate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request
from werkzeug import Response

from adapter.errors import TallystickError, Unavailable
from adapter.sentences import counted, sentence
from idp.admin import refusal_log
from idp.admin.flash import Flash
from idp.admin.frame import Frame
from idp.admin.session import AdminSession
from idp.admin.texts import error_text
from idp.csv_table import CsvFaults
from idp.management import hardware_tokens

if TYPE_CHECKING:
    from idp.services import Services

PATH = "/admin/tokens"
MAX_ROWS = 500

VERBS = {"activate": "token.activate", "import": "token.add"}


class TokenPages:
    """The views of the page."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def list(self, session: AdminSession) -> Response:
        """Show the tokens, newest first."""
        return self._page(session)

    def change(self, session: AdminSession) -> Response:
        """Register the tokens of a file, or activate one; else say what is wrong."""
        action = request.form.get("action", "")
        try:
            text = self._activate() if action == "activate" else self._import()
        except Unavailable:
            raise
        except CsvFaults as error:
            refusal_log.log_refusal(error)
            return self._page(session, action, error.faults)
        except TallystickError as error:
            refusal_log.log_refusal(error)
            return self._page(session, action, (error_text(error),))
        return self._frame.done(PATH, session, Flash("tokens", text))

    def _import(self) -> str:
        file = request.files.get("file")
        raw = file.read() if file else b""
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise CsvFaults([sentence("the file is not UTF-8")]) from None
        added = hardware_tokens.import_tokens(self._services, text)
        return counted("Registered {number} token.", "Registered {number} tokens.", len(added))

    def _activate(self) -> str:
        form = request.form
        user, number, code = (form.get(name, "") for name in ("user", "serial_number", "code"))
        token = hardware_tokens.activate_token(self._services, user, number, code)
        return sentence(
            "{user} can use the token {serial_number}.",
            user=token.user, serial_number=token.serial_number,
        )  # fmt: skip

    def _page(
        self, session: AdminSession, action: str = "", problems: tuple[str, ...] = ()
    ) -> Response:
        tokens = list(reversed(self._services.mfa.codes.tokens()))
        return self._frame.page(
            "tokens",
            session,
            422 if problems else 200,
            tokens=tokens[:MAX_ROWS],
            count=len(tokens),
            action=action,
            problems=problems,
            typed_number=request.form.get("serial_number", "") if problems else "",
        )


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add both methods of ``/admin/tokens``."""
    pages = TokenPages(services, frame)
    blueprint.add_url_rule("/tokens", "tokens", frame.reading(pages.list), methods=["GET"])
    blueprint.add_url_rule(
        "/tokens", "change_tokens", frame.changing(pages.change, VERBS), methods=["POST"]
    )
