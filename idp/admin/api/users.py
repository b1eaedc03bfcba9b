"""``/admin/api/users``: what users have for the second factor, as ``tallystick user`` shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi
from idp.admin.api.json_body import BadBody, flag_of, json_object, text_of
from idp.audit.roles import READ_USERS
from idp.management import code_apps, hardware_tokens, users

if TYPE_CHECKING:
    from idp.services import Services


class UserApi:
    """The views of the users' methods."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def methods(self, name: str) -> Response:
        """Return the methods of a user, and the activation codes that still work."""
        return jsonify(users.methods_of(self._services, name).as_json())

    def rename_method(self, name: str, method_id: str) -> Response:
        """Give a method another name; the body holds ``name``."""
        new_name = text_of(json_object(("name",)), "name")
        if new_name is None:
            raise BadBody("The body does not hold a name", 'Send {"name": "…"}')
        users.rename_method(self._services, name, method_id, new_name)
        return self._left(name)

    def begin_code_app(self, name: str) -> Response:
        """Return a seed and its address for a code app; nothing is stored."""
        return jsonify(code_apps.begin_code_app(self._services, name).as_json())

    def confirm_code_app(self, name: str) -> Response:
        """Store a code app; the body holds ``sealed``, the ``code`` of the app, and ``name``."""
        body = json_object(("sealed", "code", "name"))
        sealed, code = text_of(body, "sealed"), text_of(body, "code")
        if sealed is None or code is None:
            raise BadBody("The body does not hold sealed and code", 'Send {"sealed": "…", …}')
        app_name = text_of(body, "name") or ""
        code_apps.confirm_code_app(self._services, name, sealed, code, app_name)
        return self._left(name)

    def activate_token(self, name: str, serial_number: str) -> Response:
        """Activate a hardware token, by its serial number or id; the body holds ``code``."""
        code = text_of(json_object(("code",)), "code")
        if code is None:
            raise BadBody("The body does not hold a code", 'Send {"code": "…"}')
        hardware_tokens.activate_token(self._services, name, serial_number, code)
        return self._left(name)

    def remove_method(self, name: str, method_id: str) -> Response:
        """Remove one method or activation code; return those that are left."""
        users.remove_method(self._services, name, method_id)
        return self._left(name)

    def remove_all_methods(self, name: str) -> Response:
        """Remove all methods and activation codes; return those that are left: none."""
        users.remove_all_methods(self._services, name)
        return self._left(name)

    def choose_default(self, name: str) -> Response:
        """Choose the method that the user is asked for first; the body holds its ``id``."""
        method_id = text_of(json_object(("id",)), "id")
        if method_id is None:
            raise BadBody("The body does not name a method", 'Send {"id": "…"}')
        users.choose_default(self._services, name, method_id)
        return self._left(name)

    def reset(self, name: str) -> Response:
        """Take back a compromised account; the body holds ``password``, and ``must_change``."""
        body = json_object(("compromised", "password", "must_change"))
        password = text_of(body, "password")
        if password is None or not flag_of(body, "compromised"):
            raise BadBody(
                "This removes all methods of the user, and the body does not ask for it",
                'Send {"compromised": true, "password": "…"}',
            )
        must_change = flag_of(body, "must_change")
        users.reset_compromised(self._services, name, password, must_change=must_change)
        return self._left(name)

    def unlock(self, name: str) -> Response:
        """Clear the limits of a user, and send requests again after a report."""
        users.unlock(self._services, name)
        return self._left(name)

    def _left(self, name: str) -> Response:
        return jsonify(users.methods_of(self._services, name).as_json())


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of the users' methods."""
    views = UserApi(services)
    api.add(
        "/users/<name>/methods",
        {"GET": views.methods, "DELETE": views.remove_all_methods},
        {"GET": READ_USERS, "DELETE": "user.method_remove"},
    )
    api.add("/users/<name>/methods/default", {"PUT": views.choose_default})
    api.add(
        "/users/<name>/methods/<method_id>",
        {"PATCH": views.rename_method, "DELETE": views.remove_method},
        {"PATCH": "user.method_rename", "DELETE": "user.method_remove"},
    )
    api.add("/users/<name>/code-apps", {"POST": views.begin_code_app})
    api.add("/users/<name>/code-apps/confirm", {"POST": views.confirm_code_app})
    api.add("/users/<name>/tokens/<serial_number>/activate", {"POST": views.activate_token})
    api.add("/users/<name>/reset", {"POST": views.reset}, {"POST": "user.reset"})
    api.add("/users/<name>/unlock", {"POST": views.unlock}, {"POST": "user.unlock"})
