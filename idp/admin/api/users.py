"""``/admin/api/users``: what users have for the second factor, as ``tallystick user`` shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi
from idp.admin.api.json_body import BadBody
from idp.admin.api.models import methods as models
from idp.admin.api.operation import describe
from idp.admin.api.shared import NO_USER, USER_NAME
from idp.audit.roles import READ_USERS
from idp.management import code_apps, hardware_tokens, users

if TYPE_CHECKING:
    from idp.services import Services


PARAMETERS = USER_NAME | {
    "method_id": "The id of a method",
    "serial_number": "The serial number of a hardware token, or its id",
}
NO_METHOD = (*NO_USER, "unknown_method")
CODE_REFUSED = ("code_refused", "too_many_methods", "unknown_user")


class UserApi:
    """The views of the users' methods."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @describe(models.Methods, errors=NO_USER)
    def methods(self, name: str) -> Response:
        """Return the methods of a user, and the activation codes that still work."""
        return jsonify(users.methods_of(self._services, name).as_json())

    @describe(models.Methods, body=models.MethodName, errors=(*NO_METHOD, "bad_method_name"))
    def rename_method(self, name: str, method_id: str, body: models.MethodName) -> Response:
        """Give a method another name."""
        users.rename_method(self._services, name, method_id, body.name)
        return self.methods(name)

    @describe(models.CodeAppOffer, errors=(*NO_USER, "too_many_methods"))
    def begin_code_app(self, name: str) -> Response:
        """Return a seed and its address for a code app; nothing is stored."""
        return jsonify(code_apps.begin_code_app(self._services, name).as_json())

    @describe(
        models.Methods,
        body=models.CodeAppProof,
        errors=(*CODE_REFUSED, "bad_method_name", "seal_broken"),
    )
    def confirm_code_app(self, name: str, body: models.CodeAppProof) -> Response:
        """Store a code app, by a code that it shows."""
        code_apps.confirm_code_app(self._services, name, body.sealed, body.code, body.name or "")
        return self.methods(name)

    @describe(models.Methods, body=models.TokenCode, errors=(*CODE_REFUSED, "unknown_method"))
    def activate_token(self, name: str, serial_number: str, body: models.TokenCode) -> Response:
        """Activate a hardware token, by its serial number or id."""
        hardware_tokens.activate_token(self._services, name, serial_number, body.code)
        return self.methods(name)

    @describe(models.Methods, errors=NO_METHOD)
    def remove_method(self, name: str, method_id: str) -> Response:
        """Remove one method or activation code; return those that are left."""
        users.remove_method(self._services, name, method_id)
        return self.methods(name)

    @describe(models.Methods, errors=NO_USER)
    def remove_all_methods(self, name: str) -> Response:
        """Remove all methods and activation codes; return those that are left: none."""
        users.remove_all_methods(self._services, name)
        return self.methods(name)

    @describe(models.Methods, body=models.DefaultMethod, errors=(*NO_METHOD, "cannot_be_default"))
    def choose_default(self, name: str, body: models.DefaultMethod) -> Response:
        """Choose the method that the user is asked for first."""
        users.choose_default(self._services, name, body.id)
        return self.methods(name)

    @describe(models.Methods, body=models.Reset, errors=(*NO_USER, "bad_password"))
    def reset(self, name: str, body: models.Reset) -> Response:
        """Take back a compromised account."""
        if not body.compromised:
            raise BadBody(
                "This removes all methods of the user, and the body does not ask for it",
                'Send {"compromised": true, "password": "…"}',
            )
        users.reset_compromised(self._services, name, body.password, must_change=body.must_change)
        return self.methods(name)

    @describe(models.Methods, errors=NO_USER)
    def unlock(self, name: str) -> Response:
        """Clear the limits of a user, and send requests again after a report."""
        users.unlock(self._services, name)
        return self.methods(name)


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
