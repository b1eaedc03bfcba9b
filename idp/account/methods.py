"""The page of security info: the user's methods, which is asked first, and removing one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect
from werkzeug import Response

from adapter.mfa.methods import BadMethodName, RegisteredMethod
from adapter.mfa.service import UnknownMethod
from idp.account.frame import HOME, Frame, sign_in_path
from idp.account.registrable import registrable
from idp.account.visitor import Visitor

if TYPE_CHECKING:
    from idp.services import Services


class MethodPages:
    """The views of the page."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._mfa = services.mfa
        self._frame = frame

    def home(self, visitor: Visitor) -> Response:
        """Show the methods of the user."""
        user = visitor.user.upn
        return self._frame.page(
            "methods",
            visitor,
            methods=self._mfa.methods_of(user),
            permissions=self._mfa.permissions_of(user),
            registrable=registrable(self._mfa, visitor),
            has_waiting_token=any(each.activated is None for each in self._mfa.codes.tokens(user)),
            added=visitor.web.arguments.get("added") == "1",
            back=sign_in_path(visitor.web.arguments),
        )

    def choose_default(self, visitor: Visitor) -> Response:
        """Ask for another method first from now on."""
        self._mfa.choose_default(visitor.user.upn, visitor.web.form.get("id", ""))
        return redirect(HOME, 303)

    def rename(self, visitor: Visitor) -> Response:
        """Give a method another name; without one, ask for it."""
        user, fields = visitor.user.upn, visitor.web.form
        method, error = self._find(user, fields.get("id", "")), None
        if "name" in fields:
            try:
                self._mfa.rename(user, method.id, fields["name"])
            except BadMethodName as refused:
                error = refused
            else:
                return redirect(HOME, 303)
        return self._frame.page("rename", visitor, method=method, error=error)

    def remove(self, visitor: Visitor) -> Response:
        """Remove a method; without ``confirmed`` ask whether that is meant."""
        user, method_id = visitor.user.upn, visitor.web.form.get("id", "")
        if visitor.web.form.get("confirmed") == "1":
            self._mfa.remove(user, method_id)
            return redirect(HOME, 303)
        method, methods = self._find(user, method_id), self._mfa.methods_of(user)
        return self._frame.page("remove", visitor, methods=methods, method=method)

    def _find(self, user: str, method_id: str) -> RegisteredMethod:
        method = self._mfa.methods_of(user).find(method_id)
        if method is None:
            raise UnknownMethod(user, method_id)
        return method


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add the addresses of the page."""
    pages = MethodPages(services, frame)
    changing = frame.changing
    blueprint.add_url_rule("/", "home", frame.reading(pages.home))
    blueprint.add_url_rule("/default", "default", changing(pages.choose_default), methods=["POST"])
    blueprint.add_url_rule("/rename", "rename", changing(pages.rename), methods=["POST"])
    blueprint.add_url_rule("/remove", "remove", changing(pages.remove), methods=["POST"])
