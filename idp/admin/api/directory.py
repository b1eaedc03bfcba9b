"""``/admin/api/users`` and ``/users/NAME``: the local directory, as ``tallystick user`` has it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi, View
from idp.admin.api.models import accounts as models
from idp.admin.api.operation import describe
from idp.admin.api.pages_of_lists import with_next
from idp.admin.api.shared import USER_NAME
from idp.audit.roles import READ_USERS
from idp.management import user_changes
from idp.management.user_sessions import applications_of
from idp.management.user_views import MAX_PAGE_SIZE, all_users, page_of_users, view_user

if TYPE_CHECKING:
    from idp.directory import User
    from idp.services import Services

USERS = "/admin/api/users"
FIELDS = {"display_name": "displayName", "email": "mail"}
"""Members of a body that are attributes, too."""
PARAMETERS = USER_NAME
NO_USER = ("unknown_user", "unreadable_user")
OF_A_USER = ("bad_user", "bad_attribute", "bad_group", "user_exists", "directory")
TO_USER = {"directory_show": {"name": "/name"}, "user_methods": {"name": "/name"}}


class DirectoryApi:
    """The views of users, without what they have for the second factor."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @describe(models.Users, query=models.UserQuery, pages=True)
    def list(self, query: models.UserQuery) -> Response:
        """List the users by name; ``limit``, ``after`` and ``search`` return a part of the list.

        A further part is at the address in the header ``Link``.
        """
        if not query.model_fields_set:
            return jsonify([view.as_json() for view in all_users(self._services)])
        search, size = query.search or "", query.limit or MAX_PAGE_SIZE
        page = page_of_users(self._services, search=search, after=query.after or "", limit=size)
        response = jsonify([view.as_json() for view in page.views])
        if page.next is not None:
            return with_next(response, {"limit": size, "after": page.next, "search": search})
        return response

    @describe(
        models.User,
        status=201,
        body=models.NewUser,
        errors=(*OF_A_USER, "bad_password"),
        links=TO_USER,
        takes_key=True,
    )
    def add(self, body: models.NewUser) -> Response:
        """Add a user."""
        added = user_changes.add_user(
            self._services,
            body.name,
            body.password,
            display_name=body.display_name or "",
            email=body.email or "",
            groups=body.groups or (),
            attributes=_attributes_of(body.attributes),
        )
        response = self._shown(added)
        response.status_code = 201
        response.headers["Location"] = address_of(added)
        return response

    @describe(models.User, errors=NO_USER)
    def show(self, name: str) -> Response:
        """Return one user."""
        return jsonify(view_user(self._services, name).as_json())

    @describe(models.User, body=models.UserChange, errors=(*NO_USER, *OF_A_USER))
    def change(self, name: str, body: models.UserChange) -> Response:
        """Change attributes and groups, all or none; an attribute that is null is removed."""
        given = _attributes_of(body.attributes)
        for member, attribute in FIELDS.items():
            if (value := getattr(body, member)) is not None:
                given[attribute] = value
        changed = user_changes.change_user(
            self._services,
            name,
            given,
            add_groups=body.add_groups or (),
            remove_groups=body.remove_groups or (),
        )
        return self._shown(changed)

    @describe(errors=NO_USER)
    def remove(self, name: str) -> Response:
        """Remove a user with everything that is stored for the user."""
        user_changes.remove_user(self._services, name)
        return Response(status=204)

    @describe(models.User, body=models.NewName, errors=(*NO_USER, *OF_A_USER), links=TO_USER)
    def rename(self, name: str, body: models.NewName) -> Response:
        """Give a user the ``name`` in the body."""
        renamed = user_changes.rename_user(self._services, name, body.name)
        response = self._shown(renamed)
        response.headers["Location"] = address_of(renamed)
        return response

    @describe(models.User, body=models.NewGroups, errors=(*NO_USER, "bad_group"))
    def set_groups(self, name: str, body: models.NewGroups) -> Response:
        """Put a user into the ``groups`` in the body, and no others."""
        return self._shown(user_changes.set_groups(self._services, name, body.groups))

    @describe(models.User, body=models.NewPassword, errors=(*NO_USER, "bad_password"))
    def set_password(self, name: str, body: models.NewPassword) -> Response:
        """Set the ``password`` in the body; with ``must_change``, one that has to be changed."""
        changed = user_changes.set_password(
            self._services, name, body.password, must_change=body.must_change
        )
        return self._shown(changed)

    @describe(models.User, errors=NO_USER)
    def disable(self, name: str) -> Response:
        """Keep a user from signing in."""
        return self._shown(user_changes.disable_user(self._services, name))

    @describe(models.User, errors=NO_USER)
    def enable(self, name: str) -> Response:
        """Let a disabled user sign in again."""
        return self._shown(user_changes.enable_user(self._services, name))

    @describe(models.OpenSessions, errors=NO_USER)
    def sessions(self, name: str) -> Response:
        """Return the applications whose session of the user may still be open."""
        return jsonify({"applications": list(applications_of(self._services, name))})

    @describe(models.User, errors=NO_USER)
    def end_sessions(self, name: str) -> Response:
        """End all sessions of a user on all devices; applications keep their own."""
        return self._shown(user_changes.sign_out_user(self._services, name))

    def _shown(self, user: User) -> Response:
        return jsonify(view_user(self._services, user).as_json())


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses."""
    views = DirectoryApi(services)
    every: dict[str, View] = {"GET": views.list, "POST": views.add}
    one: dict[str, View] = {"GET": views.show, "PATCH": views.change, "DELETE": views.remove}
    reading = {"GET": READ_USERS}
    api.add("/users", every, {**reading, "POST": "user.add"})
    api.add("/users/<name>", one, {**reading, "PATCH": "user.set", "DELETE": "user.remove"})
    api.add("/users/<name>/rename", {"POST": views.rename}, {"POST": "user.rename"})
    api.add("/users/<name>/groups", {"PUT": views.set_groups}, {"PUT": "user.set"})
    api.add("/users/<name>/password", {"POST": views.set_password}, {"POST": "user.passwd"})
    api.add(
        "/users/<name>/disabled",
        {"PUT": views.disable, "DELETE": views.enable},
        {"PUT": "user.disable", "DELETE": "user.enable"},
    )
    api.add(
        "/users/<name>/sessions",
        {"GET": views.sessions, "DELETE": views.end_sessions},
        {**reading, "DELETE": "user.sign_out"},
    )


def address_of(user: User) -> str:
    """Return the path of a user."""
    return f"{USERS}/{quote(user.upn, safe='@')}"


def _attributes_of(given: models.Attributes) -> dict[str, str | list[str]]:
    """Return attributes for the use cases, for which one without values is removed."""
    return {name: [] if value is None else value for name, value in given.items()}
